// The areas of the API, in the order in which the document has them, and in which their examples are sent.
import * as access from "./areas/access.mjs";
import * as admin from "./areas/admin.mjs";
import * as compatA from "./areas/compat_a.mjs";
import * as compatCD from "./areas/compat_cd.mjs";
import * as customers from "./areas/customers.mjs";
import * as deliveries from "./areas/deliveries.mjs";
import * as health from "./areas/health.mjs";
import * as imports from "./areas/imports.mjs";
import * as ingest from "./areas/ingest.mjs";
import * as kept from "./areas/kept.mjs";
import * as mcp from "./areas/mcp.mjs";
import * as orders from "./areas/orders.mjs";
import * as privacy from "./areas/privacy.mjs";
import * as products from "./areas/products.mjs";
import * as reports from "./areas/reports.mjs";
import * as shop from "./areas/shop.mjs";
import * as stock from "./areas/stock.mjs";
import * as webhooks from "./areas/webhooks.mjs";

export const AREAS = [
  products,
  stock,
  shop,
  orders,
  customers,
  webhooks,
  access,
  ingest,
  reports,
  kept,
  compatA,
  compatCD,
  deliveries,
  admin,
  privacy,
  health,
  mcp,
  imports,
];
