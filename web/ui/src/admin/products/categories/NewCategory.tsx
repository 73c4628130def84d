/** A category that is not there yet. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../../design/Panel";
import { useUndo } from "../../../design/Undo";
import { useOnce } from "../../once";
import { useAdmin } from "../../words";
import { CategoryChoice } from "../CategoryChoice";
import { useCategories } from "../data";
import { Field, TextField } from "../Field";
import { siblings } from "./tree";

export function NewCategory() {
  const { a } = useAdmin();
  const c = a.products.tree;
  const offer = useUndo();
  const { data = [] } = useCategories();
  const [name, setName] = useState("");
  const [inside, setInside] = useState("");
  const once = useOnce("createCategory", () => (setName(""), offer(c.made)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const parent_id = data.find(({ slug }) => slug === inside)?.id ?? null;
    // Behind those that are there.
    const position = Math.max(-1, ...siblings(data, { parent_id }).map((one) => one.position)) + 1;
    if (name.trim()) once.send({ body: { name: name.trim(), parent_id, position } });
  };
  return (
    <section className="panel" aria-label={c.new}>
      <h2>{c.new}</h2>
      <form className="act-form" onSubmit={submit}>
        <div className="field-row">
          <TextField label={c.name} value={name} set={setName} />
          <Field label={c.inside}>{(id) => <CategoryChoice id={id} none={c.top} value={inside} set={setInside} />}</Field>
        </div>
        {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={once.again} />}
        <button type="submit" className="button primary" disabled={!name.trim()} aria-busy={once.busy}>
          {c.make}
        </button>
      </form>
    </section>
  );
}
