/** The pages of the admin, each with the scopes of which it takes one. */
import type { ComponentType } from "react";
import { later } from "../design/Floating";
import type { Scope, Who } from "./who";

export interface Page {
  id: "orders" | "products" | "stock" | "customers" | "messages" | "events" | "health" | "changes" | "ops" | "settings" | "people";
  scopes: Scope[];
  path: string;
  Content: ComponentType;
}

export const PAGES: Page[] = [
  { id: "orders", scopes: ["orders"], path: "/admin/orders", Content: later(async () => (await import("./orders/Orders")).default) },
  {
    id: "products",
    scopes: ["read", "catalog"],
    path: "/admin/products",
    Content: later(async () => (await import("./products/Products")).default),
  },
  {
    id: "stock",
    scopes: ["read", "inventory"],
    path: "/admin/stock",
    Content: later(async () => (await import("./stock/Stock")).default),
  },
  {
    id: "customers",
    scopes: ["orders"],
    path: "/admin/customers",
    Content: later(async () => (await import("./customers/CustomersPage")).default),
  },
  {
    id: "messages",
    scopes: ["orders"],
    path: "/admin/messages",
    Content: later(async () => (await import("./messages/Messages")).default),
  },
  { id: "events", scopes: ["admin"], path: "/admin/events", Content: later(async () => (await import("./events/EventsPage")).default) },
  { id: "health", scopes: ["admin"], path: "/admin/health", Content: later(async () => (await import("./health/HealthPage")).default) },
  { id: "ops", scopes: ["admin"], path: "/admin/ops", Content: later(async () => (await import("./ops/OpsPage")).default) },
  { id: "changes", scopes: ["admin"], path: "/admin/changes", Content: later(async () => (await import("./changes/ChangesPage")).default) },
  {
    id: "settings",
    scopes: ["admin"],
    path: "/admin/settings",
    Content: later(async () => (await import("./settings/SettingsPage")).default),
  },
  { id: "people", scopes: ["admin"], path: "/admin/people", Content: later(async () => (await import("./people/PeoplePage")).default) },
];

export const pagesOf = (who: Who): Page[] => PAGES.filter((page) => who.can(...page.scopes));
