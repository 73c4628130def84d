/** Another address, purpose or choice of events for a webhook; what was before can be had back. */
import type { FormEvent } from "react";
import type { Webhook } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { useUndo } from "../../design/Undo";
import { api } from "../../server/call";
import { useOnce } from "../once";
import { useAdmin } from "../words";
import { HookFields, useHookForm } from "./HookForm";

export function ChangeHook({ hook, close }: { hook: Webhook; close: () => void }) {
  const { a } = useAdmin();
  const offer = useUndo();
  const { told, open, fields } = useHookForm(hook);
  const { id, url, description, event_types } = hook;
  const back = (): Promise<unknown> => api.changeWebhook({ path: { id }, body: { url, description, event_types } });
  const once = useOnce("changeWebhook", () => (close(), offer(a.hooks.saved, back)), { keyed: false });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!open) once.send({ path: { id }, body: told });
  };
  return (
    <details>
      <summary>{a.hooks.change}</summary>
      <form className="act-form" onSubmit={submit} noValidate>
        <HookFields fields={fields} />
        {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={once.again} />}
        <button type="submit" className="button" disabled={open} aria-busy={once.busy}>
          {a.hooks.save}
        </button>
      </form>
    </details>
  );
}
