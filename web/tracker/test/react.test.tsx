import { act, StrictMode, useContext, useEffect, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { renderToString } from "react-dom/server";
import {
  clearQueue,
  EventTracker,
  flushQueue,
  trackEvent,
  TrackerContext,
  TrackerProvider,
  useTracker,
  type TrackerConfig,
  type TrackerProps,
  type UserEvent,
} from "../src/react";
import { freshKey, serve } from "./server";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

type BatchEvent = { event_type: string; location_type: string; component_name?: string; event_id: string; [more: string]: unknown };
let root: Root;

function BuyButton(): ReactNode {
  const { onClick, onMouseEnter, onMouseLeave } = useTracker("BuyButton");
  return (
    <button id="buy" className="btn primary" onClick={onClick} onMouseEnter={onMouseEnter} onMouseLeave={onMouseLeave}>
      Buy
    </button>
  );
}

async function render(config: TrackerConfig): Promise<void> {
  const host = document.body.appendChild(document.createElement("div"));
  root = createRoot(host);
  await act(async () => {
    root.render(
      <StrictMode>
        <TrackerProvider config={config}>
          <BuyButton />
          <p id="text">Some text</p>
        </TrackerProvider>
      </StrictMode>,
    );
  });
}

const fire = (selector: string, ...types: string[]): Promise<void> =>
  act(async () => {
    for (const type of types) document.querySelector(selector)?.dispatchEvent(new MouseEvent(type, { bubbles: true }));
  });

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00Z") });
  localStorage.clear();
  document.body.innerHTML = "";
  document.title = "Shop";
  history.replaceState(null, "", "/shop");
});
afterEach(async () => {
  await act(async () => root.unmount());
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an endpoint that ends in /track gets the batch dialect", async () => {
  const server = serve(200);
  const url = `https://${freshKey()}.test/track`;
  await render({ endpointUrl: url, appName: "shop", appVersion: "1.0.0", flushInterval: 200, user: { userId: 7 } });
  await fire("#buy", "mouseover", "click", "mouseout");
  await fire("#text", "click");
  await vi.advanceTimersByTimeAsync(200);
  const requests = server.requests.filter((request) => request.url === url);
  expect(requests).toHaveLength(1);
  const body = JSON.parse(requests[0]?.body ?? "") as { appName: string; appVersion: string; events: BatchEvent[] };
  expect(body).toMatchObject({ appName: "shop", appVersion: "1.0.0", sentAt: Date.parse("2026-11-21T12:00:00.200Z") });
  expect(body.events.map((event) => [event.event_type, event.location_type, event.component_name])).toEqual([
    ["PAGE_VIEW", "PAGE", undefined],
    ["HOVER_ENTER", "COMPONENT", "BuyButton"],
    ["CLICK", "COMPONENT", "BuyButton"],
    ["HOVER_LEAVE", "COMPONENT", "BuyButton"],
    ["CLICK", "PAGE", undefined],
  ]);
  expect(body.events[2]).toEqual({
    timestamp: Date.parse("2026-11-21T12:00:00Z"),
    event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) as string,
    event_type: "CLICK",
    location_type: "COMPONENT",
    component_name: "BuyButton",
    page_path: "/shop",
    page_title: "Shop",
    dom_info: { tag: "BUTTON", id: "buy", className: "btn primary", text: "Buy" },
    user_metadata: { userId: 7 },
  });
  expect(body.events[4]?.dom_info).toEqual({ tag: "P", id: "text", className: "", text: "Some text" });
  expect(new Set(body.events.map((event) => event.event_id)).size).toBe(5);
});

test("an application of the batch dialect's own package works with the import changed", async () => {
  const server = serve(200);
  const url = `https://${freshKey()}.test/track`;
  // As such applications configure it: `log` and `debug` are switches there.
  const config = { endpointUrl: url, batchSize: 5, flushInterval: 5000, appName: "demo", appVersion: "0.1.0", debug: false, log: true };
  const said = vi.spyOn(console, "debug").mockImplementation(() => {});
  // Their own hook over the context: the component's handlers, and an event of their own beside each.
  function useOwnTracker(name: string, metadata: Record<string, unknown>): TrackerProps & { trackEvent: (type: string) => void } {
    const tracker = useContext(TrackerContext);
    const { onClick, onMouseEnter, onMouseLeave } = useTracker(name);
    const own = (event_type: string): void => tracker?.trackEvent({ event_type, user_metadata: metadata });
    return {
      onClick: (event) => {
        onClick(event);
        own("CLICK");
      },
      onMouseEnter,
      onMouseLeave,
      trackEvent: own,
    };
  }
  function Card(): ReactNode {
    const { trackEvent: own, ...handlers } = useOwnTracker("Card", { plan: "gold" });
    return (
      <div id="card" {...handlers}>
        <button id="own" onClick={() => own("SHARE")} />
      </div>
    );
  }
  root = createRoot(document.body.appendChild(document.createElement("div")));
  await act(async () =>
    root.render(
      <StrictMode>
        <TrackerProvider config={config}>
          <Card />
        </TrackerProvider>
      </StrictMode>,
    ),
  );
  await fire("#own", "click");
  await act(async () => vi.advanceTimersByTimeAsync(5000));
  const { events } = JSON.parse(server.requests.find((request) => request.url === url)?.body ?? "") as { events: UserEvent[] };
  expect(events.map((event) => [event.event_type, event.location_type, event.component_name, event.user_metadata])).toEqual([
    ["PAGE_VIEW", "PAGE", undefined, {}],
    ["SHARE", "PAGE", undefined, { plan: "gold" }],
    ["CLICK", "COMPONENT", "Card", {}],
    ["CLICK", "PAGE", undefined, { plan: "gold" }],
  ]);
  expect(said.mock.calls.map((call) => call[1] as string)).toEqual(["event", "event", "event", "event", "sent"]);

  // Outside of components.
  const tracker = EventTracker.getInstance();
  trackEvent({ event_type: "BY_HAND" });
  expect([tracker.getQueueSize(), EventTracker.getInstance(config).getQueueSize()]).toEqual([1, 1]);
  clearQueue();
  expect(tracker.getQueueSize()).toBe(0);
  // Whole events keep what they say, as when an application sends again what it has kept.
  const made = { timestamp: 1_700_000_000_000, event_id: "4f0c6d2e-0000-4000-8000-000000000001", page_path: "/then", page_title: "Then" };
  const batch = [{ ...made, event_type: "A", location_type: "PAGE", user_metadata: {} }, { event_type: "B" }, {}] as UserEvent[];
  await flushQueue(batch, config);
  const last = JSON.parse(server.requests.filter((request) => request.url === url).at(-1)?.body ?? "") as { events: UserEvent[] };
  expect(last.events.map((event) => [event.event_type, event.page_path])).toEqual([
    ["A", "/then"],
    ["B", "/shop"],
    ["UNKNOWN", "/shop"],
  ]);
  expect(last.events[0]).toMatchObject(made);
  tracker.setBatchSize(1);
  trackEvent({ event_type: "AT_ONCE" });
  expect(tracker.getQueueSize()).toBe(0);
  await act(async () => vi.advanceTimersByTimeAsync(0));
});

test("what is below the provider may use the tracker when it is mounted, after the page's view", async () => {
  const server = serve(200);
  const url = `https://${freshKey()}.test/track`;
  function Early(): ReactNode {
    useEffect(() => EventTracker.getInstance().trackEvent({ event_type: "MOUNTED" }), []);
    return null;
  }
  root = createRoot(document.body.appendChild(document.createElement("div")));
  await act(async () =>
    root.render(
      <TrackerProvider config={{ endpointUrl: url, flushInterval: 100 }}>
        <Early />
      </TrackerProvider>,
    ),
  );
  history.pushState(null, "", "/p/mug");
  trackEvent({ event_type: "AT_ONCE" });
  await act(async () => vi.advanceTimersByTimeAsync(100));
  const { events } = JSON.parse(server.requests.find((request) => request.url === url)?.body ?? "") as { events: UserEvent[] };
  expect(events.map((event) => [event.event_type, event.page_path])).toEqual([
    ["PAGE_VIEW", "/shop"],
    ["MOUNTED", "/shop"],
    ["PAGE_VIEW", "/p/mug"],
    ["AT_ONCE", "/p/mug"],
  ]);
});

test("what somebody types is not in what is told of a click", async () => {
  const server = serve(200);
  const url = `https://${freshKey()}.test/track`;
  await render({ endpointUrl: url, flushInterval: 100 });
  const typed = document.body.appendChild(document.createElement("div"));
  typed.innerHTML = "<p id='note' contenteditable>secret</p>";
  Object.defineProperty(document.querySelector("#note"), "isContentEditable", { value: true });
  await fire("#note", "click");
  await act(async () => typed.dispatchEvent(new MouseEvent("click", { bubbles: true })));
  await act(async () => vi.advanceTimersByTimeAsync(100));
  const body = server.requests.find((request) => request.url === url)?.body ?? "";
  expect((JSON.parse(body) as { events: UserEvent[] }).events.map((event) => event.dom_info?.id)).toEqual([undefined, "note", ""]);
  expect(body).not.toContain("secret");
});

test("what is somebody's own is not in what is told of a click in it or around it", async () => {
  const server = serve(200);
  const url = `https://${freshKey()}.test/track`;
  await render({ endpointUrl: url, flushInterval: 100 });
  const page = document.body.appendChild(document.createElement("div"));
  page.innerHTML = "<div id='around'><section data-kassa-private><p id='own'>High Street 1</p></section></div><p id='beside'>Beside</p>";
  for (const selector of ["#own", "#around", "#beside"]) await fire(selector, "click");
  await act(async () => vi.advanceTimersByTimeAsync(100));
  const body = server.requests.find((request) => request.url === url)?.body ?? "";
  const clicked = (JSON.parse(body) as { events: UserEvent[] }).events.slice(1).map(({ dom_info: info }) => [info?.id, info?.text]);
  expect(clicked).toEqual([
    ["own", ""],
    ["around", ""],
    ["beside", "Beside"],
  ]);
});

test("the view of a page that was not found says so, by the native dialect", async () => {
  const server = serve(200);
  const key = freshKey();
  await render({ endpointUrl: "https://stats.shop.test/v1/batch", writeKey: key, flushInterval: 100, notFound: true });
  await act(async () => vi.advanceTimersByTimeAsync(100));
  expect(server.events(key).map(({ type, properties }) => [type, properties?.["status"]])).toEqual([["page", 404]]);
});

test.each([true, false])("a browser that a program drives (%s) says so in the batch dialect, too", async (driven) => {
  const server = serve(200);
  const url = `https://${freshKey()}.test/track`;
  Object.defineProperty(navigator, "webdriver", { configurable: true, value: driven });
  try {
    await render({ endpointUrl: url, flushInterval: 100 });
    await act(async () => vi.advanceTimersByTimeAsync(100));
    const body = JSON.parse(server.requests.find((request) => request.url === url)?.body ?? "") as { webdriver?: boolean };
    expect(body.webdriver).toBe(driven || undefined);
  } finally {
    Object.defineProperty(navigator, "webdriver", { configurable: true, value: false });
  }
});

test("a server that renders makes no tracker", () => {
  const server = serve(200);
  const html = renderToString(
    <TrackerProvider config={{ endpointUrl: `https://${freshKey()}.test/track` }}>
      <BuyButton />
    </TrackerProvider>,
  );
  expect(html).toContain("Buy</button>");
  expect(server.requests).toHaveLength(0);
});

test("batchSize sends at once; debug and log tell what happens", async () => {
  const server = serve(200);
  const url = `https://${freshKey()}.test/track`;
  const log = vi.fn();
  await render({ endpointUrl: url, batchSize: 2, flushInterval: 60_000, log });
  await fire("#buy", "click");
  await act(async () => vi.advanceTimersByTimeAsync(0));
  expect(server.requests.filter((request) => request.url === url)).toHaveLength(1);
  expect(log.mock.calls.map(([message]) => message as string)).toEqual(["event", "event", "sent"]);
});

test("any other endpoint gets the native dialect", async () => {
  const server = serve(200);
  const key = freshKey();
  await render({ endpointUrl: "https://shop.test/v1/batch", writeKey: key, appName: "shop", flushInterval: 100 });
  await fire("#buy", "mouseover", "click");
  await fire("#text", "click");
  await vi.advanceTimersByTimeAsync(100);
  expect(
    server.events(key).map((event) => [event.event ?? event.type, event.properties?.component_name, event.properties?.target]),
  ).toEqual([
    ["page", undefined, undefined],
    ["hover_enter", "BuyButton", "Buy"],
    ["click", "BuyButton", "Buy"],
    ["click", undefined, "Some text"],
  ]);
  expect(server.events(key)[0]?.context).toMatchObject({ app: { name: "shop" } });
});

test("who is known at the start is named without an event", async () => {
  const server = serve(200);
  const key = freshKey();
  await render({ endpointUrl: "https://shop.test/v1/batch", writeKey: key, user: { userId: 7 }, flushInterval: 100 });
  await vi.advanceTimersByTimeAsync(100);
  expect(server.events(key).map((event) => [event.type, event.userId])).toEqual([["page", "7"]]);
});

test("an opt-out that is remembered holds for the batch dialect, too", async () => {
  const server = serve(200);
  localStorage.setItem("kassa.consent", "out");
  const url = `https://${freshKey()}.test/track`;
  await render({ endpointUrl: url, flushInterval: 100 });
  await fire("#buy", "click");
  await vi.advanceTimersByTimeAsync(100);
  expect(server.requests.filter((request) => request.url === url)).toHaveLength(0);
});

test("outside of a provider the handlers do nothing", async () => {
  const server = serve(200);
  const host = document.body.appendChild(document.createElement("div"));
  root = createRoot(host);
  await act(async () => root.render(<BuyButton />));
  await fire("#buy", "click");
  await vi.advanceTimersByTimeAsync(2000);
  expect(server.requests.filter((request) => request.body.includes("BuyButton"))).toHaveLength(0);
});
