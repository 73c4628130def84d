// Who may call: sessions, keys and sites.
import {
  anything,
  boolean,
  cursor,
  del,
  either,
  from,
  get,
  integer,
  limit,
  list,
  map,
  nullable,
  object,
  page,
  post,
  put,
  ref,
  said,
  string,
  time,
  uuid,
  word,
} from "../shape.mjs";

export const tag = "Access";
export const about = "Sessions, secret keys with their scopes, and sites with their write keys.";

const SCOPE = word("read", "catalog", "inventory", "orders", "collect", "admin");
const source = word("configuration", "created");
const key = {
  id: nullable(string),
  name: string,
  source,
  scopes: list(SCOPE),
  site: nullable(string),
  prefix: nullable(string),
  created_at: nullable(time),
  last_used_at: nullable(time),
  sessions: said(integer, "How many are logged in with it"),
};
const rules = {
  trailing_slash: word("drop", "keep"),
  hash_routes: boolean,
  keep_query: list(string),
  ignore_referrers: list(string),
  labels: map(string),
  exclude_addresses: list(string),
};
const site = { timezone: string, allow_keyless: boolean, origins: list(string), keep_days: from(0), ...rules };
const optional = (members) => Object.fromEntries(Object.entries(members).map(([name, schema]) => [`${name}?`, schema]));

export const schemas = {
  Key: object(key),
  RevokedKey: object({ ...key, revoked_at: time }),
  NewKey: object({ ...key, key: said(string, "Shown this once") }),
  WriteKey: object({ key: string, source, created_at: nullable(time) }),
  Site: object({
    id: string,
    source,
    version: said(integer, "How often it was written down, from 1; 0 where the configuration alone changes it"),
    ...site,
    write_keys: list(ref("WriteKey")),
  }),
  ChangeMade: object({
    id: uuid,
    at: time,
    actor: string,
    name: string,
    method: string,
    path: string,
    asked: anything,
    before: anything,
    after: anything,
  }),
  Session: object({
    mode: word("open", "closed"),
    signed_in: boolean,
    "caller?": word("open", "admin", "session", "key", "share"),
    "name?": string,
    scopes: list(SCOPE),
    "expires_at?": time,
    "share?": either(
      object({ password_required: boolean }),
      object({
        id: string,
        name: string,
        site_id: string,
        timezone: string,
        segment: nullable(string),
        panels: nullable(list(string)),
        expires_at: nullable(time),
      }),
    ),
  }),
};

const scope = "admin";

export const operations = [
  get("/v1/session", {
    id: "getSession",
    says: "Who is asking",
    answers: { 200: ref("Session") },
    problems: ["unauthorized"],
    examples: [
      { name: "nobody", status: 200 },
      { name: "key", as: "orders", status: 200 },
    ],
  }),
  post("/v1/session", {
    id: "createSession",
    says: "Trade the admin token or a secret key for a cookie of 12 hours",
    body: object({ token: string }),
    answers: { 200: ref("Session") },
    problems: ["unauthorized"],
    examples: [
      { name: "right", body: { token: "the-admin-token-of-the-examples" }, status: 200 },
      { name: "wrong", body: { token: "a-guess" }, status: 401 },
    ],
  }),
  del("/v1/session", { id: "endSession", says: "End the session", answers: { 204: null }, examples: [{ name: "end", status: 204 }] }),
  del("/v1/admin/sessions", {
    id: "endSessions",
    says: "End every session",
    scope,
    answers: { 204: null },
    examples: [{ name: "all", status: 204 }],
  }),
  get("/v1/admin/changes", {
    id: "listChanges",
    says: "Who changed what, by which request, and what of it differs since, the newest first",
    scope,
    query: { "path?": [string, "Only what lies at it or under it"], ...limit(50, 200), ...cursor },
    answers: { 200: page(ref("ChangeMade")) },
    examples: [
      { name: "newest", query: { limit: 1 }, status: 200 },
      { name: "badCursor", query: { cursor: "nobody" }, status: 400 },
    ],
  }),
  post("/v1/admin/keys", {
    id: "createKey",
    says: "Make a secret key",
    scope,
    body: object({ name: string, scopes: list(SCOPE), "site?": nullable(string) }),
    answers: { 201: ref("NewKey") },
    problems: ["conflict"],
    examples: [
      { name: "till", body: { name: "till", scopes: ["orders", "read"] }, status: 201, save: { key: "id" } },
      { name: "adminOfSite", body: { name: "till", scopes: ["admin"], site: "default" }, status: 400 },
    ],
  }),
  get("/v1/admin/keys", {
    id: "listKeys",
    says: "All secret keys, without themselves",
    scope,
    answers: { 200: object({ results: list(ref("Key")) }) },
    examples: [{ name: "all", status: 200 }],
  }),
  get("/v1/admin/keys/revoked", {
    id: "listRevokedKeys",
    says: "The last hundred keys that were revoked, the last first",
    scope,
    answers: { 200: object({ results: list(ref("RevokedKey")) }) },
    examples: [{ name: "all", status: 200 }],
  }),
  del("/v1/admin/keys/{id}", {
    id: "revokeKey",
    says: "Revoke a key",
    scope,
    answers: { 204: null },
    problems: ["conflict"],
    examples: [
      { name: "till", at: { id: "{key}" }, status: 204 },
      { name: "unknown", at: { id: "nothing" }, status: 404 },
    ],
  }),
  post("/v1/admin/sites", {
    id: "createSite",
    says: "Make a site",
    scope,
    body: object({ id: string, ...optional(site) }),
    answers: { 201: ref("Site") },
    problems: ["conflict"],
    examples: [{ name: "blog", body: { id: "blog", timezone: "Europe/Berlin", origins: ["https://blog.test"] }, status: 201 }],
  }),
  get("/v1/admin/sites", {
    id: "listSites",
    says: "All sites, with their write keys",
    scope,
    answers: { 200: object({ results: list(ref("Site")) }) },
    examples: [{ name: "all", status: 200 }],
  }),
  put("/v1/admin/sites/{site}", {
    id: "changeSite",
    says: "Change a site into what is sent; one that stands in the configuration, and one of which there is a newer version, is 409",
    scope,
    body: object({ "id?": string, "version?": said(from(1), "That was read: there must be no newer one"), ...optional(site) }),
    answers: { 200: ref("Site") },
    problems: ["conflict"],
    examples: [
      { name: "blog", at: { site: "blog" }, body: { version: 1, timezone: "Europe/Berlin", keep_days: 400 }, status: 200 },
      { name: "late", at: { site: "blog" }, body: { version: 1, keep_days: 30 }, status: 409 },
    ],
  }),
  post("/v1/admin/sites/{site}/keys", {
    id: "createWriteKey",
    says: "Make a write key: a public one, for pages",
    scope,
    answers: { 201: ref("WriteKey") },
    problems: ["conflict"],
    examples: [
      { name: "blog", at: { site: "blog" }, status: 201, save: { blogKey: "key" } },
      { name: "shop", at: { site: "default" }, status: 201, save: { writeKey: "key" } },
    ],
  }),
  del("/v1/admin/sites/{site}/keys/{key}", {
    id: "revokeWriteKey",
    says: "Revoke a write key; one that stands in the configuration is 409",
    scope,
    answers: { 204: null },
    problems: ["conflict"],
    examples: [{ name: "blog", at: { site: "blog", key: "{blogKey}" }, status: 204 }],
  }),
];
