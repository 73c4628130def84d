import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freshKey, serve } from "./server";

type Kassa = { push(call: unknown[]): void; track(name: string): void };
const page = window as unknown as { kassa?: unknown };

async function load(attributes: Record<string, string>): Promise<void> {
  const script = document.createElement("script");
  script.setAttribute("data-src", "");
  Object.defineProperty(script, "src", { value: "https://stats.shop.test/kassa.js" });
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  Object.defineProperty(document, "currentScript", { configurable: true, value: script });
  vi.resetModules();
  await import("../src/script");
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  delete page.kassa;
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the script is set up by its attributes and posts to where it came from", async () => {
  const server = serve(200);
  const key = freshKey();
  await load({ "data-write-key": key });
  await vi.advanceTimersByTimeAsync(100);
  expect(server.of(key)[0]?.url).toBe("https://stats.shop.test/v1/batch");
  (page.kassa as Kassa).track("x");
  (page.kassa as Kassa).push(["track", "y", { z: 1 }]);
  await vi.advanceTimersByTimeAsync(100);
  expect(server.events(key).map((event) => event.event ?? event.type)).toEqual(["page", "x", "y"]);
});

test("endpoint, pause and what is recorded can be set", async () => {
  const server = serve(200);
  const key = freshKey();
  await load({ "data-write-key": key, "data-endpoint": "https://other.test", "data-auto": "page", "data-flush": "1000" });
  await vi.advanceTimersByTimeAsync(900);
  expect(server.of(key)).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(100);
  expect(server.of(key)[0]?.url).toBe("https://other.test/v1/batch");
});

test("calls made before it loaded are made then", async () => {
  const server = serve(200);
  const key = freshKey();
  page.kassa = [
    ["identify", "u-1"],
    ["track", "Early", { a: 1 }],
  ];
  await load({ "data-write-key": key, "data-auto": "" });
  await vi.advanceTimersByTimeAsync(100);
  expect(server.events(key)).toMatchObject([
    { type: "identify", userId: "u-1" },
    { event: "Early", properties: { a: 1 } },
  ]);
});

test("the same write key twice in a page counts once, two keys count each", async () => {
  const server = serve(200);
  const [key, other] = [freshKey(), freshKey()];
  await load({ "data-write-key": key });
  await load({ "data-write-key": key });
  await load({ "data-write-key": other });
  await vi.advanceTimersByTimeAsync(100);
  expect([server.events(key).length, server.events(other).length]).toEqual([1, 1]);
});

test("a module, which does not know its element, finds itself", async () => {
  const server = serve(200);
  const key = freshKey();
  document.head.innerHTML = `<script type="module" src="https://stats.shop.test/kassa.js" data-write-key="${key}" data-404></script>`;
  Object.defineProperty(document, "currentScript", { configurable: true, value: null });
  vi.resetModules();
  await import("../src/script");
  await vi.advanceTimersByTimeAsync(100);
  expect(server.of(key)[0]?.url).toBe("https://stats.shop.test/v1/batch");
  expect(server.events(key)[0]?.properties).toEqual({ status: 404 });
  document.head.innerHTML = "";
});
