import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRefresher } from "../src/server/refresher";

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A load that takes so long; counts its starts. */
const slow = (ms: number) => vi.fn((_signal: AbortSignal) => new Promise<void>((done) => setTimeout(done, ms)));

test("many events a second are one load a second", async () => {
  const load = slow(20);
  const refresher = createRefresher(load);
  for (let n = 0; n < 100; n++) {
    refresher.nudge();
    await pass(50);
  }
  expect(load.mock.calls.length).toBeGreaterThanOrEqual(5);
  expect(load.mock.calls.length).toBeLessThanOrEqual(6);
});

test("the first event is loaded at once, the last one is not forgotten", async () => {
  const load = slow(20);
  const refresher = createRefresher(load);
  refresher.nudge();
  expect(load).toHaveBeenCalledTimes(1);
  await pass(100);
  refresher.nudge();
  expect(load).toHaveBeenCalledTimes(1);
  await pass(1000);
  expect(load).toHaveBeenCalledTimes(2);
  await pass(10_000);
  expect(load).toHaveBeenCalledTimes(2);
});

test("slow reports are asked less often", async () => {
  const load = slow(2000);
  const refresher = createRefresher(load);
  for (let n = 0; n < 200; n++) {
    refresher.nudge();
    await pass(100);
  }
  expect(load.mock.calls.length).toBeLessThanOrEqual(3);
});

test("a new choice drops what is on its way", async () => {
  const load = slow(500);
  const refresher = createRefresher(load);
  refresher.force();
  await pass(100);
  refresher.force();
  expect(load.mock.calls[0]?.[0].aborted).toBe(true);
  expect(load.mock.calls[1]?.[0].aborted).toBe(false);
});
