/** What happened, at its place in the chart: notes by hand, and those that the shop writes itself. */
import { isMoney, type Money } from "../design/numbers";
import type { Words } from "../design/words";
import { startOf } from "./series";
import { localTime, type Interval } from "./ranges";

/** `GET /v1/annotations`. */
export interface Annotation {
  id: string;
  at: string;
  source: string;
  text: string | null;
  sku?: string | null;
  name?: string | null;
  detail?: { before?: Money; after?: Money; version?: string } | null;
}

/** The texts of a bucket, by its label. */
export function notesByBucket(all: Annotation[], labels: string[], interval: Interval, zone: string, words: Words): Map<string, string[]> {
  const byStart = new Map(labels.map((label) => [startOf(label, interval), label]));
  const notes = new Map<string, string[]>();
  for (const one of all) {
    const label = byStart.get(startOf(localTime(new Date(one.at), zone), interval));
    if (label !== undefined) notes.set(label, [...(notes.get(label) ?? []), textOf(one, words)]);
  }
  return notes;
}

function textOf({ text, source, name, sku, detail }: Annotation, { t, n }: Words): string {
  if (text) return text;
  const what = t.notes.sources[source] ?? source.replaceAll("_", " ");
  const price = isMoney(detail?.before) && isMoney(detail?.after) ? `${n.money(detail.before)} → ${n.money(detail.after)}` : undefined;
  return [what, name ?? sku, price ?? detail?.version].filter(Boolean).join(" · ");
}
