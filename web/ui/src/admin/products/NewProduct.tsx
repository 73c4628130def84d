/** A product that is not there yet. */
import { useState } from "react";
import { Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useUndo } from "../../design/Undo";
import { useOnce } from "../once";
import { go, Link } from "../place";
import { useAdmin } from "../words";
import { About } from "./About";
import { useCategories, useCurrency } from "./data";
import { EMPTY, productBody, variantBody, VARIANT_NAMES, wrongIn, type Edits } from "./draft";
import { TextField } from "./Field";
import { Picturing } from "./pictures/Picturing";
import { pathOf, type Product } from "./product";
import { useSaveKey } from "./SaveBar";
import { SellingFields } from "./Selling";
import { Placing } from "./Side";

export default function NewProduct() {
  const currency = useCurrency();
  return currency ? <Making currency={currency} /> : <TableSkeleton rows={8} />;
}

function Making({ currency }: { currency: string }) {
  const { a } = useAdmin();
  const p = a.products;
  const { data: categories } = useCategories();
  const offer = useUndo();
  const [edits, setEdits] = useState<Edits>({});
  const [sku, setSku] = useState("");
  const [tried, setTried] = useState(false);
  const once = useOnce("createProduct", (answer) => (offer(p.madeNow), go(pathOf(answer as Product))));
  const fields = { ...EMPTY, ...edits };
  const all = wrongIn(fields, currency);
  // What is missing is said once it was tried.
  const wrong = tried ? all : Object.fromEntries(Object.entries(all).filter(([, why]) => why !== "missing"));
  const draft = { fields, wrong, set: (next: Edits) => setEdits({ ...edits, ...next }) };
  const save = (): void => {
    setTried(true);
    if (Object.keys(all).length > 0) return;
    const given = Object.fromEntries(VARIANT_NAMES.filter((name) => fields[name] !== "").map((name) => [name, fields[name]]));
    const variant = { ...variantBody(given, currency), ...(sku.trim() && { sku: sku.trim() }) };
    const body = { ...productBody({ ...edits, name: fields.name, status: fields.status }, categories ?? []), variants: [variant] };
    once.send({ body });
  };
  useSaveKey(save);
  return (
    <>
      <p className="back">
        <Link to="/admin/products">{p.back}</Link>
      </p>
      <div className="page-top">
        <h1>{p.new}</h1>
      </div>
      <form
        className="order-page product-page"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <div className="order-main">
          <About draft={draft} may fresh />
          <Picturing images={fields.images} set={(images) => draft.set({ images })} may />
          <section className="panel form-panel" aria-label={p.selling}>
            <h2>{p.selling}</h2>
            <SellingFields draft={draft} currency={currency} may />
            <TextField label="SKU" value={sku} max={100} hint={p.skuHint} set={setSku} />
          </section>
        </div>
        <div className="order-side">
          <Placing draft={draft} may />
        </div>
        <div className="save-bar">
          {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={once.again} />}
          <p className="act-foot">
            <span>{p.variantsLater}</span>
            <span className="acts">
              <button type="submit" className="button primary" aria-busy={once.busy}>
                {p.makeIt}
              </button>
            </span>
          </p>
        </div>
      </form>
    </>
  );
}
