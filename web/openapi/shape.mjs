// The words in which the areas say what the API takes and answers. Objects are closed: what they do not name is not there. A name that
// ends with `?` may be absent.
//
//   object({ sku: string, "title?": nullable(string) })
//   get("/v1/products/{id}", { id: "getProduct", says: "One product", answers: { 200: ref("Product") }, examples: [...] })

export const string = { type: "string" };
export const integer = { type: "integer" };
export const number = { type: "number" };
export const boolean = { type: "boolean" };
export const time = { type: "string", format: "date-time" };
export const day = { type: "string", format: "date" };
export const uuid = { type: "string", format: "uuid" };
/** Any JSON. */
export const anything = {};
/** A JSON object whose members are its owner's. */
export const free = { type: "object" };

export const ref = (name) => ({ $ref: `#/components/schemas/${name}` });
export const said = (schema, description) => ({ ...schema, description });
export const word = (...values) => ({ type: "string", enum: values });
export const always = (value) => ({ const: value });
export const list = (items, most) => ({ type: "array", items, ...(most && { maxItems: most }) });
export const tuple = (...items) => ({ type: "array", prefixItems: items, items: false, minItems: items.length, maxItems: items.length });
export const map = (values) => ({ type: "object", additionalProperties: values });
export const either = (...schemas) => ({ anyOf: schemas });
export const text = (most) => ({ type: "string", maxLength: most });
export const from = (minimum, maximum) => ({ type: "integer", minimum, ...(maximum !== undefined && { maximum }) });
export const pattern = (regex) => ({ type: "string", pattern: regex });

export function nullable(schema) {
  if (typeof schema.type !== "string") return either(schema, { type: "null" });
  return { ...schema, type: [schema.type, "null"], ...(schema.enum && { enum: [...schema.enum, null] }) };
}

export function object(members) {
  const properties = {};
  const required = [];
  for (const [written, schema] of Object.entries(members)) {
    const name = written.replace(/\?$/, "");
    properties[name] = schema;
    if (name === written) required.push(name);
  }
  return { type: "object", properties, ...(required.length && { required }), additionalProperties: false };
}

/** The same object with more members. */
export const extended = (base, members) => {
  const more = object(members);
  const required = [...(base.required ?? []), ...(more.required ?? [])];
  return { ...base, properties: { ...base.properties, ...more.properties }, ...(required.length && { required }) };
};

/** The same object, of which nothing need be there. */
export const partly = ({ required: _, ...rest }) => rest;

/** A page of a list. */
export const page = (items, more = {}) => object({ results: list(items), next_cursor: nullable(string), ...more });
/** How many there are on all pages, for who asked for it. */
export const total = { "total?": integer, "total_exact?": boolean };

/** A body that is no JSON. */
export const raw = (mediaType, schema = string) => ({ mediaType, schema });

const operation = (method) => (path, about) => ({ method, path, ...about });
export const get = operation("get");
export const post = operation("post");
export const put = operation("put");
export const patch = operation("patch");
export const del = operation("delete");

// Parameters, by their names in a query: [schema, what it is].
export const limit = (usual, most) => ({ "limit?": [from(1), `How many, ${usual} if not said, at most ${most}`] });
export const cursor = { "cursor?": [string, "`next_cursor` of the page before"] };
export const counted = { "total?": [boolean, "Also say how many there are on all pages, counted to 10,000"] };

// What a route does with headers.
export const KEY = { "Idempotency-Key?": [text(255), "Done once: the same request with the same key is answered as it was"] };
export const MUST_KEY = { "Idempotency-Key": [text(255), "Unique to this order; sent again on a retry"] };
export const MATCH = { "If-Match?": [string, "Only if the thing still has this ETag; else 412"] };
export const NONE_MATCH = { "If-None-Match?": [string, "304 if the thing still has this ETag"] };
