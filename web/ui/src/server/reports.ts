/** The one place that asks for reports. What is asked within one turn of the event loop goes as one `POST /v1/query/batch`. */

import type { Filter } from "@kassa/client";
import { api, AskError } from "./call";
import type { Value } from "../design/numbers";

export type { Filter };

/** What a range is compared with. */
export interface Comparison {
  mode: "previous_period" | "year_over_year" | "custom";
  date_range?: [string, string];
}

/** A report's question, in the shape of `POST /v1/query`. */
export interface Question {
  site_id: string;
  metrics: string[];
  date_range: string | [string, string];
  dimensions?: string[];
  filters?: Filter[];
  /** In which days are days; the site's own where it is not said. */
  timezone?: string;
  order_by?: [string, "asc" | "desc"][];
  pagination?: { limit: number; offset?: number };
  include?: { comparisons?: Comparison };
}

/** One row of a report. A metric is null when it divides by zero. */
export interface Row {
  dimensions: string[];
  metrics: Value[];
  comparison?: { dimensions: (string | null)[]; metrics: Value[]; change: (number | null)[] } | null;
}

/** Totals of days from before kassa: whether they are in an answer, of which days, and why not. */
export interface Imported {
  included: boolean;
  days: [string, string];
  metrics?: string[];
  reason?: string;
}

/** A report: its rows, how many there are in all, and the bounds that were counted and compared. */
export interface Report {
  results: Row[];
  meta: { total_rows: number; comparison_date_range?: [string, string]; fresh_at?: string; imported?: Imported };
  query: { date_range: [string, string]; dimensions: string[] };
}

interface Waiting {
  question: Question;
  signal: AbortSignal;
  done: (report: Report) => void;
  failed: (error: unknown) => void;
}

// The server takes no more in one batch.
const BATCH_MAX = 20;
let waiting: Waiting[] = [];

/** Asks; an `AskError` says why it could not be answered. */
export function ask(question: Question, signal: AbortSignal): Promise<Report> {
  return new Promise((done, failed) => enqueue({ question, signal, done, failed }));
}

function enqueue(one: Waiting): void {
  if (!waiting.length) setTimeout(sendAll);
  waiting.push(one);
}

function sendAll(): void {
  const all = waiting.filter((one) => !one.signal.aborted);
  for (const one of waiting) if (one.signal.aborted) one.failed(one.signal.reason);
  waiting = [];
  for (let from = 0; from < all.length; from += BATCH_MAX) void send(all.slice(from, from + BATCH_MAX));
}

/**
 * One batch. It is given up when nobody waits for most of its answers, as after a click that filters the page: the rest is asked
 * again with what is asked in their place, so that the server does not answer the page twice at a time.
 */
async function send(batch: Waiting[]): Promise<void> {
  const stop = new AbortController();
  const left = (): void => {
    if (2 * batch.filter((one) => one.signal.aborted).length > batch.length) stop.abort();
  };
  for (const one of batch) one.signal.addEventListener("abort", left);
  try {
    const queries = batch.map((one) => one.question);
    const answer = (await api.queryBatch({ body: { queries } }, { signal: stop.signal })) as {
      results: Answer[];
      meta?: { fresh_at?: string | null };
    };
    batch.forEach((one, index) => settle(one, answer.results[index], answer.meta?.fresh_at ?? undefined));
  } catch (error) {
    for (const one of batch) {
      if (stop.signal.aborted && !one.signal.aborted) enqueue(one);
      else one.failed(error);
    }
  } finally {
    for (const one of batch) one.signal.removeEventListener("abort", left);
  }
}

/** An answer of a batch: the report, or the problem that it would have been by itself. */
type Answer = Report | { error: { status: number; title?: string; detail?: string } };

function settle(one: Waiting, answer: Answer | undefined, fresh: string | undefined): void {
  if (!answer) return one.failed(new AskError(0, ""));
  if ("results" in answer) return one.done(fresh ? { ...answer, meta: { ...answer.meta, fresh_at: fresh } } : answer);
  one.failed(new AskError(answer.error.status, answer.error.detail ?? answer.error.title ?? ""));
}
