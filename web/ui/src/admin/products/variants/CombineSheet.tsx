/** Variants made of options: up to three with their values, the combinations that are missing, and all of them made in one go. */
import { useState } from "react";
import { Failure } from "../../../design/Panel";
import { Sheet } from "../../../design/Sheet";
import { useChanging } from "../../changing";
import { Meanwhile } from "../../Meanwhile";
import { useAdmin } from "../../words";
import { readProduct } from "../data";
import { differences } from "../differences";
import type { Seen } from "../product";
import { combined, filled, keyOf, optionsOf, OPTIONS_MAX, skuOf, VARIANTS_MAX, valuesOf, type Combination } from "./combine";

interface Row {
  name: string;
  text: string;
}

interface Props {
  now: Seen;
  close: () => void;
  done: (made: number) => void;
}

export default function CombineSheet({ now, close, done }: Props) {
  const words = useAdmin();
  const { a, n, t } = words;
  const p = a.products;
  const id = String(now.product.id);
  const first = optionsOf(now).map(({ name, values }) => ({ name, text: values.join(", ") }));
  const [rows, setRows] = useState<Row[]>(first.length ? first : [{ name: "", text: "" }]);
  const [left, setLeft] = useState<Set<string>>(new Set());
  const options = rows.map(({ name, text }) => ({ name: name.trim(), values: valuesOf(text) }));
  const whole = options.every(({ name, values }) => name && values.length > 0) && options.length > 0;
  const change = useChanging(
    now,
    () => readProduct(id, true),
    () => done(missing.length),
  );
  const { seen } = change;
  const all = whole ? combined(options, seen.variants) : [];
  const missing = all.filter(({ values, variant }) => (!variant || variant.archived) && !left.has(keyOf(values)));
  const sold = seen.variants.filter((one) => !one.archived);
  const firsts = options.map(({ values }) => values[0] ?? "");
  // An option that every variant has stays; one that was just added may go.
  const fixed = sold.length > 1 || seen.product.options.length > 0 ? seen.product.options.length : 0;
  const renamed = JSON.stringify(options.map(({ name }) => name)) !== JSON.stringify(seen.product.options);
  const tooMany = seen.variants.length + missing.filter(({ variant }) => !variant).length > VARIANTS_MAX;
  const ready = whole && !tooMany && (missing.length > 0 || renamed) && !change.busy;
  const set = (at: number, next: Partial<Row>): void => setRows(rows.map((row, index) => (index === at ? { ...row, ...next } : row)));

  function submit(): void {
    const base = seen.product.slug;
    const kept = sold.map((one) => ({ sku: one.sku, options: filled(one, firsts) }));
    const made = missing.map(({ values, variant }) => ({ sku: variant?.sku ?? skuOf(base, values), options: values }));
    change.send("changeProduct", { path: { id }, body: { options: options.map(({ name }) => name), variants: [...kept, ...made] } });
  }
  return (
    <Sheet title={p.combine} close={close} className="act-sheet">
      <form
        className="sheet-body act"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) submit();
        }}
      >
        {change.before && <Meanwhile changes={differences(change.before, seen, words)} why={p.changedWhy} />}
        <p>{p.combineWhy}</p>
        {rows.map((row, index) => (
          <div key={index} className="option-row" role="group" aria-label={p.optionAt(n.whole(index + 1))}>
            <label className="field">
              {p.optionName}
              <input
                value={row.name}
                placeholder={p.optionHint}
                maxLength={255}
                onChange={(event) => set(index, { name: event.target.value })}
              />
            </label>
            <label className="field">
              {p.optionValues}
              <input value={row.text} placeholder={p.valuesHint} onChange={(event) => set(index, { text: event.target.value })} />
            </label>
            {index >= fixed && rows.length > 1 && (
              <button type="button" className="button" onClick={() => setRows(rows.filter((_, at) => at !== index))}>
                {p.optionAway}
              </button>
            )}
          </div>
        ))}
        {rows.length < OPTIONS_MAX && (
          <p>
            <button type="button" className="button" onClick={() => setRows([...rows, { name: "", text: "" }])}>
              {p.optionMore}
            </button>
          </p>
        )}
        {whole && (
          <section aria-label={p.preview} className="combinations">
            <h3>{p.preview}</h3>
            <ul>
              {all.map((one) => (
                <Preview
                  key={keyOf(one.values)}
                  one={one}
                  sku={one.variant?.sku ?? skuOf(seen.product.slug, one.values)}
                  chosen={!left.has(keyOf(one.values))}
                  toggle={() => setLeft(toggled(left, keyOf(one.values)))}
                />
              ))}
            </ul>
          </section>
        )}
        {tooMany && (
          <p role="alert" className="wrong">
            {p.tooMany(n.whole(VARIANTS_MAX))}
          </p>
        )}
        {change.error && <Failure error={change.error} at={Date.now()} whole={false} retry={submit} />}
        <p className="act-foot">
          <button type="submit" className="button primary" disabled={!ready} aria-busy={change.busy}>
            {missing.length || !renamed ? p.makeVariants(missing.length, n.whole(missing.length)) : p.save}
          </button>
          <button type="button" className="button" onClick={close}>
            {t.kept.cancel}
          </button>
        </p>
      </form>
    </Sheet>
  );
}

function toggled(all: Set<string>, one: string): Set<string> {
  const next = new Set(all);
  if (!next.delete(one)) next.add(one);
  return next;
}

function Preview({ one, sku, chosen, toggle }: { one: Combination; sku: string; chosen: boolean; toggle: () => void }) {
  const { a } = useAdmin();
  const p = a.products;
  const title = one.values.join(" / ");
  const state = !one.variant ? "new" : one.variant.archived ? "back" : "there";
  return (
    <li data-combination={state}>
      {state === "there" ? (
        <span className="there">{title}</span>
      ) : (
        <label className="switch">
          <input type="checkbox" checked={chosen} onChange={toggle} />
          {title}
        </label>
      )}
      <code className="hint-line">{sku}</code>
      <span className="hint-line">{p.combination[state]}</span>
    </li>
  );
}
