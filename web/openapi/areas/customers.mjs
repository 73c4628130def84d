// Customers: whoever has ordered with an e-mail address.
import { cursor, extended, get, integer, limit, list, nullable, object, page, ref, string, time } from "../shape.mjs";

export const tag = "Customers";
export const about = "Whoever has ordered with an e-mail address, one for each address.";

const customer = object({
  id: string,
  email: string,
  name: nullable(string),
  phone: nullable(string),
  marketing_consent_at: nullable(time),
  orders: integer,
  revenue: list(ref("Money")),
  first_order_at: nullable(time),
  last_order_at: nullable(time),
  created_at: time,
});

export const schemas = {
  CustomerRow: customer,
  Customer: extended(customer, {
    first_source: nullable(string),
    shipping_address: nullable(ref("Address")),
    billing_address: nullable(ref("Address")),
    recent_orders: list(object({ id: string, number: integer, status: string, total: ref("Money"), created_at: time }), 50),
  }),
};

const scope = "orders";

export const operations = [
  get("/v1/customers", {
    id: "listCustomers",
    says: "Customers, those first whose first order is the newest",
    scope,
    query: { "q?": [string, "A part of a name or an address"], ...limit(50, 200), ...cursor },
    answers: { 200: page(ref("CustomerRow")) },
    examples: [{ name: "ann", query: { q: "ann@" }, status: 200, save: { customer: "results.0.id" } }],
  }),
  get("/v1/customers/{id}", {
    id: "getCustomer",
    says: "One customer, with addresses and recent orders",
    scope,
    answers: { 200: ref("Customer") },
    examples: [
      { name: "ann", at: { id: "{customer}" }, status: 200 },
      { name: "unknown", at: { id: "nobody" }, status: 404 },
    ],
  }),
];
