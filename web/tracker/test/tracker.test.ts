import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTracker, type Config, type Tracker } from "../src/tracker";
import { freshKey, serve, show } from "./server";

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
let key: string;

function start(config: Partial<Config> = {}): Tracker {
  return createTracker({ writeKey: key, endpoint: "https://shop.test", ...config });
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00Z") });
  localStorage.clear();
  key = freshKey();
  show("visible");
  history.replaceState(null, "", "/");
  document.title = "Shelf";
  document.body.innerHTML = "";
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a page view says where, not who", async () => {
  const server = serve(200);
  history.replaceState(null, "", "/p/mug?utm_source=news&utm_campaign=spring&color=red");
  start();
  await pass(100);
  const [request] = server.of(key);
  expect(request?.url).toBe("https://shop.test/v1/batch");
  // A string body without headers goes as text/plain: no preflight.
  expect(request?.options).toMatchObject({ method: "POST", keepalive: true });
  expect(request?.options?.headers).toBeUndefined();
  const body = JSON.parse(request?.body ?? "") as Record<string, unknown>;
  expect(Object.keys(body).sort()).toEqual(["batch", "sentAt", "writeKey"]);
  expect(body.sentAt).toBe("2026-11-21T12:00:00.100Z");
  const [event] = server.events(key);
  expect(event).toEqual({
    type: "page",
    messageId: expect.stringMatching(/^[0-9a-z]{20,}$/) as string,
    timestamp: "2026-11-21T12:00:00.000Z",
    context: {
      page: { path: "/p/mug", url: expect.stringContaining("/p/mug?utm_source=news") as string, title: "Shelf", referrer: "" },
      campaign: { source: "news", name: "spring" },
      library: { name: "kassa", version: "test" },
    },
  });
});

test("events go together, and at once when the batch is full", async () => {
  const server = serve(200);
  const tracker = start({ auto: "", flushInterval: 500, batchSize: 3 });
  tracker.track("a");
  await pass(499);
  expect(server.of(key)).toHaveLength(0);
  tracker.track("b", { n: 1 });
  await pass(1);
  expect(server.of(key)).toHaveLength(1);
  for (const name of ["c", "d", "e"]) tracker.track(name);
  await pass(0);
  expect(server.of(key)).toHaveLength(2);
  expect(server.events(key).map((event) => event.event)).toEqual(["a", "b", "c", "d", "e"]);
  expect(new Set(server.events(key).map((event) => event.messageId)).size).toBe(5);
});

test("page views follow the history, each path once", async () => {
  const server = serve(200);
  start();
  history.pushState(null, "", "/p/mug");
  document.title = "Mug";
  await pass(10);
  history.pushState({ scroll: 1 }, "", "/p/mug");
  history.replaceState({ scroll: 2 }, "", "/p/mug");
  await pass(10);
  history.replaceState(null, "", "/p/mug?size=l");
  await pass(10);
  history.replaceState(null, "", "/");
  dispatchEvent(new PopStateEvent("popstate"));
  await pass(200);
  const pages = server.events(key).map((event) => event.context.page);
  expect(pages.map((page) => page.path)).toEqual(["/", "/p/mug", "/p/mug", "/"]);
  expect(pages[1]).toMatchObject({ title: "Mug", referrer: expect.stringMatching(/\/$/) as string });
  expect(pages[2]?.referrer).toMatch(/\/p\/mug$/);
});

test("an event right after the change of the page is of the new page, and after its page view", async () => {
  const server = serve(200);
  const tracker = start();
  history.pushState(null, "", "/p/mug");
  tracker.track("Product Viewed");
  await pass(200);
  expect(server.events(key).map((event) => [event.event ?? event.type, event.context.page.path])).toEqual([
    ["page", "/"],
    ["page", "/p/mug"],
    ["Product Viewed", "/p/mug"],
  ]);
});

test("clicks carry what was clicked", async () => {
  const server = serve(200);
  start({ auto: "click" });
  const check = async (html: string, expected: string | undefined): Promise<void> => {
    document.body.innerHTML = html;
    const before = server.events(key).length;
    document.querySelector("[here]")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await pass(100);
    expect(server.events(key)[before]?.properties?.target, html).toBe(expected);
  };
  await check("<button here> Add\n  to   cart </button>", "Add to cart");
  await check('<a href="#x"><span here>Deep</span> link</a>', "Deep link");
  await check('<button aria-label="Close" here>×</button>', "Close");
  await check('<input type="submit" value="Send" here>', "Send");
  await check('<div data-kassa="Hero" here>text</div>', "Hero");
  await check('<div role="button" here>Tab</div>', "Tab");
  await check(`<button here>${"x".repeat(200)}</button>`, "x".repeat(80));
  await check('<button id="icon" here><svg></svg></button>', "icon");
  await check("<p here>only text</p>", undefined);
  await check('<input type="text" value="secret" here>', undefined);
  await check('<input type="password" value="secret" here>', undefined);
});

test("time on page counts while it is in view", async () => {
  const server = serve(200);
  start({ auto: "page time" });
  await pass(7000);
  show("hidden");
  await pass(60_000);
  show("visible");
  await pass(3000);
  show("hidden");
  show("visible");
  const seen = server.events(key).filter((event) => event.event === "time_on_page");
  expect(seen.map((event) => event.properties?.seconds)).toEqual([7, 3]);
});

test("a page that changes while hidden has no time", async () => {
  const server = serve(200);
  start({ auto: "page time" });
  show("hidden");
  await pass(60_000);
  history.pushState(null, "", "/cart");
  await pass(200);
  show("visible");
  show("hidden");
  expect(server.events(key).map((event) => event.event ?? event.context.page.path)).toEqual(["/", "/cart"]);
});

test("time on page belongs to the page that was left", async () => {
  const server = serve(200);
  start({ auto: "page time" });
  await pass(4000);
  history.pushState(null, "", "/cart");
  await pass(2000);
  dispatchEvent(new Event("pagehide"));
  expect(server.events(key).map((event) => [event.event ?? "page", event.context.page.path, event.properties?.seconds])).toEqual([
    ["page", "/", undefined],
    ["time_on_page", "/", 4],
    ["page", "/cart", undefined],
    ["time_on_page", "/cart", 2],
  ]);
});

test("a page that is left hands over by beacon", async () => {
  const server = serve(200);
  const tracker = start({ auto: "" });
  tracker.track("last");
  dispatchEvent(new Event("pagehide"));
  expect(server.of(key).map((request) => request.beacon)).toEqual([true]);
  await pass(5000);
  expect(server.events(key).map((event) => event.event)).toEqual(["last"]);
});

test("a beacon that the browser refuses is kept for the next page", async () => {
  const server = serve(200);
  server.beacon.mockReturnValue(false);
  const tracker = start({ auto: "" });
  tracker.track("last");
  dispatchEvent(new Event("pagehide"));
  expect(Object.keys(localStorage).filter((name) => name.startsWith(`kassa ${key} `))).toHaveLength(1);
});

test("identify names the customer until reset", async () => {
  const server = serve(200);
  const tracker = start({ auto: "" });
  tracker.track("before");
  tracker.identify("u-7", { plan: "gold" });
  tracker.track("after");
  await pass(100);
  // As on the next page: another tracker over the same storage.
  const next = start({ auto: "" });
  next.track("next page");
  next.reset();
  next.track("forgotten");
  await pass(100);
  expect(server.events(key).map((event) => [event.event ?? event.type, event.userId])).toEqual([
    ["before", undefined],
    ["identify", "u-7"],
    ["after", "u-7"],
    ["next page", "u-7"],
    ["forgotten", undefined],
  ]);
  expect(server.events(key)[1]?.traits).toEqual({ plan: "gold" });
  expect(server.requests.some((request) => request.body.includes("anonymousId"))).toBe(false);
});

test.each([
  ["globalPrivacyControl", true],
  ["doNotTrack", "1"],
])("under %s nobody is named", async (signal, value) => {
  const server = serve(200);
  localStorage.setItem("kassa.user", "u-old");
  Object.defineProperty(navigator, signal, { configurable: true, value });
  try {
    const tracker = start({ auto: "" });
    tracker.identify("u-7", { email: "a@b.test" });
    tracker.track("still counted");
    await pass(100);
    expect(server.events(key).map((event) => [event.event, event.userId, event.traits])).toEqual([["still counted", undefined, undefined]]);
    expect(localStorage.getItem("kassa.user")).toBe("u-old");
  } finally {
    Object.defineProperty(navigator, signal, { configurable: true, value: undefined });
  }
});

test("auto chooses what is recorded", async () => {
  const server = serve(200);
  const tracker = start({ auto: "false" });
  document.body.innerHTML = "<button>Buy</button>";
  document.querySelector("button")?.click();
  history.pushState(null, "", "/x");
  await pass(5000);
  show("hidden");
  expect(server.of(key)).toHaveLength(0);
  tracker.page("Mine", { a: 1 });
  await pass(100);
  expect(server.events(key)).toMatchObject([{ type: "page", name: "Mine", properties: { a: 1 }, context: { page: { path: "/x" } } }]);
});
