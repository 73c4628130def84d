/** Another secret for a webhook; the one before signs as well for as long as is said. */
import { useState, type FormEvent } from "react";
import type { NewWebhook, Webhook } from "@kassa/client";
import { tagged } from "../changing";
import { Secret } from "../Secret";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import type { HookChange } from "./hooks";

const DAY = "24";

export function RotateHook({ hook, change }: { hook: Webhook; change: HookChange }) {
  const { a, n } = useAdmin();
  const [hours, setHours] = useState(DAY);
  const [made, setMade] = useState<NewWebhook>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const takes = { path: { id: hook.id }, body: { keep_hours: Number(hours) } };
    change.send("rotateWebhookSecret", takes, (answer) => {
      change.settle(tagged(answer as NewWebhook));
      setMade(answer as NewWebhook);
    });
  };
  const until = hook.rotating_until;
  return (
    <details>
      <summary>{a.hooks.rotate}</summary>
      <form className="act-form" onSubmit={submit}>
        <p>{a.hooks.rotateWhy}</p>
        <label className="field">
          {a.hooks.keep}
          <select value={hours} onChange={(event) => setHours(event.target.value)}>
            {Object.entries(a.hooks.keepHours).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button" aria-busy={change.busy}>
          {change.before ? a.changed.still(a.hooks.rotate) : a.hooks.rotate}
        </button>
      </form>
      {made && <Secret title={a.hooks.once} why={a.hooks.onceWhy} label={a.hooks.secret} secret={made.secret} copy={a.hooks.copySecret} />}
      {until && <p className="said">{a.hooks.rotating(shortTime(until, n.locale))}</p>}
    </details>
  );
}
