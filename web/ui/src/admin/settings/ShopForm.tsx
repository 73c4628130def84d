/** What the shop is called, how it looks, and what it announces. */
import { useState, type FormEvent } from "react";
import type { StorefrontSaid } from "@kassa/client";
import { useAdmin } from "../words";
import { Colour } from "./Colour";
import type { Said, Saving } from "./data";
import { Field } from "./Field";
import { Languages } from "./Languages";
import { Logo } from "./Logo";
import { Saved } from "./Saved";

const LINE = 255;

export interface FormProps {
  said: Said;
  etag: string | null;
  saving: Saving;
}

export function ShopForm({ said, etag, saving }: FormProps) {
  const { a } = useAdmin();
  const [draft, setDraft] = useState<StorefrontSaid>(said.set);
  const { defaults } = said;
  const change =
    <K extends keyof StorefrontSaid>(name: K) =>
    (to: StorefrontSaid[K]): void =>
      setDraft((now) => ({ ...now, [name]: to }));
  const line = (name: "name" | "claim" | "announcement") => ({
    label: a.settings.shop[name],
    set: draft[name],
    fallback: defaults[name],
    change: change(name),
    most: LINE,
  });
  const send = (): void => void saving.save({ ...draft, name: draft.name?.trim() ? draft.name : null }, etag);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  return (
    <form className="panel" aria-label={a.settings.shop.title} onSubmit={submit}>
      <h2>{a.settings.shop.title}</h2>
      <p className="hint-line">{a.settings.shop.why}</p>
      <Field {...line("name")} />
      <Field {...line("claim")} />
      <Field {...line("announcement")} hint={a.settings.shop.announcementHint} />
      <Logo set={draft.logo} fallback={defaults.logo} change={change("logo")} />
      <Colour set={draft.colour} fallback={defaults.colour} change={change("colour")} />
      <Languages set={draft.languages} fallback={defaults.languages} change={change("languages")} />
      <button type="submit" className="button primary" aria-busy={saving.busy}>
        {a.settings.save}
      </button>
      <Saved saving={saving} again={send} />
    </form>
  );
}
