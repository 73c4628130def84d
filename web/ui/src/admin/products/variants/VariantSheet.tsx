/** One variant: its values, its title, what it costs, its place among the others, and whether it is sold. */
import { useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Failure } from "../../../design/Panel";
import { Sheet } from "../../../design/Sheet";
import type { Offer } from "../../../design/Undo";
import { api } from "../../../server/call";
import { tagOf, useChanging } from "../../changing";
import { Meanwhile } from "../../Meanwhile";
import { newKey } from "../../once";
import { useAdmin } from "../../words";
import { readProduct } from "../data";
import { differences } from "../differences";
import { variantBody, variantFields, wrongInVariant, type Edits } from "../draft";
import { TextField } from "../Field";
import type { Product, Seen, Variant } from "../product";
import { SellingFields } from "../Selling";

interface Props {
  now: Seen;
  sku: string;
  close: () => void;
  done: Offer;
}

export default function VariantSheet({ now, sku, close, done }: Props) {
  const words = useAdmin();
  const { a, n, t } = words;
  const p = a.products;
  const client = useQueryClient();
  const id = String(now.product.id);
  const [edits, setEdits] = useState<Edits>({});
  const [own, setOwn] = useState<{ options?: string[]; place?: string }>({});
  // The answer comes to whom has asked: what it was is known at once.
  const act = useRef<"save" | "archive" | "restore">("save");
  const change = useChanging(
    now,
    () => readProduct(id, true),
    (answer) => done(p.variantDid[act.current], undoOf(answer as Product)),
  );
  const { seen } = change;
  const variant = seen.variants.find((one) => one.sku === sku);
  if (!variant) return null;
  const currency = seen.product.price.currency;
  const fields = { ...variantFields(variant), ...edits };
  const wrong = wrongInVariant(fields, currency);
  const options = own.options ?? variant.options;
  const body = { ...variantBody(edits, currency), ...ownBody(own) };
  const ready = Object.keys(wrong).length === 0 && Object.keys(body).length > 0 && options.every((one) => one.trim());
  const path = { id, sku };
  const save = (): void => ((act.current = "save"), change.send("changeVariant", { path, body }));
  const archive = (archived: boolean): void => {
    act.current = archived ? "archive" : "restore";
    change.send("changeVariant", { path, body: { archived } });
  };
  /** What an archived variant comes back by; saved texts stay saved. */
  function undoOf({ version }: Product): (() => Promise<unknown>) | undefined {
    const did = act.current;
    if (did === "save") return undefined;
    return async () => {
      const headers = { "If-Match": tagOf(version), "Idempotency-Key": newKey() };
      await api.changeVariant({ path, headers, body: { archived: did === "restore" } });
      await client.invalidateQueries();
    };
  }
  return (
    <Sheet title={variant.title ?? sku} close={close} className="act-sheet">
      <form
        className="sheet-body act"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save();
        }}
      >
        {change.before && <Meanwhile changes={differences(change.before, seen, words)} why={p.changedWhy} />}
        <p>
          <code>{sku}</code>
        </p>
        {variant.archived ? (
          <p>{p.variantArchived}</p>
        ) : (
          <>
            {seen.product.options.map((name, place) => (
              <TextField
                key={name}
                label={name}
                value={options[place] ?? ""}
                set={(value) =>
                  setOwn({ ...own, options: seen.product.options.map((_, at) => (at === place ? value : (options[at] ?? ""))) })
                }
              />
            ))}
            <SellingFields draft={{ fields, wrong, set: (next) => setEdits({ ...edits, ...next }) }} currency={currency} may />
            <TextField
              label={p.variantPlace}
              mode="numeric"
              value={own.place ?? String(variant.position ?? "")}
              hint={p.variantPlaceHint}
              set={(place) => /^\d{0,6}$/.test(place) && setOwn({ ...own, place })}
            />
          </>
        )}
        {change.error && <Failure error={change.error} at={Date.now()} whole={false} retry={save} />}
        <p className="act-foot">
          {variant.archived ? (
            <button type="button" className="button primary" aria-busy={change.busy} onClick={() => archive(false)}>
              {p.restore}
            </button>
          ) : (
            <>
              <button type="submit" className="button primary" disabled={!ready} aria-busy={change.busy}>
                {change.before ? a.changed.still(p.save) : p.save}
              </button>
              <button type="button" className="button" aria-busy={change.busy} onClick={() => archive(true)}>
                {p.make.archived}
              </button>
            </>
          )}
          <button type="button" className="button" onClick={close}>
            {t.kept.cancel}
          </button>
          <span className="hint-line">{variant.stock && `${a.stock.available}: ${n.whole(variant.stock.available)}`}</span>
        </p>
      </form>
    </Sheet>
  );
}

function ownBody({ options, place }: { options?: string[]; place?: string }): Partial<Record<keyof Variant, unknown>> {
  return { ...(options && { options }), ...(place && { position: Number(place) }) };
}
