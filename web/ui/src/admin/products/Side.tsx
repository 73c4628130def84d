/** Beside a product: whether it is sold, where it stands, and by which names it is known. */
import { CopyButton } from "../../design/Panel";
import { longDay } from "../when";
import { useAdmin } from "../words";
import { CategoryChoice } from "./CategoryChoice";
import type { Edits, Fields } from "./draft";
import { Field, TextField } from "./Field";
import type { Draft } from "./useDraft";

export function Side({ draft, may }: { draft: Draft; may: boolean }) {
  const { a, n } = useAdmin();
  const { product } = draft.change.seen;
  const facts: [string, string][] = [
    [a.order.id, String(product.id)],
    ["SKU", product.sku],
    [a.products.made, longDay(product.created_at, n.locale)],
    [a.products.touched, longDay(product.updated_at, n.locale)],
  ];
  return (
    <div className="order-side">
      <Placing draft={draft} may={may} />
      <section className="panel" aria-label={a.order.names}>
        <h2>{a.order.names}</h2>
        <dl className="facts">
          {facts.map(([title, value], index) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>
                {index < 2 ? <code>{value}</code> : value} {index < 2 && <CopyButton text={value} />}
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}

interface PlacingProps {
  draft: { fields: Fields; set: (edits: Edits) => void };
  may: boolean;
}

/** Status, category, and the day of its release. */
export function Placing({ draft: { fields, set }, may }: PlacingProps) {
  const { a } = useAdmin();
  const p = a.products;
  return (
    <section className="panel form-panel" aria-label={p.placing}>
      <h2>{p.placing}</h2>
      <Field label={p.fields.status} hint={p.statusHints[fields.status]}>
        {(id, described) => (
          <select
            id={id}
            aria-describedby={described}
            disabled={!may}
            value={fields.status}
            onChange={(event) => set({ status: event.target.value as Fields["status"] })}
          >
            {(["active", "draft"] as const).map((one) => (
              <option key={one} value={one}>
                {p.statuses[one]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={p.category}>
        {(id) => (
          <CategoryChoice id={id} none={p.noCategory} value={fields.category} disabled={!may} set={(category) => set({ category })} />
        )}
      </Field>
      <TextField
        label={p.fields.release_date}
        type="date"
        value={fields.release_date}
        disabled={!may}
        set={(release_date) => set({ release_date })}
      />
    </section>
  );
}
