// What is said of the shop itself, and its pictures.
import {
  get,
  integer,
  KEY,
  list,
  MATCH,
  NONE_MATCH,
  nullable,
  object,
  pattern,
  post,
  put,
  raw,
  ref,
  string,
  text,
  word,
} from "../shape.mjs";

export const tag = "Shop";
export const about = "What the shop's pages say of it, and the pictures of its products.";

const colour = pattern("^#[0-9A-Fa-f]{6}$");
const language = word("en", "de", "ar");

export const schemas = {
  Storefront: object({
    name: string,
    logo: nullable(string),
    colour: nullable(colour),
    claim: nullable(string),
    announcement: nullable(string),
    currency: pattern("^[A-Z]{3}$"),
    languages: list(language),
    imprint: nullable(string),
    terms: nullable(string),
    version: integer,
  }),
  StorefrontSaid: object({
    name: nullable(string),
    logo: nullable(string),
    colour: nullable(colour),
    claim: nullable(string),
    announcement: nullable(string),
    imprint: nullable(string),
    terms: nullable(string),
    languages: nullable(list(language)),
  }),
  StorefrontChange: object({
    "name?": nullable(text(255)),
    "logo?": nullable(string),
    "colour?": nullable(colour),
    "claim?": nullable(text(255)),
    "announcement?": nullable(text(255)),
    "imprint?": nullable(text(50_000)),
    "terms?": nullable(text(50_000)),
    "languages?": nullable(list(language)),
  }),
  Asset: object({ id: pattern("^[0-9a-f]{64}$"), width: integer, height: integer, mime: word("image/jpeg", "image/png"), bytes: integer }),
};

export const operations = [
  put("/v1/storefront", {
    id: "setStorefront",
    says: "Set what its pages say; what is absent or null is as `shop.toml` has it",
    scope: "admin",
    headers: { ...KEY, ...MATCH },
    body: ref("StorefrontChange"),
    answers: { 200: ref("Storefront") },
    examples: [
      { name: "goods", body: { name: "Corner Goods", colour: "#8a3b12", claim: "Things for tables", languages: ["en"] }, status: 200 },
    ],
  }),
  get("/v1/admin/storefront", {
    id: "getStorefrontSet",
    says: "What of it was set, and what is so by `shop.toml`",
    scope: "admin",
    answers: { 200: object({ set: ref("StorefrontSaid"), defaults: ref("StorefrontSaid"), version: integer }) },
    examples: [{ name: "now", status: 200 }],
  }),
  get("/v1/storefront", {
    id: "getStorefront",
    says: "What its pages say",
    headers: NONE_MATCH,
    answers: { 200: ref("Storefront"), 304: null },
    examples: [{ name: "now", status: 200 }],
  }),
  post("/v1/assets", {
    id: "uploadPicture",
    says: "Upload a picture: JPEG, PNG or WebP",
    locates: true,
    more: "It is written anew in several widths; with the answer all of them are durable. A file that is known is 200.",
    scope: "catalog",
    upload: true,
    takes: "application/octet-stream",
    body: { type: "string", contentEncoding: "base64" },
    answers: { 200: ref("Asset"), 201: ref("Asset") },
    examples: [{ name: "onePixel", file: "pixel.png", status: 201, save: { asset: "id" } }],
  }),
  get("/assets/i/{file}", {
    id: "getPicture",
    says: "A picture in one of its widths, or as wide as it came",
    probe: true,
    at: { file: [string, "`<id>-<width>`"] },
    headers: NONE_MATCH,
    answers: { 200: [raw("image/jpeg", {}), raw("image/png", {})], 304: null },
    problems: ["not-found"],
    examples: [{ name: "onePixel", at: { file: "{asset}-320" }, status: 200 }],
  }),
];
