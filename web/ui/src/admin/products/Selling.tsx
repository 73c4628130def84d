/** What the only variant of a product costs, and what is known of it. */
import { useAdmin } from "../words";
import type { Edits, Fields, VariantFields, Wrong } from "./draft";
import { TextField } from "./Field";
import { StockLine } from "./StockLine";
import { sold, type Seen } from "./product";
import type { Draft } from "./useDraft";

export function Selling({ draft, may }: { draft: Draft; may: boolean }) {
  const { a } = useAdmin();
  const { seen } = draft.change;
  const only = sold(seen)[0];
  return (
    <section className="panel form-panel" aria-label={a.products.selling}>
      <h2>{a.products.selling}</h2>
      <SellingFields draft={draft} currency={currencyOf(seen)} may={may} />
      {only && <StockLine variant={only} />}
    </section>
  );
}

const currencyOf = (seen: Seen): string => seen.product.price.currency;

interface FieldsProps {
  draft: { fields: Fields | VariantFields; wrong: Wrong; set: (edits: Edits) => void };
  currency: string;
  may: boolean;
}

export function SellingFields({ draft: { fields, wrong, set }, currency, may }: FieldsProps) {
  const { a, n } = useAdmin();
  const p = a.products;
  const why = (name: keyof Wrong): string | undefined => wrong[name] && p.wrong[wrong[name]];
  const shared = { disabled: !may };
  return (
    <>
      <div className="field-row">
        <TextField
          {...shared}
          label={`${p.price} (${currency})`}
          mode="decimal"
          value={fields.price}
          wrong={why("price")}
          set={(price) => set({ price })}
        />
        <TextField
          {...shared}
          label={`${p.fields.cost} (${currency})`}
          mode="decimal"
          value={fields.cost}
          hint={margin(fields, n.percent) ?? p.costHint}
          wrong={why("cost")}
          set={(cost) => set({ cost })}
        />
      </div>
      <div className="field-row">
        <TextField {...shared} label={p.fields.barcode} max={64} value={fields.barcode} set={(barcode) => set({ barcode })} />
        <TextField
          {...shared}
          label={p.fields.weight_g}
          mode="numeric"
          value={fields.weight_g}
          wrong={why("weight_g")}
          set={(weight_g) => set({ weight_g })}
        />
      </div>
      <label className="switch">
        <input
          type="checkbox"
          disabled={!may}
          checked={fields.track_stock}
          onChange={(event) => set({ track_stock: event.target.checked })}
        />
        {p.fields.track_stock}
      </label>
    </>
  );

  function margin({ price, cost }: VariantFields, percent: (value: number) => string): string | undefined {
    const [sells, costs] = [Number(price.replace(",", ".")), Number(cost.replace(",", "."))];
    return sells > 0 && cost.trim() && costs >= 0 ? p.margin(percent((100 * (sells - costs)) / sells)) : undefined;
  }
}
