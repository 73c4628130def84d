/** The pages within the areas of the admin, and what is begun on a page of its own; each with the scopes of which it takes one. */
import type { AdminTexts } from "../texts/en.admin";
import type { Scope, Who } from "./who";

interface Within {
  path: string;
  title: (a: AdminTexts) => string;
  scopes: Scope[];
  /** Something is begun there. */
  acts?: true;
}

const WITHIN: Within[] = [
  { path: "/admin/orders/new", title: (a) => a.ordering.make, scopes: ["orders"], acts: true },
  { path: "/admin/products/new", title: (a) => a.products.new, scopes: ["catalog"], acts: true },
  { path: "/admin/stock/count", title: (a) => a.counting.title, scopes: ["inventory"], acts: true },
  { path: "/admin/products/grid", title: (a) => a.products.sub.grid, scopes: ["catalog"] },
  { path: "/admin/products/categories", title: (a) => a.products.sub.categories, scopes: ["catalog"] },
  { path: "/admin/products/import", title: (a) => a.products.sub.moving, scopes: ["admin"] },
  { path: "/admin/messages/webhooks", title: (a) => a.hooks.pages.webhooks, scopes: ["admin"] },
  { path: "/admin/messages/templates", title: (a) => a.hooks.pages.templates, scopes: ["orders"] },
  { path: "/admin/events/drops", title: (a) => a.events.pages.drops, scopes: ["admin"] },
  { path: "/admin/events/sites", title: (a) => a.events.pages.sites, scopes: ["admin"] },
  { path: "/admin/events/rules", title: (a) => a.events.pages.rules, scopes: ["admin"] },
];

export const withinOf = (who: Who): Within[] => WITHIN.filter((one) => who.can(...one.scopes));
