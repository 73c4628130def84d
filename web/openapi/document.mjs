// Puts the document of the API together: what the areas say, what every answer may be besides, and the answers that a running kassa
// gave to the examples. `docs/openapi.json` is what it writes; e2e/openapi.test.mjs holds the two together.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AREAS } from "./areas.mjs";
import { problemsOf, responseOf } from "./problems.mjs";
import { SCHEMAS } from "./schemas.mjs";
import { filled } from "./walk.mjs";

export const DOCUMENT = join(import.meta.dirname, "../../docs/openapi.json");
export const ANSWERS = join(import.meta.dirname, "answers.json");

const VERSION = /^version = "(.*)"$/m.exec(readFileSync(join(import.meta.dirname, "../../Cargo.toml"), "utf8"))[1];

const ABOUT = `Everything that a kassa answers to programs, on one port. Objects in answers are closed: a member that is not described
is not there. Native routes refuse what they do not know by name, and answer RFC 9457 problem details, whose types are explained under
/errors/. A key has scopes; each operation names the one that it needs, and none where anybody may ask.`;

const SECURITY = {
  key: {
    type: "http",
    scheme: "bearer",
    description: "A secret key with the scope that is named, a key with `admin`, or the admin token",
  },
  session: { type: "apiKey", in: "cookie", name: "kassa_session", description: "A browser that has logged in; it may do everything" },
  writeKey: { type: "http", scheme: "basic", description: "A site's write key as the user name" },
  share: { type: "http", scheme: "bearer", description: "The token of a share link, about what it shows" },
};

/** The whole document; `answers` are those to the examples, by operation and example, `samples` what stands for what they save. */
export function document({ samples, answers }) {
  const shared = new Map();
  const paths = {};
  for (const { tag, operations } of AREAS)
    for (const operation of operations) {
      paths[operation.path] ??= {};
      if (paths[operation.path][operation.method]) throw new Error(`${operation.method} ${operation.path} is described twice`);
      paths[operation.path][operation.method] = written(tag, shown(operation, samples), answers[operation.id] ?? {}, shared);
    }
  return {
    openapi: "3.1.0",
    info: { title: "kassa", version: VERSION, description: ABOUT, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: "/" }],
    tags: AREAS.map(({ tag, about }) => ({ name: tag, description: about })),
    paths,
    components: { schemas: SCHEMAS, responses: Object.fromEntries(shared), securitySchemes: SECURITY },
  };
}

const shown = ({ examples = [], ...operation }, samples) => ({
  ...operation,
  examples: examples.map((one) => ({ ...one, ...filled({ at: one.at, query: one.query, headers: one.headers, body: one.body }, samples) })),
});

function written(tag, operation, answered, shared) {
  const { id, says, more, body, takes = "application/json", examples } = operation;
  const parameters = parametersOf(operation);
  return {
    tags: [tag],
    operationId: id,
    summary: says,
    ...(more && { description: more }),
    security: securityOf(operation),
    ...(parameters.length && { parameters }),
    ...(body && { requestBody: requestBody(body, takes, operation.bodyless, examples) }),
    responses: responsesOf(operation, answered, shared),
  };
}

// Nobody needs a key, or one with any of these scopes; a session may do everything.
function securityOf({ scope, dialect, session, ingest, link }) {
  if (ingest) return [{}, { writeKey: [] }];
  const scopes = scope === undefined ? [] : [scope].flat();
  if (scopes.length === 0) return [{}];
  return [...scopes.map((one) => ({ key: [one] })), ...(dialect && !session ? [] : [{ session: [] }]), ...(link ? [{ share: [] }] : [])];
}

function parametersOf({ path, at = {}, query = {}, headers = {}, examples }) {
  const inPath = [...path.matchAll(/\{\*?(\w+)\}/g)].map(([, name]) => ["path", name, at[name] ?? [{ type: "string" }]]);
  const named = (place, all) => Object.entries(all).map(([name, about]) => [place, name, about]);
  return [...inPath, ...named("query", query), ...named("header", headers)].map(([place, written, [schema, description]]) => {
    const name = written.replace(/\?$/, "");
    const part = { path: "at", query: "query", header: "headers" }[place];
    const values = examples.filter((example) => example[part]?.[name] !== undefined);
    return {
      name,
      in: place,
      required: place === "path" || name === written,
      ...(description && { description }),
      schema,
      ...(values.length && { examples: Object.fromEntries(values.map((one) => [one.name, { value: one[part][name] }])) }),
    };
  });
}

function requestBody(schema, mediaType, bodyless, examples) {
  const sent = examples.filter(({ body }) => body !== undefined);
  const values = Object.fromEntries(sent.map(({ name, body }) => [name, { value: body }]));
  return { required: !bodyless, content: { [mediaType]: { schema, ...(sent.length && { examples: values }) } } };
}

function responsesOf(operation, answered, shared) {
  const responses = {};
  for (const [status, schema] of Object.entries(operation.answers))
    responses[status] = { ...answer(status, schema), ...headersOf(operation, Number(status)) };
  for (const [status, names] of problemsOf(operation)) {
    if (responses[status] && !responses[status].content?.["application/problem+json"]) {
      const own = responseOf(status, names);
      Object.assign(responses[status].content ?? (responses[status].content = {}), own.content);
      continue;
    }
    const name = [status, ...names].join(".");
    if (!shared.has(name)) shared.set(name, responseOf(status, names));
    responses[status] = { $ref: `#/components/responses/${name}` };
  }
  for (const [name, { status, body, type }] of Object.entries(answered)) {
    if (body === undefined) continue;
    // An example of an answer that is shared with others is this operation's own.
    if (responses[status].$ref) responses[status] = structuredClone(shared.get(responses[status].$ref.split("/").at(-1)));
    const content = responses[status].content[type];
    content.examples = { ...content.examples, [name]: { value: body } };
  }
  return Object.fromEntries(Object.entries(responses).sort(([a], [b]) => a.localeCompare(b)));
}

// What an answer of success bears.
function headersOf({ method, headers = {}, locates }, status) {
  if (status >= 300) return {};
  const named = [];
  if (headers["If-None-Match?"] && method === "get") named.push(["ETag", true, "For `If-None-Match`, and `If-Match` of a change"]);
  if (locates && status === 201) named.push(["Location", true, "Where it is"]);
  const keyed = headers["Idempotency-Key?"] ?? headers["Idempotency-Key"];
  if (keyed) named.push(["Idempotent-Replayed", false, "`true`: it was done before, by the same key"]);
  const all = named.map(([name, required, description]) => [name, { description, required, schema: { type: "string" } }]);
  return all.length ? { headers: Object.fromEntries(all) } : {};
}

const WORDS = { 200: "Done", 201: "Made", 202: "Taken", 204: "Done; there is nothing to say", 304: "Not changed" };

function answer(status, schema) {
  const description = WORDS[status] ?? "Refused";
  if (schema === null) return { description };
  const all = [schema].flat().map((one) => (one.mediaType ? one : { mediaType: "application/json", schema: one }));
  return { description, content: Object.fromEntries(all.map((one) => [one.mediaType, { schema: one.schema }])) };
}

const lines = (all) => Object.entries(all).map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`);
const block = (all) => `{\n${lines(all).join(",\n")}\n}`;

/** The document as it is written: a line for each operation, schema and answer, so that a change shows where it is. */
export function text({ paths, components, ...head }) {
  const groups = (all) => Object.entries(all).map(([name, one]) => `${JSON.stringify(name)}:${block(one)}`);
  return `${JSON.stringify(head).slice(0, -1)},\n"paths":{\n${groups(paths).join(",\n")}\n},\n"components":{\n${groups(components).join(",\n")}\n}}\n`;
}

/** The answers to the examples as they are kept, a line for each operation. */
export const answersText = ({ samples, answers }) => `{"samples":${JSON.stringify(samples)},\n"answers":${block(answers)}}\n`;
