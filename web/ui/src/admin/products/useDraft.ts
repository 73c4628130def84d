/** The form of a product: what is typed stays typed, whatever is read meanwhile, until it is saved or thrown away. */
import { useEffect, useState } from "react";
import { useChanging, type Changing } from "../changing";
import { readProduct, useCategories } from "./data";
import { bodyOf, differing, fieldsOf, wrongIn, type Edits, type Fields, type Wrong } from "./draft";
import type { Seen } from "./product";

export interface Draft {
  change: Changing<Seen>;
  fields: Fields;
  wrong: Wrong;
  dirty: boolean;
  set: (edits: Edits) => void;
  save: () => void;
  /** Back to what is. */
  discard: () => void;
}

/** What was typed and is not saved, and over which state: whoever goes elsewhere and comes back finds it again. */
const left = new Map<string, { edits: Edits; seen: Seen }>();

export function useDraft(now: Seen, saved: () => void): Draft {
  const id = String(now.product.id);
  const [edits, setEdits] = useState<Edits>(left.get(id)?.edits ?? {});
  const { data: categories } = useCategories();
  const read = (): Promise<Seen> => readProduct(id, true);
  const change = useChanging(left.get(id)?.seen ?? now, read, () => {
    setEdits({});
    saved();
  });
  const { seen, before, busy, settle } = change;
  const base = fieldsOf(seen);
  const kept = differing(base, edits);
  const dirty = Object.keys(kept).length > 0;
  // Where nothing is typed, what others do is simply seen.
  useEffect(() => {
    if (!dirty && !busy && seen.etag !== now.etag) settle(now);
  }, [dirty, busy, now.etag]);
  useEffect(() => {
    if (dirty) left.set(id, { edits: kept, seen });
    else left.delete(id);
  });
  const fields = { ...base, ...kept };
  const wrong = wrongIn(fields, seen.product.price.currency);
  const save = (): void => {
    if (!dirty || busy || Object.keys(wrong).length > 0) return;
    change.send("changeProduct", { path: { id }, body: bodyOf(kept, seen, categories ?? []) });
  };
  const discard = (): void => (setEdits({}), settle(before ? seen : now));
  return { change, fields, wrong, dirty, set: (next) => setEdits({ ...kept, ...next }), save, discard };
}
