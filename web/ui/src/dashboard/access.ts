/** Who looks at the page, and what of it they may see: the owner all, a share link what it was made for. */
import { createContext, useContext } from "react";
import type { Session, Share } from "../lib/session";

export interface Access {
  /** Who may see the shop's orders and stock, and change what is kept. */
  owner: boolean;
  share: Share | undefined;
  caller: Session["caller"];
  /** Whether this part of a share link's panels is open. */
  can: (panel: string) => boolean;
}

export function accessOf(session: Session | undefined): Access {
  const share = session?.caller === "share" ? session.share : undefined;
  const panels = share?.panels;
  return {
    owner: session?.scopes?.includes("admin") ?? false,
    share,
    caller: session?.caller,
    can: (panel) => !share || !panels || panels.includes(panel),
  };
}

const Context = createContext<Access>(accessOf(undefined));

export const AccessProvider = Context;
export const useAccess = (): Access => useContext(Context);
