import { expect, test } from "vitest";
import { snippetOf, WAYS } from "../src/admin/events/snippets";
import { standingOf } from "../src/admin/messages/standing";

const ORIGIN = "https://shop.example";

test("each way has the key and where kassa is", () => {
  for (const way of WAYS) {
    const text = snippetOf(way, ORIGIN, "wk_12ab");
    expect(text, way).toContain("wk_12ab");
    expect(text, way).toContain(ORIGIN);
  }
});

test("a key of any characters ends neither an attribute, nor a text, nor a word of a shell", () => {
  const evil = `"></script><b x='$(rm)'\\`;
  expect(snippetOf("script", ORIGIN, evil)).toContain("data-write-key=\"&quot;>&lt;/script>&lt;b x='$(rm)'\\\"");
  expect(snippetOf("module", ORIGIN, evil)).toContain(JSON.stringify(evil));
  expect(snippetOf("server", ORIGIN, evil)).toContain(`-u '"></script><b x='\\''$(rm)'\\''\\:'`);
});

test("how a webhook does is one word", () => {
  const hook = { enabled: true, disabled_reason: null, failing_since: null, last_delivered_at: null };
  const at = "2026-11-30T03:00:00Z";
  const check = (more: Partial<Parameters<typeof standingOf>[0]>, expected: string) =>
    expect(standingOf({ ...hook, ...more })).toBe(expected);
  check({}, "untried");
  check({ last_delivered_at: at }, "well");
  check({ last_delivered_at: at, failing_since: at }, "failing");
  check({ enabled: false, disabled_reason: "asked", failing_since: at }, "asked");
  check({ enabled: false, disabled_reason: "failing" }, "given_up");
  check({ enabled: false, disabled_reason: "gone" }, "gone");
});
