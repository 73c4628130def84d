// A schema of the document as a type of TypeScript: for the client, and for people who read the page of the API.
//
//   typeOf(object({ sku: string, "title?": nullable(string) })) → {\n  sku: string;\n  title?: string | null;\n}

export function typeOf(schema, indent = "") {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, indent)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(" | ");
  if (schema.type === "array") return arrayOf(schema, indent);
  if (schema.type === "object") return objectOf(schema, indent);
  return { integer: "number", number: "number", string: "string", boolean: "boolean", null: "null" }[schema.type] ?? "unknown";
}

function arrayOf({ prefixItems, items }, indent) {
  if (prefixItems) return `[${prefixItems.map((one) => typeOf(one, indent)).join(", ")}]`;
  const type = typeOf(items ?? {}, indent);
  return isUnion(items ?? {}) ? `(${type})[]` : `${type}[]`;
}

const isUnion = ({ anyOf = [], enum: values = [], type }) => anyOf.length > 1 || values.length > 1 || Array.isArray(type);

function objectOf({ properties, required = [], additionalProperties }, indent) {
  if (!properties && typeof additionalProperties === "object") return `Record<string, ${typeOf(additionalProperties, indent)}>`;
  const members = Object.entries(properties ?? {});
  const open = additionalProperties === true;
  if (members.length === 0) return additionalProperties === false ? "Record<string, never>" : "Record<string, unknown>";
  const inner = `${indent}  `;
  const lines = members.map(([name, schema]) => {
    const about = schema.description ? `${inner}/** ${schema.description} */\n` : "";
    const written = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
    return `${about}${inner}${written}${required.includes(name) ? "" : "?"}: ${typeOf(schema, inner)};`;
  });
  if (open) lines.push(`${inner}[member: string]: unknown;`);
  return `{\n${lines.join("\n")}\n${indent}}`;
}
