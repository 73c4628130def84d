/** The pages of the admin, each with the scope without which it has nothing to show. */
import { later } from "../design/Floating";
import type { Scope, Who } from "./who";

export interface Page {
  id: "orders";
  scope: Scope;
  path: string;
  Content: ReturnType<typeof later>;
}

export const PAGES: Page[] = [
  { id: "orders", scope: "orders", path: "/admin/orders", Content: later(async () => (await import("./orders/Orders")).default) },
];

export const pagesOf = (who: Who): Page[] => PAGES.filter((page) => who.can(page.scope));
