/** Who is logged in, and what they may do: the scopes of the key that opened the session. */
import { createContext, useContext } from "react";
import type { Session } from "../lib/session";

export type Scope = "read" | "catalog" | "inventory" | "orders" | "admin";

export interface Who {
  /** Of the key; the admin's and an open kassa's have none. */
  name: string | undefined;
  caller: Session["caller"];
  /** Whether they have one of these scopes. */
  can: (...any: Scope[]) => boolean;
}

export function whoOf(session: Session | undefined): Who {
  const scopes = session?.scopes ?? [];
  return {
    name: session?.name,
    caller: session?.caller,
    can: (...any) => scopes.includes("admin") || any.some((scope) => scopes.includes(scope)),
  };
}

const Context = createContext<Who>(whoOf(undefined));

export const WhoProvider = Context;
export const useWho = (): Who => useContext(Context);
