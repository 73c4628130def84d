/** Another address, purpose or choice of events for a webhook; what was before can be had back. */
import type { FormEvent } from "react";
import { useUndo } from "../../design/Undo";
import { useAdmin } from "../words";
import { HookFields, hookForm, type Typed } from "./HookForm";
import { takeBack, type HookChange } from "./hooks";

export function ChangeHook({ change, typed, close }: { change: HookChange; typed: Typed; close: () => void }) {
  const { a } = useAdmin();
  const offer = useUndo();
  const { seen, before, busy } = change;
  const { told, open, fields } = hookForm(seen, typed);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (open) return;
    const { id, url, description, event_types } = seen;
    change.send("changeWebhook", { path: { id }, body: told }, (answer) => {
      close();
      offer(a.hooks.saved, takeBack(answer, { url, description, event_types }));
    });
  };
  return (
    <details>
      <summary>{a.hooks.change}</summary>
      <form className="act-form" onSubmit={submit} noValidate>
        <HookFields fields={fields} />
        <p className="act-foot">
          <button type="submit" className="button" disabled={open} aria-busy={busy}>
            {before ? a.changed.still(a.hooks.save) : a.hooks.save}
          </button>
          {before && (
            <button type="button" className="button" onClick={() => (typed[1]({}), change.settle(seen))}>
              {a.products.takeTheirs}
            </button>
          )}
        </p>
      </form>
    </details>
  );
}
