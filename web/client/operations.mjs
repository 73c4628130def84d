// The document of the API as TypeScript: a type for each schema, what each operation takes and answers, and where it is.
import { typeOf } from "../openapi/types.mjs";

const HEAD = `// Written by build.mjs from docs/openapi.json.
/* eslint-disable */
`;

/** The text of src/operations.ts. */
export function operations({ paths, components }) {
  const schemas = Object.entries(components.schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)};\n`);
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
  const types = all.map(
    (operation) => `  /** ${operation.summary}: ${operation.method} ${operation.path} */\n  ${typeOfOperation(operation)}`,
  );
  const routes = all.map(({ operationId, method, path, parameters = [], requestBody }) => {
    const takes = Object.keys(requestBody?.content ?? {})[0];
    const keyed = parameters.some(({ name }) => name === "Idempotency-Key");
    return `  ${operationId}: ${JSON.stringify([method, path, takes ?? "", keyed])},`;
  });
  const problems = Object.keys(components.schemas).filter((name) => name.endsWith("Problem"));
  return `${HEAD}
${schemas.join("\n")}
/** Every problem that the API answers, told apart by \`type\`. */
export type Problem =\n${problems.map((name) => `  | ${name}`).join("\n")};

/** What each operation takes and answers. */
export interface Operations {
${types.join("\n")}
}

/** Method, path, media type of the body, and whether there is an Idempotency-Key. */
export const ROUTES: Record<keyof Operations, readonly [string, string, string, boolean]> = {
${routes.join("\n")}
};
`;
}

function typeOfOperation({ operationId, parameters = [], requestBody, responses }) {
  const takes = ["path", "query", "header"].flatMap((place) =>
    group(
      place,
      parameters.filter((one) => one.in === place),
    ),
  );
  const body = Object.entries(requestBody?.content ?? {})[0];
  if (body)
    takes.push(`body${requestBody.required ? "" : "?"}: ${body[0] === "application/json" ? typeOf(body[1].schema, "    ") : "BodyInit"}`);
  const answers = Object.entries(responses).flatMap(([status, { content }]) => (Number(status) < 300 ? typesOf(content) : []));
  return `${operationId}: { takes: { ${takes.join("; ")} }; answers: ${[...new Set(answers)].join(" | ")} };`;
}

function group(place, parameters) {
  if (parameters.length === 0) return [];
  const name = { path: "path", query: "query", header: "headers" }[place];
  // The client makes a key where none is given.
  const needed = ({ name, required }) => required && name !== "Idempotency-Key";
  const members = parameters.map((one) => `${JSON.stringify(one.name)}${needed(one) ? "" : "?"}: ${typeOf(one.schema)}`);
  return [`${name}${parameters.some(needed) ? "" : "?"}: { ${members.join("; ")} }`];
}

const typesOf = (content) =>
  content
    ? Object.entries(content).map(([type, { schema }]) =>
        type.includes("json") && !type.includes("ndjson") ? typeOf(schema, "    ") : typeOfRaw(type),
      )
    : ["undefined"];

const typeOfRaw = (mediaType) => (mediaType.startsWith("text/") || mediaType.includes("json") ? "string" : "Blob");
