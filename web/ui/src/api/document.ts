/** The description of the API, `/openapi.json`, as far as the page reads it. */

export interface Api {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Answer> };
}

export interface Schema {
  description?: string;
}

type Examples = Record<string, { value: unknown }>;
type Content = Record<string, { schema: Schema; examples?: Examples }>;

export interface Operation {
  tags: string[];
  operationId: string;
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, Answer | { $ref: string }>;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: Schema;
  examples?: Examples;
}

export interface Answer {
  description: string;
  content?: Content;
}

/** An operation with where it is. */
export interface Route extends Operation {
  method: string;
  path: string;
}

/** All operations, in the document's order. */
export const routesOf = ({ paths }: Api): Route[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );

/** What an operation answers, by status. */
export const answersOf = ({ responses }: Operation, { components }: Api): [string, Answer][] =>
  Object.entries(responses).map(([status, answer]) => {
    const shared = "$ref" in answer ? components.responses[answer.$ref.split("/").at(-1) ?? ""] : answer;
    return [status, shared ?? { description: "" }];
  });

/** The names of an operation's examples: what was sent, and what was answered. */
export function exampleNames(route: Route): string[] {
  const names = new Set<string>();
  const add = (examples?: Examples): void => Object.keys(examples ?? {}).forEach((name) => names.add(name));
  for (const { examples } of Object.values(route.requestBody?.content ?? {})) add(examples);
  for (const { examples } of route.parameters ?? []) add(examples);
  for (const answer of Object.values(route.responses))
    if ("content" in answer) for (const { examples } of Object.values(answer.content ?? {})) add(examples);
  return [...names];
}

/** Who may ask, in words. */
export function whoMayAsk({ security }: Operation): string {
  const scopes = security.flatMap((way) => way.key ?? []);
  if (scopes.length === 0) return security.some((way) => way.writeKey) ? "Anybody; events with a site's write key" : "Anybody";
  const ways = [`a key with the scope ${scopes.join(" or ")}`];
  if (security.some((way) => way.session)) ways.push("a session");
  if (security.some((way) => way.share)) ways.push("a share link");
  return `${ways.join(", ")}`.replace(/^a/, "A");
}

/** Whether all words of `search` are in what an operation is called. */
export const fits = ({ method, path, summary, operationId }: Route, search: string): boolean => {
  const text = `${method} ${path} ${summary} ${operationId}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};
