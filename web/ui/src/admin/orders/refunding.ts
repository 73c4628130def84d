/** What is asked of a refund, and what the server says that it would do. */
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Money } from "../../design/numbers";
import { AskError, read } from "../../server/call";
import type { Changing } from "./change";
import type { Order } from "./order";

/** Units of a line that go back. */
export interface Back {
  sku: string;
  quantity: number;
  restock: boolean;
}

export type Ask = { lines: Back[] } | { amount_minor: number };

export interface Preview {
  amount: Money;
  lines: { sku: string; quantity: number; amount_minor: number; restocked: boolean }[];
  /** Units that go back onto shelves, and how many are there then; null where stock is elsewhere. */
  stock: { sku: string; quantity: number; on_hand: number | null }[];
  /** The order as it would be. */
  order: Order;
}

export interface Previewing {
  /** Of what is asked now, of the order as it was seen; until it is there, of what was asked before. */
  preview: Preview | undefined;
  /** It is of what is asked now. */
  settled: boolean;
  error: Error | undefined;
  again: () => void;
}

const PAUSE_MS = 250;

/** Whether there is something to ask the server. */
export const isAsked = (ask: Ask): boolean => ("lines" in ask ? ask.lines.length > 0 : ask.amount_minor > 0);

/** What the refund would do, asked a moment after the last change of the form. */
export function usePreview(ask: Ask, change: Changing): Previewing {
  const { order, etag } = change.seen;
  const text = JSON.stringify(ask);
  const asked = usePaused(text);
  const wanted = isAsked(ask);
  const answer: UseQueryResult<{ value: Preview; etag: string | null }> = useQuery({
    queryKey: ["refund", order.id, etag, asked],
    queryFn: ({ signal }) => read<Preview>(`/v1/orders/${order.id}/refunds/preview`, signal, JSON.parse(asked) as Ask),
    enabled: wanted && isAsked(JSON.parse(asked) as Ask),
    placeholderData: keepPreviousData,
  });
  const { data, error, isPlaceholderData, refetch } = answer;
  const settled = text === asked && !isPlaceholderData;
  const elsewhere = settled && (error ? error instanceof AskError && error.status >= 409 : data !== undefined && data.etag !== etag);
  const { look } = change;
  useEffect(() => {
    // Another was faster.
    if (elsewhere) look();
  }, [elsewhere, asked]);
  return {
    preview: wanted ? data?.value : undefined,
    settled: settled && data?.etag === etag,
    error: wanted && settled ? (error ?? undefined) : undefined,
    again: () => void refetch(),
  };
}

/** A text as it was when it last rested for a moment. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

/**
 * An amount as somebody types it, in minor units: `1,250.50`, `1.250,50` or `1250.5`; undefined where it is none. What stands last, before as many
 * digits as the currency has or fewer, is the decimal sign.
 */
export function parseAmount(text: string, digits: number): number | undefined {
  const plain = text
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replaceAll("٫", ".")
    .replaceAll("٬", "")
    .replace(/[^\d.,]/g, "");
  const found = new RegExp(`^([\\d.,]*?)(?:[.,](\\d{1,${Math.max(1, digits)}}))?$`).exec(plain);
  if (!found || !/\d/.test(plain)) return undefined;
  const whole = (found[1] ?? "").replace(/[.,]/g, "");
  const fraction = found[2] ?? "";
  if (fraction && digits === 0) return undefined;
  const minor = Number(`${whole || "0"}${fraction.padEnd(digits, "0")}`);
  return Number.isSafeInteger(minor) ? minor : undefined;
}
