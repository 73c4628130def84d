import { expect, test } from "vitest";
import { calledBy, membersOf, saysOf } from "../src/dashboard/views/rule";
import type { Thing } from "../src/dashboard/views/thing";

const rule = (members: object): Thing => ({ id: "r", version: 1, name: "", ...members });
const excluding = (...filters: unknown[]): Thing => rule({ exclude: { filters } });

test.each<[Thing, string]>([
  [rule({ path: { pattern: "/order/:id", as: null } }), "/order/:id"],
  [excluding(["contains", "event:page", ["/test"]]), "/test"],
  [excluding(["is", "visit:country", ["DE", "AT"]], ["is_not", "visit:browser", ["Firefox"]]), "DE, AT + ≠ Firefox"],
  [excluding(["is", "event:props:$label", ["office"]], ["is", "visit:source", ["Google"]]), "office + Google"],
])("%j is read as it was written, and is called by what it says", (kept, name) => {
  const says = saysOf(kept);
  expect(says && calledBy(says)).toBe(name);
  expect(says && rule(membersOf(says))).toEqual("path" in kept ? rule({ path: { pattern: "/order/:id" } }) : kept);
});

test.each([
  rule({ path: { pattern: "/order/:id", as: "/order" } }),
  excluding(["matches", "event:page", ["^/a"]]),
  excluding(["or", [["is", "visit:country", ["DE"]]]]),
  excluding(["is", "visit:country", ["DE"], { case_sensitive: true }]),
  excluding(["contains", "event:page", ["a"]], ["contains", "event:page", ["b"]]),
  excluding(["is", "event:props:plan", ["free"]]),
  excluding(["is", "visit:screen", ["L"]]),
])("%j is none that the form would write", (kept) => {
  expect(saysOf(kept)).toBeUndefined();
});

test("a name is no longer than the server takes it", () => {
  expect([...calledBy({ filters: [{ name: "page", test: "is", values: ["😀".repeat(300)] }] })]).toHaveLength(100);
});
