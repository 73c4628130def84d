import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createOutbox, type Outbox } from "../src/outbox";
import { batchOf, freshKey, serve } from "./server";

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
let key: string;

const open = (): Outbox =>
  createOutbox({
    url: "https://shop.test/v1/batch",
    name: key,
    flushInterval: 100,
    batchSize: 20,
    wrap: (batch) => `{"writeKey":"${key}","batch":${batch}}`,
    given: () => true,
  });

const kept = (): string[] => Object.keys(localStorage).filter((name) => name.startsWith(`kassa ${key} `));

const refuse = (): never => {
  throw new DOMException("refused", "QuotaExceededError");
};

/** Another page, so many ms later: to forget the timers sets the clock back, too. */
function later(ms: number): void {
  const now = Date.now() + ms;
  vi.clearAllTimers();
  vi.setSystemTime(now);
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00Z") });
  localStorage.clear();
  key = freshKey();
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what was answered is no longer kept", async () => {
  const server = serve(200);
  open().add({ messageId: "a" });
  await pass(100);
  expect(server.events(key)).toHaveLength(1);
  expect(kept()).toHaveLength(0);
});

test.each([0, 429, 500, 503])("after %i the batch is sent again, the same, until it is taken", async (status) => {
  const server = serve(status, status, status, 200);
  open().add({ messageId: "a", n: 1 });
  await pass(100);
  expect(kept()).toHaveLength(1);
  await pass(60_000);
  expect(server.of(key).map((request) => request.status)).toEqual([status, status, status, 200]);
  expect(new Set(server.of(key).map((request) => request.body)).size).toBe(1);
  expect(kept()).toHaveLength(0);
});

test.each([400, 401, 404, 413])("after %i it is not sent again", async (status) => {
  const server = serve(status);
  open().add({ messageId: "a" });
  await pass(200_000);
  expect(server.of(key)).toHaveLength(1);
  expect(kept()).toHaveLength(0);
});

test("the pauses double up to a minute, and differ by chance", async () => {
  const server = serve(503);
  open().add({ messageId: "a" });
  await pass(1_200_000);
  const times = server.of(key).map((request) => request.at);
  const pauses = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000);
  expect(pauses.length).toBeGreaterThan(15);
  pauses.forEach((pause, index) => {
    const full = Math.min(64, 2 ** index);
    expect(pause).toBeGreaterThanOrEqual(full / 2);
    expect(pause).toBeLessThanOrEqual(full + 0.01);
  });
  expect(new Set(pauses.slice(7)).size).toBeGreaterThan(1);
});

test("while the server is away new events wait their turn, then all arrive in order", async () => {
  const server = serve(0);
  const box = open();
  for (let n = 0; n < 5; n++) {
    box.add({ messageId: `m${n}` });
    await pass(150);
  }
  const tries = server.of(key).length;
  expect(tries).toBeLessThanOrEqual(2);
  expect(kept()).toHaveLength(5);
  server.answer(200);
  await pass(70_000);
  expect(server.events(key).map((event) => event.messageId)).toEqual(["m0", "m1", "m2", "m3", "m4"]);
});

test("a reload does not lose what was not delivered", async () => {
  const server = serve(503);
  open().add({ messageId: "a" });
  await pass(100);
  vi.clearAllTimers();
  server.answer(200);
  open();
  await pass(100);
  expect(server.events(key).map((event) => event.messageId)).toEqual(["a"]);
  expect(kept()).toHaveLength(0);
});

test("while the server is away, leaving keeps instead of handing over", async () => {
  const server = serve(503);
  const box = open();
  box.add({ messageId: "a" });
  await pass(100);
  box.add({ messageId: "b" });
  box.leave();
  expect(server.beacon).not.toHaveBeenCalled();
  expect(kept()).toHaveLength(2);
});

test("what a beacon took is kept until the next page was answered, and goes with its first events", async () => {
  const server = serve(200);
  const box = open();
  await pass(100);
  box.add({ messageId: "a" });
  box.leave();
  expect(server.of(key).map((request) => request.beacon)).toEqual([true]);
  expect(kept()).toHaveLength(1);
  later(1000);
  open().add({ messageId: "b" });
  await pass(100);
  // The same ids: to the server the second one is a duplicate.
  const sent = server.of(key).map((request) => [request.beacon, ...batchOf(request).map((event) => event.messageId)]);
  expect(sent).toEqual([
    [true, "a"],
    [false, "a", "b"],
  ]);
  expect(kept()).toHaveLength(0);
});

test("a beacon that met a server that is away loses nothing", async () => {
  const server = serve(200);
  const box = open();
  await pass(100);
  // The browser says that it took the beacon; nobody hears that it came back with 503.
  box.add({ messageId: "a" });
  box.leave();
  vi.clearAllTimers();
  server.answer(503, 503, 200);
  open();
  await pass(10_000);
  const proofs = server.of(key).filter((request) => !request.beacon);
  expect(proofs.map((request) => request.status)).toEqual([503, 503, 200]);
  expect(kept()).toHaveLength(0);
});

test("a beacon that nobody has proved is forgotten after a day; what was never handed over is not", async () => {
  const server = serve(200);
  const box = open();
  await pass(100);
  box.add({ messageId: "old" });
  box.leave();
  server.beacon.mockReturnValue(false);
  box.add({ messageId: "refused" });
  box.leave();
  expect(kept()).toHaveLength(2);
  later(24 * 3_600_000 + 1);
  open();
  await pass(100);
  expect(kept()).toHaveLength(0);
  const again = server.of(key).filter((request) => !request.beacon);
  expect(again.map((request) => request.body)).toEqual([expect.stringContaining("refused") as string]);
});

test("what may have arrived without an answer is not sent when the server would no longer know it", async () => {
  const server = serve(0);
  open().add({ messageId: "old" });
  await pass(100);
  later(5 * 86_400_000);
  expect(kept()).toHaveLength(1);
  server.answer(200);
  later(86_400_000);
  open();
  await pass(1000);
  expect([server.of(key).filter((request) => request.status).length, kept().length]).toEqual([0, 0]);
});

test("however often the browser comes back online, one try follows another", async () => {
  const server = serve(0);
  open().add({ messageId: "a" });
  await pass(100);
  for (let n = 0; n < 50; n++) {
    dispatchEvent(new Event("online"));
    await pass(0);
  }
  const tries = server.of(key).length;
  await pass(200_000);
  // From now on each pause is at least half of 64 s.
  expect(server.of(key).length - tries).toBeLessThanOrEqual(7);
});

test("what waits at several places goes in requests that keepalive takes", async () => {
  const server = serve(0);
  const box = open();
  for (let n = 0; n < 4; n++) {
    box.add({ messageId: `m${n}`, text: "x".repeat(8_000) });
    await pass(150);
  }
  server.answer(200);
  await pass(70_000);
  const answered = server.of(key).filter((request) => request.status === 200);
  expect(answered.map((request) => request.options?.keepalive)).toEqual([true, true]);
  expect(server.events(key).map((event) => event.messageId)).toEqual(["m0", "m1", "m2", "m3"]);
});

test("what was not sent can be forgotten", async () => {
  const server = serve(503);
  const box = open();
  box.add({ messageId: "a" });
  await pass(100);
  box.add({ messageId: "b" });
  expect(box.waiting.length).toBe(1);
  box.clear();
  expect([box.waiting.length, kept().length]).toEqual([0, 0]);
  server.answer(200);
  await pass(70_000);
  expect(server.events(key)).toHaveLength(0);
});

test("two tabs lose nothing of each other's", async () => {
  const server = serve(0);
  const tabs = [open(), open()];
  for (let n = 0; n < 10; n++) {
    tabs.forEach((tab, index) => tab.add({ messageId: `${index}-${n}` }));
    await pass(150);
  }
  server.answer(200);
  await pass(200_000);
  const ids = new Set(server.events(key).map((event) => event.messageId));
  expect(ids.size).toBe(20);
  expect(kept()).toHaveLength(0);
});

test("what is kept is bounded, the oldest goes first", async () => {
  serve(0);
  const box = open();
  for (let n = 0; n < 100; n++) {
    box.add({ messageId: `m${n}`, text: "x".repeat(20_000) });
    await pass(150);
  }
  const size = kept().reduce((sum, name) => sum + (localStorage.getItem(name) ?? "").length, 0);
  expect(size).toBeLessThanOrEqual(500_000);
  expect(size).toBeGreaterThan(450_000);
  const texts = kept().map((name) => localStorage.getItem(name) ?? "");
  expect(texts.some((text) => text.includes('"m99"'))).toBe(true);
  expect(texts.some((text) => text.includes('"m0"'))).toBe(false);
});

test("back online it tries at once", async () => {
  const server = serve(0);
  open().add({ messageId: "a" });
  await pass(40_000);
  server.answer(200);
  dispatchEvent(new Event("online"));
  await pass(0);
  expect(server.events(key)).toHaveLength(1);
});

test("a batch too large for keepalive goes without it", async () => {
  const server = serve(200);
  open().add({ messageId: "a", text: "ä".repeat(30_000) });
  await pass(100);
  expect(server.of(key)[0]?.options?.keepalive).toBe(false);
});

test.each([
  ["that is full", () => new Proxy({ "kassa.consent": "in" } as unknown as Storage, { set: refuse })],
  // As in an app's WebView without DOM storage.
  ["that is none", () => null],
  ["that throws", undefined],
])("with a storage %s it works for the life of the page, and what was decided stays", async (what, storage) => {
  const server = serve(503, 200);
  const own = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
  Object.defineProperty(globalThis, "localStorage", { configurable: true, get: storage ?? refuse });
  onTestFinished(() => void Object.defineProperty(globalThis, "localStorage", own!));
  // The module remembers that storage failed; a fresh one, so that no other test sees it.
  vi.resetModules();
  const fresh = await import("../src/outbox");
  const box = fresh.createOutbox({
    url: "/v1/batch",
    name: key,
    flushInterval: 100,
    batchSize: 20,
    wrap: (batch) => `{"writeKey":"${key}","batch":${batch}}`,
    given: () => true,
  });
  box.add({ messageId: "a" });
  await pass(10_000);
  expect(server.events(key).map((event) => event.messageId)).toEqual(["a"]);
  expect(fresh.store()["kassa.consent"]).toBe(what == "that is full" ? "in" : undefined);
});
