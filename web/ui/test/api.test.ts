import { expect, test } from "vitest";
import { requestOf, valuesOf } from "../src/api/attempt";
import { type Api, answersOf, exampleNames, fits, routesOf, whoMayAsk } from "../src/api/document";
import { operation, schema } from "../src/api/view";

const API: Api = {
  info: { title: "kassa", version: "1", description: "" },
  tags: [{ name: "Orders", description: "" }],
  paths: {
    "/v1/orders/{id}/refunds": {
      post: {
        tags: ["Orders"],
        operationId: "createRefund",
        summary: "Money goes back",
        description: "For `units` <b>or</b> by amount.",
        security: [{ key: ["orders"] }, { session: [] }],
        parameters: [
          { name: "id", in: "path", required: true, schema: {}, examples: { one: { value: "a/b" } } },
          { name: "dry", in: "query", required: false, schema: {} },
          { name: "Idempotency-Key", in: "header", required: true, schema: {}, examples: { one: { value: "k-1" } } },
        ],
        requestBody: { required: true, content: { "application/json": { schema: {}, examples: { one: { value: { amount_minor: 1 } } } } } },
        responses: {
          "200": { description: "Done", content: { "application/json": { schema: {}, examples: { two: { value: 1 } } } } },
          "404": { $ref: "#/components/responses/gone" },
        },
      },
    },
  },
  components: { schemas: { Money: {} }, responses: { gone: { description: "not there" } } },
};
const [route] = routesOf(API);

test("an operation says who may ask, what it answers and which examples it has", () => {
  expect(route).toBeDefined();
  if (!route) return;
  expect(whoMayAsk(route)).toBe("A key with the scope orders, a session");
  expect(whoMayAsk({ ...route, security: [{}] })).toBe("Anybody");
  expect(answersOf(route, API).map(([status, { description }]) => [status, description])).toEqual([
    ["200", "Done"],
    ["404", "not there"],
  ]);
  expect(exampleNames(route)).toEqual(["one", "two"]);
  expect([fits(route, "refund POST"), fits(route, "money"), fits(route, "teapot")]).toEqual([true, true, false]);
});

test("an example is sent as it stands in the form", () => {
  if (!route) return;
  const { values, body } = valuesOf(route, "one");
  const { url, init } = requestOf(route, { values, body, key: "ks_live_1" });
  expect(url).toBe("/v1/orders/a%2Fb/refunds");
  expect(JSON.parse(String(init.body))).toEqual({ amount_minor: 1 });
  const headers = new Headers(init.headers);
  expect(["authorization", "content-type", "idempotency-key", "dry"].map((name) => headers.get(name))).toEqual([
    "Bearer ks_live_1",
    "application/json",
    "k-1",
    null,
  ]);
  const [, dry] = route.parameters ?? [];
  if (dry) values.set(dry, "a&b");
  expect(requestOf(route, { values, body: " ", key: "" }).url).toBe("/v1/orders/a%2Fb/refunds?dry=a%26b");
});

test("what an operation says is text, and is made when it is opened", () => {
  if (!route) return;
  const node = operation(route, API, () => "");
  document.body.append(node, schema("Money", {}));
  expect(node.querySelector("form")).toBeNull();
  node.open = true;
  node.dispatchEvent(new Event("toggle"));
  expect(node.querySelector("form textarea")).not.toBeNull();
  expect(node.textContent).toContain("For units <b>or</b> by amount.");
  expect(node.querySelector("b")).toBeNull();
});
