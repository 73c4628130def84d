/** The imprint and the terms. */
import { useState, type FormEvent } from "react";
import { useAdmin } from "../words";
import { Field } from "./Field";
import { Saved } from "./Saved";
import type { FormProps } from "./ShopForm";

const TEXT = 50_000;
const ROWS = 6;

export function TextsForm({ said, etag, saving }: FormProps) {
  const { a } = useAdmin();
  const [draft, setDraft] = useState(said.set);
  const text = (name: "imprint" | "terms") => ({
    label: a.settings.texts[name],
    set: draft[name],
    fallback: said.defaults[name],
    change: (to: string | null) => setDraft((now) => ({ ...now, [name]: to })),
    most: TEXT,
    rows: ROWS,
  });
  const send = (): void => void saving.save(draft, etag);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  return (
    <form className="panel" aria-label={a.settings.texts.title} onSubmit={submit}>
      <h2>{a.settings.texts.title}</h2>
      <p className="hint-line">{a.settings.texts.why}</p>
      <Field {...text("imprint")} />
      <Field {...text("terms")} />
      <button type="submit" className="button primary" aria-busy={saving.busy}>
        {a.settings.save}
      </button>
      <Saved saving={saving} again={send} />
    </form>
  );
}
