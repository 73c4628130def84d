import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTracker, type Config, type Tracker } from "../src/tracker";
import { freshKey, serve, show } from "./server";

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
let key: string;

function start(config: Partial<Config> = {}): Tracker {
  return createTracker({ writeKey: key, endpoint: "https://shop.test", ...config });
}

/** As on the next page: nothing but the storage is left. */
function load(config: Partial<Config> = {}): Tracker {
  for (const made of Object.keys(window)) if (made.startsWith("kassa ")) delete (window as unknown as Record<string, unknown>)[made];
  return start(config);
}

// A link that is clicked leads nowhere here, and no program drives this browser.
for (const name of ["click", "auxclick"]) document.addEventListener(name, (event) => event.preventDefault());
Object.defineProperty(navigator, "webdriver", { configurable: true, value: false });

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
      // The server reads the campaign in the address.
      page: { path: "/p/mug", url: "https://shop.test/p/mug?utm_source=news&utm_campaign=spring&color=red", title: "Shelf", referrer: "" },
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
  history.pushState(null, "", "/p/mug?size=xl#reviews");
  await pass(10);
  history.replaceState(null, "", "/");
  dispatchEvent(new PopStateEvent("popstate"));
  await pass(200);
  const pages = server.events(key).map((event) => event.context.page);
  expect(pages.map((page) => page.path)).toEqual(["/", "/p/mug", "/"]);
  expect(pages[1]).toMatchObject({ title: "Mug", referrer: expect.stringMatching(/\/$/) as string });
  expect(pages[2]?.referrer).toMatch(/\/p\/mug$/);
});

test("a route after the # is a page only where the site says so; a place in the page and the route's query are none, as on the server", async () => {
  const server = serve(200);
  history.replaceState(null, "", "/app#/a");
  start({ hashRoutes: true });
  for (const address of ["/app?x=1#/a", "/app?x=1#/a?sort=price", "/app?x=1#/b", "/app#!/c", "/app#top", "/app"]) {
    history.pushState(null, "", address);
    await pass(10);
  }
  await pass(200);
  expect(server.events(key).map((event) => event.context.page.path)).toEqual(["/app#/a", "/app#/b", "/app#!/c", "/app"]);
});

test("an event is of the page that is shown, also where page views are not recorded", async () => {
  const server = serve(200);
  const tracker = start({ auto: "time" });
  await pass(3000);
  history.pushState(null, "", "/p/mug");
  await pass(10);
  tracker.track("Product Viewed");
  await pass(2000);
  show("hidden");
  expect(server.events(key).map((event) => [event.event, event.context.page.path, event.properties?.seconds])).toEqual([
    ["time_on_page", "/", 3],
    ["Product Viewed", "/p/mug", undefined],
    ["time_on_page", "/p/mug", 2],
  ]);
});

test("however long title and address are, the view is one that the server takes", async () => {
  const server = serve(200);
  document.title = "ä".repeat(100_000);
  history.replaceState(null, "", `/p?utm_source=news#${"x".repeat(100_000)}`);
  start();
  history.pushState(null, "", "/next");
  await pass(200);
  expect(server.events(key).map((event) => event.context.page.path)).toEqual(["/p", "/next"]);
  expect(server.events(key)[0]?.context.page.url).toContain("utm_source=news");
  for (const { context } of server.events(key)) expect(JSON.stringify(context).length).toBeLessThan(10_000);
});

test("an event says what was true when it was recorded, and one that JSON cannot write takes no other along", async () => {
  const server = serve(200);
  const tracker = start();
  const cart: Record<string, unknown> = { value: 18 };
  tracker.track("Product Added", cart);
  cart.value = 0;
  cart.self = cart;
  expect(() => tracker.track("Round", cart)).toThrow(TypeError);
  await pass(100);
  expect(server.events(key).map((event) => [event.event ?? event.type, event.properties?.value])).toEqual([
    ["page", undefined],
    ["Product Added", 18],
  ]);
});

test("a link that was copied from a page's source says the same", async () => {
  const server = serve(200);
  history.replaceState(null, "", "/?utm_source=a&amp;utm_medium=b&amp;amp;gclid=1");
  start();
  await pass(100);
  expect(server.events(key)[0]?.context.page.url).toBe("https://shop.test/?utm_source=a&utm_medium=b&gclid=1");
});

test("asked for twice, the tracker of a write key is one", async () => {
  const server = serve(200);
  const first = start();
  expect(start()).toBe(first);
  history.pushState(null, "", "/p/mug");
  await pass(200);
  expect(server.events(key).map((event) => event.context.page.path)).toEqual(["/", "/p/mug"]);
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

test("with all-clicks a click on anything counts, and nothing that was typed is read", async () => {
  const server = serve(200);
  start({ auto: "all-clicks" });
  const check = async (html: string, expected: string): Promise<void> => {
    document.body.innerHTML = html;
    const before = server.events(key).length;
    document.querySelector("[here]")?.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
    await pass(100);
    expect(server.events(key)[before]?.properties?.target, html).toBe(expected);
  };
  await check("<p here>only text</p>", "only text");
  await check("<a href='#x'><b here>Deep</b> link</a>", "Deep link");
  await check('<input type="text" value="secret" here>', "input");
  await check('<input type="password" id="pin" value="secret" here>', "pin");
  await check("<div here><p contenteditable>secret</p></div>", "div");
  expect(server.requests.some((request) => request.body.includes("secret"))).toBe(false);
});

test("a link says where it leads to when that is another host or a file, without its query", async () => {
  const server = serve(200);
  start({ auto: "click outbound download" });
  const click = async (html: string, type = "click", button = 0): Promise<unknown> => {
    document.body.innerHTML = html;
    const before = server.events(key).length;
    document.querySelector("[here]")?.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, button }));
    await pass(100);
    return server.events(key)[before]?.properties;
  };
  expect(await click('<a here href="https://other.test/a/b?token=1#x">Other</a>')).toEqual({ target: "Other", outbound: "other.test/a/b" });
  expect(await click('<a here href="/files/List.PDF?token=1">List</a>')).toEqual({ target: "List", download: "shop.test/files/List.PDF" });
  expect(await click('<a here href="/export" download>Export</a>')).toEqual({ target: "Export", download: "shop.test/export" });
  expect(await click('<a here href="/p/mug">Mug</a>')).toEqual({ target: "Mug" });
  expect(await click('<a here href="mailto:me@other.test">Mail</a>')).toEqual({ target: "Mail" });
  expect(await click('<a here href="https://other.test/">Tab</a>', "auxclick", 1)).toEqual({ target: "Tab", outbound: "other.test/" });
  expect(await click('<a here href="https://other.test/">Menu</a>', "auxclick", 2)).toBeUndefined();
  expect(await click("<button here>Buy</button>", "auxclick", 1)).toBeUndefined();
});

test("what a click carries can be switched off, and clicks on inner links with it", async () => {
  const server = serve(200);
  start({ auto: "outbound" });
  document.body.innerHTML = '<a id="in" href="/p">In</a><a id="out" href="https://other.test/">Out</a><a id="file" href="/a.pdf">File</a>';
  for (const id of ["in", "out", "file"])
    document.getElementById(id)?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  await pass(100);
  expect(server.events(key).map((event) => event.properties)).toEqual([{ target: "Out", outbound: "other.test/" }]);
});

test("a form that is sent says which, and nothing of what is in it", async () => {
  const server = serve(200);
  start({ auto: "form" });
  document.body.innerHTML = '<form id="letter"><input name="id" value="secret"></form><form name="find"></form>';
  for (const form of document.querySelectorAll("form")) form.dispatchEvent(new Event("submit", { bubbles: true }));
  await pass(100);
  expect(server.events(key).map((event) => [event.event, event.properties])).toEqual([
    ["form_submit", { form: "letter" }],
    ["form_submit", { form: "find" }],
  ]);
});

test("the page for what was not found says so, the next one does not", async () => {
  const server = serve(200);
  start({ notFound: true });
  history.pushState(null, "", "/p/mug");
  await pass(200);
  expect(server.events(key).map((event) => event.properties?.status)).toEqual([404, undefined]);
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

test("after a minute without a sign of life the time stands still", async () => {
  const server = serve(200);
  start({ auto: "page time" });
  const act = (name: string, target: EventTarget = document): boolean => target.dispatchEvent(new Event(name, { bubbles: true }));
  await pass(30_000);
  act("pointermove");
  await pass(50_000);
  act("keydown", document.body);
  // A tab that is left open for a night.
  await pass(8 * 3_600_000);
  act("scroll");
  await pass(5000);
  show("hidden");
  expect(server.events(key).map((event) => event.properties?.seconds)).toEqual([undefined, 30 + 50 + 60 + 5]);
});

test("media that plays is a sign of life, decoration is none", async () => {
  const server = serve(200);
  start({ auto: "time" });
  document.body.innerHTML = "<video id='film'></video><video id='back'></video>";
  const play = async (id: string): Promise<void> => {
    for (let n = 0; n < 10; n++) {
      await pass(50_000);
      document.getElementById(id)?.dispatchEvent(new Event("timeupdate"));
    }
  };
  Object.assign(document.getElementById("back") as object, { muted: true, loop: true });
  await play("film");
  await play("back");
  show("hidden");
  expect(server.events(key).map((event) => event.properties?.seconds)).toEqual([500 + 60]);
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
  const next = load({ auto: "" });
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

test("the first view after consent says where the visitor came from, and that it was not found", async () => {
  const server = serve(200);
  Object.defineProperty(document, "referrer", { configurable: true, value: "https://www.google.com/" });
  try {
    const tracker = start({ consent: "required", notFound: true });
    await pass(5000);
    tracker.optIn();
    history.pushState(null, "", "/p/mug");
    await pass(200);
    expect(server.events(key).map((event) => [event.context.page.referrer, event.properties?.status])).toEqual([
      ["https://www.google.com/", 404],
      ["https://shop.test/", undefined],
    ]);
  } finally {
    Object.defineProperty(document, "referrer", { configurable: true, value: "" });
  }
});

test("before consent nothing goes out that an earlier page has left, and who opts out takes along what other trackers and tabs have", async () => {
  const server = serve(503);
  const other = freshKey();
  start();
  createTracker({ writeKey: other, endpoint: "https://shop.test" });
  await pass(100);
  const left = (): string[] => Object.keys(localStorage).filter((name) => [key, other].some((own) => name.startsWith(`kassa ${own} `)));
  const sent = (): number => server.of(key).length + server.of(other).length;
  expect(left()).toHaveLength(2);
  const before = sent();
  vi.clearAllTimers();
  server.answer(200);
  const tracker = load({ consent: "required" });
  await pass(200_000);
  expect(sent()).toBe(before);
  tracker.optOut();
  expect(left()).toHaveLength(0);
  // One that has recorded before, in another tab.
  localStorage.removeItem("kassa.consent");
  const late = load();
  late.track("Just before");
  localStorage.setItem("kassa.consent", "out");
  await pass(5000);
  show("hidden");
  expect([sent(), left().length]).toEqual([before, 0]);
});

test("before consent nothing is counted, kept or sent; from it on the present page is", async () => {
  const server = serve(200);
  const tracker = start({ consent: "required" });
  tracker.identify("u-7");
  tracker.track("too early");
  await pass(5000);
  expect([server.of(key).length, localStorage.length]).toEqual([0, 0]);
  tracker.optIn();
  tracker.optIn();
  await pass(2000);
  show("hidden");
  expect(server.events(key).map((event) => [event.event ?? event.type, event.properties?.seconds])).toEqual([
    ["page", undefined],
    ["time_on_page", 2],
  ]);
  // Remembered on the next page.
  show("visible");
  load({ consent: "required", auto: "" }).track("later");
  await pass(100);
  expect(server.events(key).at(-1)?.event).toBe("later");
});

test("who opts out is forgotten, and not counted until opting in", async () => {
  const server = serve(503);
  const tracker = start();
  tracker.identify("u-7");
  await pass(100);
  tracker.optOut();
  expect(Object.entries(localStorage)).toEqual([["kassa.consent", "out"]]);
  server.answer(200);
  tracker.track("not counted");
  const next = load();
  next.track("nor here");
  await pass(70_000);
  expect(server.events(key)).toHaveLength(0);
  next.optIn();
  await pass(100);
  expect(server.events(key).map((event) => [event.event ?? event.type, event.userId])).toEqual([["page", undefined]]);
});

test("?kassa=ignore keeps a browser out until ?kassa=count, and is no consent", async () => {
  const server = serve(200);
  const counted = async (address: string, config: Partial<Config> = {}): Promise<number> => {
    key = freshKey();
    history.replaceState(null, "", address);
    start(config);
    await pass(200);
    return server.events(key).length;
  };
  expect(await counted("/?kassa=ignore")).toBe(0);
  expect(await counted("/p")).toBe(0);
  expect(await counted("/?a=b&kassa=count", { consent: "required" })).toBe(0);
  expect(await counted("/p")).toBe(1);
});

test.each([
  ["http://localhost:3000/", "https://stats.shop.test", 0],
  ["http://shop.localhost/", "https://stats.shop.test", 0],
  ["http://127.0.0.1:8000/", "https://stats.shop.test", 0],
  ["http://[::1]:8000/", "https://stats.shop.test", 0],
  ["file:///home/me/shop.html", "https://stats.shop.test", 0],
  ["http://localhost:3000/", "http://127.0.0.1:8000", 1],
  ["file:///home/me/shop.html", "http://localhost:8000", 1],
  ["http://localhost:3000/", undefined, 1],
  ["https://localhost.shop.test/", "https://stats.shop.test", 1],
  ["https://127.shop.test/", "https://stats.shop.test", 1],
])("a page at %s with the server at %s counts %i times", async (page, endpoint, times) => {
  const server = serve(200);
  const { happyDOM } = window as unknown as { happyDOM: { setURL(url: string): void } };
  happyDOM.setURL(page);
  try {
    load({ endpoint });
    await pass(100);
    expect(server.events(key)).toHaveLength(times);
    key = freshKey();
    load({ endpoint, localhost: true });
    await pass(100);
    expect(server.events(key)).toHaveLength(1);
  } finally {
    happyDOM.setURL("https://shop.test/");
  }
});

test("a browser that a program drives says so", async () => {
  const server = serve(200);
  Object.defineProperty(navigator, "webdriver", { configurable: true, value: true });
  try {
    start();
    await pass(100);
    expect(server.events(key)[0]?.context).toMatchObject({ webdriver: true });
  } finally {
    Object.defineProperty(navigator, "webdriver", { configurable: true, value: false });
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
