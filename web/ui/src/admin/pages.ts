/** The pages of the admin, each with the scope without which it has nothing to show. */
import type { ComponentType } from "react";
import { later } from "../design/Floating";
import type { Scope, Who } from "./who";

export interface Page {
  id: "orders" | "stock" | "customers" | "messages" | "health";
  scope: Scope;
  path: string;
  Content: ComponentType;
}

export const PAGES: Page[] = [
  { id: "orders", scope: "orders", path: "/admin/orders", Content: later(async () => (await import("./orders/Orders")).default) },
  { id: "stock", scope: "read", path: "/admin/stock", Content: later(async () => (await import("./stock/StockPage")).default) },
  {
    id: "customers",
    scope: "orders",
    path: "/admin/customers",
    Content: later(async () => (await import("./customers/CustomersPage")).default),
  },
  {
    id: "messages",
    scope: "orders",
    path: "/admin/messages",
    Content: later(async () => (await import("./messages/MessagesPage")).default),
  },
  { id: "health", scope: "admin", path: "/admin/health", Content: later(async () => (await import("./health/HealthPage")).default) },
];

export const pagesOf = (who: Who): Page[] => PAGES.filter((page) => who.can(page.scope));
