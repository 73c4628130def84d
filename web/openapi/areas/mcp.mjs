// The same to read for programs that ask on somebody's behalf.
import { anything, free, object, post, ref, string } from "../shape.mjs";

export const tag = "MCP";
export const about = `The Model Context Protocol over streamable HTTP, without sessions and streams: \`query\`, \`definitions\`, \`funnel\`, \`products\`,
\`product_performance\`, \`orders\`, \`trust\` and \`audit\` are tools, each under the scope of the route that it is.`;

const id = { "id?": { type: ["string", "number"] } };

export const schemas = {
  Message: {
    type: "object",
    additionalProperties: true,
    properties: { jsonrpc: { const: "2.0" }, ...object(id).properties, method: string, params: free },
    required: ["jsonrpc"],
  },
  MessageAnswer: object({
    jsonrpc: { const: "2.0" },
    id: { type: ["string", "number", "null"] },
    "result?": free,
    "error?": object({ code: { type: "integer" }, message: string, "data?": anything }),
  }),
};

export const operations = [
  post("/mcp", {
    id: "mcp",
    says: "One message of JSON-RPC 2.0",
    scope: ["read", "catalog", "inventory", "orders"],
    headers: { "MCP-Protocol-Version?": [string, "The version that was agreed on"] },
    body: ref("Message"),
    answers: { 200: ref("MessageAnswer"), 202: null, 400: ref("MessageAnswer") },
    examples: [
      {
        name: "initialize",
        body: {
          jsonrpc: "2.0",
          id: 1,
          method: "initialize",
          params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "example", version: "1" } },
        },
        status: 200,
      },
      { name: "initialized", body: { jsonrpc: "2.0", method: "notifications/initialized" }, status: 202 },
      {
        name: "orders",
        as: "orders",
        body: { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "orders", arguments: { status: "cancelled", limit: 1 } } },
        status: 200,
        shows: "nothing",
      },
    ],
  }),
];
