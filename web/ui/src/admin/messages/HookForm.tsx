/** Where a webhook leads, what it is for, and what it is told of. */
import type { Dispatch, SetStateAction } from "react";
import type { Webhook } from "@kassa/client";
import { useAdmin } from "../words";
import { TYPES } from "./hooks";

type Type = (typeof TYPES)[number];

export interface Told {
  url: string;
  description: string | null;
  event_types: Type[] | null;
}

/** What was typed over what there is. */
export type Edits = Partial<Told & { only: boolean }>;
export type Typed = [Edits, Dispatch<SetStateAction<Edits>>];

export interface Filled {
  told: Told;
  /** Something is still to be filled in. */
  open: boolean;
  fields: Told & { only: boolean; set: (next: Partial<Told & { only: boolean }>) => void };
}

/** The form of a webhook, or of one that is yet to be made. */
export function hookForm(hook: Webhook | undefined, [edits, setEdits]: Typed): Filled {
  const now = {
    url: hook?.url ?? "",
    description: hook?.description ?? null,
    event_types: (hook?.event_types ?? []) as Type[] | null,
    only: hook?.event_types != null,
    ...edits,
  };
  const told: Told = {
    url: now.url.trim(),
    description: now.description?.trim() || null,
    event_types: now.only ? (now.event_types ?? []) : null,
  };
  const open = !told.url || (now.only && !told.event_types?.length);
  return { told, open, fields: { ...now, set: (next) => setEdits((last) => ({ ...last, ...next })) } };
}

export function HookFields({ fields }: { fields: Filled["fields"] }) {
  const { a } = useAdmin();
  const chosen = fields.event_types ?? [];
  const toggle = (type: Type): void =>
    fields.set({ event_types: chosen.includes(type) ? chosen.filter((one) => one !== type) : [...chosen, type] });
  return (
    <>
      <label className="field">
        {a.hooks.url}
        <input
          type="url"
          dir="ltr"
          value={fields.url}
          placeholder={a.hooks.urlHint}
          autoComplete="off"
          onChange={(event) => fields.set({ url: event.target.value })}
        />
      </label>
      <label className="field">
        {a.hooks.description}
        <input
          value={fields.description ?? ""}
          placeholder={a.hooks.descriptionHint}
          maxLength={255}
          onChange={(event) => fields.set({ description: event.target.value })}
        />
      </label>
      <fieldset className="told">
        <legend>{a.hooks.types}</legend>
        <label className="pick">
          <input type="radio" name="told" checked={!fields.only} onChange={() => fields.set({ only: false })} />
          {a.hooks.all}
        </label>
        <label className="pick">
          <input type="radio" name="told" checked={fields.only} onChange={() => fields.set({ only: true })} />
          {a.hooks.only}
        </label>
        {fields.only && (
          <div className="types">
            {TYPES.map((type) => (
              <label key={type} className="pick">
                <input type="checkbox" checked={chosen.includes(type)} onChange={() => toggle(type)} />
                {a.hooks.typeNames[type]}
              </label>
            ))}
          </div>
        )}
      </fieldset>
    </>
  );
}
