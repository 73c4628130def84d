import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, type Question } from "../src/server/reports";

interface Sent {
  metrics: string[];
  signal: AbortSignal;
  answer: () => void;
}

let sent: Sent[];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", (_path: string, init: RequestInit) => {
    const queries = (JSON.parse(init.body as string) as { queries: Question[] }).queries;
    const signal = init.signal as AbortSignal;
    return new Promise((done, failed) => {
      signal.addEventListener("abort", () => failed(signal.reason as Error));
      const results = queries.map(({ metrics }) => ({ results: [], query: { metrics } }));
      const answer = (): void => done(new Response(JSON.stringify({ results }), { headers: { "content-type": "application/json" } }));
      sent.push({ metrics: queries.flatMap(({ metrics }) => metrics), signal, answer });
    });
  });
});
afterEach(() => void vi.unstubAllGlobals());

const turn = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
const question = (metric: string): Question => ({ site_id: "demo", metrics: [metric], date_range: "day" });

/** Asks, and gives up by `stop`. */
function asked(metric: string): { answer: Promise<unknown>; stop: AbortController } {
  const stop = new AbortController();
  const answer = ask(question(metric), stop.signal).catch(() => "given up");
  return { answer, stop };
}

test("what is asked at once is one batch", async () => {
  const [visitors, visits] = [asked("visitors"), asked("visits")];
  await turn();
  expect(sent.map((one) => one.metrics)).toEqual([["visitors", "visits"]]);
  sent[0]?.answer();
  expect(await visitors.answer).toMatchObject({ query: { metrics: ["visitors"] } });
  expect(await visits.answer).toMatchObject({ query: { metrics: ["visits"] } });
});

test("a batch of which most is given up ends, and what is still waited for goes with the next one", async () => {
  const [visitors, visits, sales] = [asked("visitors"), asked("visits"), asked("revenue")];
  await turn();
  visitors.stop.abort();
  expect(sent[0]?.signal.aborted).toBe(false);
  visits.stop.abort();
  expect(sent[0]?.signal.aborted).toBe(true);
  const filtered = asked("bounce_rate");
  await turn();
  expect(sent.map((one) => one.metrics).slice(1)).toEqual([["bounce_rate", "revenue"]]);
  sent[1]?.answer();
  expect(await visitors.answer).toBe("given up");
  expect(await sales.answer).toMatchObject({ query: { metrics: ["revenue"] } });
  expect(await filtered.answer).toMatchObject({ query: { metrics: ["bounce_rate"] } });
});
