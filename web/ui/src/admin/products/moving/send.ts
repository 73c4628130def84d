/** Lines of a file sent to the server: looked at, or brought in, some at a time. */
import { api } from "../../../server/call";
import type { Line } from "./items";

/** Lines of one request: what is written within one transaction. */
const AT_ONCE = 250;
/** Bytes of one request, unless a single line has more. */
const BYTES_MAX = 1 << 20;

export interface Refused {
  line: number;
  why: string;
}

export interface Outcome {
  made: number;
  changed: number;
  same: number;
  refused: number;
  lines: Refused[];
}

export const NOTHING: Outcome = { made: 0, changed: 0, same: 0, refused: 0, lines: [] };

type Taken = Omit<Outcome, "lines"> & { done_to: number; refused_lines: Refused[] };
type Lines = Parameters<typeof api.checkImport>[0]["body"]["lines"];

const added = (all: Outcome, one: Taken): Outcome => ({
  made: all.made + one.made,
  changed: all.changed + one.changed,
  same: all.same + one.same,
  refused: all.refused + one.refused,
  lines: [...all.lines, ...one.refused_lines],
});

/** What would come of them; `said` of as many as were looked at. */
export async function look(lines: Line[], said: (done: number) => void, signal: AbortSignal): Promise<Outcome> {
  let all = NOTHING;
  let done = 0;
  for (const part of parts(lines)) {
    all = added(all, (await api.checkImport({ body: { kind: "products", lines: part as Lines } }, { signal })) as Taken);
    said((done += part.length));
  }
  return all;
}

/** Brings them in, from where an earlier attempt stopped; the batch by which it is known, and what came of it. */
export async function take(
  file: { name: string; hash: string; again: boolean },
  lines: Line[],
  said: (done: number) => void,
): Promise<{ batch: string; outcome: Outcome; before: boolean }> {
  const { name, hash, again } = file;
  const begun = await api.beginImport({ body: { kind: "products", file: hash, name, ...(again && { again }) } });
  const left = lines.filter(({ line }) => line > begun.done_to);
  let all = NOTHING;
  let from = begun.done_to;
  let done = lines.length - left.length;
  if (!left.length && begun.finished_at) return { batch: begun.id, outcome: all, before: true };
  const each = parts(left);
  for (const [index, part] of each.entries()) {
    const to = part.at(-1)?.line ?? from;
    const body = { from, to, lines: part as Lines, finished: index === each.length - 1 };
    all = added(all, (await api.takeLines({ path: { id: begun.id }, body })) as Taken);
    from = to;
    said((done += part.length));
  }
  return { batch: begun.id, outcome: all, before: false };
}

/** Takes back what a batch has made. */
export async function takeBack(batch: string): Promise<void> {
  for (let finished = false; !finished;) ({ finished } = await api.undoImport({ path: { id: batch } }));
}

function parts(lines: Line[]): Line[][] {
  const all: Line[][] = [];
  let bytes = 0;
  for (const one of lines) {
    const size = JSON.stringify(one).length;
    const last = all.at(-1);
    if (!last || last.length >= AT_ONCE || bytes + size > BYTES_MAX) {
      all.push([one]);
      bytes = size;
    } else {
      last.push(one);
      bytes += size;
    }
  }
  return all;
}

export async function hashOf(file: File): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
