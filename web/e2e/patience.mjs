// How long tests wait. The machine may be busy: what has to happen at all has long, and what has to be quick as many times longer as there is work for
// each core.
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

/** After this something that a test waits for does not come any more. */
export const DEADLINE_MS = 60_000;

/** What may take `ms` on a quiet machine, on this one as it is now. */
export const within = (ms) => ms * Math.max(1, Math.max(loadavg()[0], runnable()) / availableParallelism());

/** How many threads run or wait for a core at this moment; on Linux, elsewhere 0. The mean of the last minute knows nothing of what has just begun. */
function runnable() {
  try {
    return Number(readFileSync("/proc/loadavg", "utf8").split(/[ /]/)[3]);
  } catch {
    return 0;
  }
}
