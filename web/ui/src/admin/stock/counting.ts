/** Stock that is counted: what is typed or scanned, and what was counted until now, which stays in the browser. */

/** What was counted of a SKU, and what the books said when it was looked up. */
export interface Counted {
  sku: string;
  name: string | null;
  counted: number;
  on_hand: number;
  /** Under which the difference is written: however often it is tried, once. */
  key: string;
}

/** What is counted becomes something else; from what it is by then, where it goes on from that. */
export type Setting = (next: Counted[] | ((now: Counted[]) => Counted[])) => void;

export interface Entry {
  text: string;
  /** How many there are; undefined: one more. */
  units: number | undefined;
}

/** `mug-1`, or `mug-1 12`. Digits of Arabic are digits. */
export function parseEntry(typed: string): Entry | undefined {
  const text = typed.trim().replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660));
  const found = /^(.*\S)\s+(\d{1,9})$/s.exec(text);
  if (found?.[1] !== undefined) return { text: found[1], units: Number(found[2]) };
  return text ? { text, units: undefined } : undefined;
}

/** What is counted with one entry more, the newest first. */
export function withEntry(all: Counted[], next: Counted, units: number | undefined): Counted[] {
  const known = all.find(({ sku }) => sku === next.sku);
  const counted = units ?? (known?.counted ?? 0) + 1;
  return [{ ...(known ?? next), on_hand: next.on_hand, counted }, ...all.filter(({ sku }) => sku !== next.sku)];
}

export const differenceOf = ({ counted, on_hand }: Counted): number => counted - on_hand;

const KEPT = "kassa-count";

export function readKept(): Counted[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(all) ? all.filter(isCounted) : [];
  } catch {
    return [];
  }
}

export function keep(all: Counted[]): void {
  try {
    if (all.length) localStorage.setItem(KEPT, JSON.stringify(all));
    else localStorage.removeItem(KEPT);
  } catch {
    // Then it is lost with the page.
  }
}

function isCounted(one: unknown): one is Counted {
  const { sku, counted, on_hand, key } = (one ?? {}) as Partial<Counted>;
  return typeof sku === "string" && Number.isInteger(counted) && Number.isInteger(on_hand) && typeof key === "string";
}
