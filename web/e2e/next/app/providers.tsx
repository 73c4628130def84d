"use client";
import { TrackerProvider } from "@kassa/tracker/react";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { config } from "./config";

/** Who shops: known in the browser only. */
export type Visitor = { userId: string; plan: string };

const VisitorContext = createContext<Visitor | null>(null);

export const useVisitor = (): Visitor | null => useContext(VisitorContext);

export function Providers({ children }: { children: ReactNode }) {
  const [visitor, setVisitor] = useState<Visitor | null>(null);
  useEffect(() => setVisitor({ userId: "v-1", plan: "gold" }), []);
  return (
    <VisitorContext.Provider value={visitor}>
      <TrackerProvider config={config}>{children}</TrackerProvider>
    </VisitorContext.Provider>
  );
}
