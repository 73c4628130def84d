// All schemas that have a name.
import { AREAS } from "./areas.mjs";
import { PROBLEMS } from "./problems.mjs";
import { integer, nullable, object, pattern, said, string, text } from "./shape.mjs";

const COMMON = {
  Money: object({
    amount_minor: said(integer, "In the currency's smallest unit, up to 2^53−1"),
    currency: said(pattern("^[A-Z]{3}$"), "ISO 4217"),
  }),
  Picture: object({
    id: said(string, "The asset"),
    alt: said(text(255), "What it shows, in words"),
    width: integer,
    height: integer,
    variant_sku: said(nullable(string), "The variant that it shows, or the product"),
  }),
};

const all = Object.assign({}, COMMON, PROBLEMS, ...AREAS.map(({ schemas }) => schemas));
export const SCHEMAS = Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b)));
