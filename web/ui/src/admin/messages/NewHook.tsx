/** A webhook is made; its secret is shown this once. */
import { useState, type FormEvent } from "react";
import type { NewWebhook } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { useOnce } from "../once";
import { Secret } from "../Secret";
import { useAdmin } from "../words";
import { HookFields, hookForm, type Edits } from "./HookForm";
import { TestHook } from "./TestHook";

export default function NewHook({ close }: { close: () => void }) {
  const { a } = useAdmin();
  const [made, setMade] = useState<NewWebhook>();
  const { told, open, fields } = hookForm(undefined, useState<Edits>({}));
  const once = useOnce("createWebhook", (answer) => setMade(answer as NewWebhook), { keyed: false });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!open) once.send({ body: told });
  };
  return (
    <Sheet title={a.hooks.add} close={close} className="act-sheet">
      {made ? (
        <div className="sheet-body act">
          <p className="breaks">
            <bdi>{made.url}</bdi>
          </p>
          <Secret title={a.hooks.once} why={a.hooks.onceWhy} label={a.hooks.secret} secret={made.secret} copy={a.hooks.copySecret} />
          <TestHook id={made.id} />
        </div>
      ) : (
        <form className="sheet-body act" onSubmit={submit} noValidate>
          <HookFields fields={fields} />
          {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={once.again} />}
          <p className="act-foot">
            <button type="submit" className="button primary" disabled={open} aria-busy={once.busy}>
              {a.hooks.go}
            </button>
          </p>
        </form>
      )}
    </Sheet>
  );
}
