/** One webhook: how it does, a test, its secret, what it is told of, and what was sent there lately. */
import type { Webhook } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { useUndo } from "../../design/Undo";
import { api } from "../../server/call";
import { Facts, type Fact } from "../Facts";
import { useOnce } from "../once";
import { TypedConfirm } from "../TypedConfirm";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { ChangeHook } from "./ChangeHook";
import { RecentOfHook } from "./RecentOfHook";
import { RotateHook } from "./RotateHook";
import { TestHook } from "./TestHook";
import { Standing, toldOf } from "./WebhooksPage";

export default function HookSheet({ hook, close }: { hook: Webhook | undefined; close: () => void }) {
  const { a } = useAdmin();
  return (
    <Sheet title={hook?.description ?? a.hooks.pages.webhooks} close={close} className="act-sheet">
      <div className="sheet-body act">{hook ? <Whole hook={hook} close={close} /> : <p className="empty">{a.hooks.gone}</p>}</div>
    </Sheet>
  );
}

function Whole({ hook, close }: { hook: Webhook; close: () => void }) {
  const { a } = useAdmin();
  const offer = useUndo();
  const remove = useOnce("deleteWebhook", () => (close(), offer(a.hooks.removed)), { keyed: false });
  return (
    <>
      <p className="badges">
        <Standing hook={hook} />
      </p>
      <About hook={hook} />
      <Switch hook={hook} close={close} />
      <TestHook id={hook.id} />
      <RecentOfHook id={hook.id} />
      <ChangeHook hook={hook} close={close} />
      <RotateHook hook={hook} />
      {remove.error && <Failure error={remove.error} at={Date.now()} whole={false} retry={remove.again} />}
      <TypedConfirm
        title={a.hooks.remove}
        why={a.hooks.removeWhy}
        word={hostOf(hook.url)}
        busy={remove.busy}
        go={() => remove.send({ path: { id: hook.id } })}
      />
    </>
  );
}

function About({ hook }: { hook: Webhook }) {
  const { a, n } = useAdmin();
  const failed = hook.last_failure;
  const facts: Fact[] = [
    [a.hooks.url, hook.url],
    [a.hooks.types, toldOf(hook, a.hooks)],
    [a.hooks.last, hook.last_delivered_at && shortTime(hook.last_delivered_at, n.locale)],
    [a.hooks.failingSince, hook.failing_since && shortTime(hook.failing_since, n.locale)],
    [a.hooks.lastFailure, failed && `${shortTime(failed.at, n.locale)}: ${failed.why}`],
    [a.hooks.made, shortTime(hook.created_at, n.locale)],
  ];
  return <Facts facts={facts} />;
}

/** On or off; done, the list is there again, with the way back. */
function Switch({ hook: { id, enabled }, close }: { hook: Webhook; close: () => void }) {
  const { a } = useAdmin();
  const offer = useUndo();
  const wanted = !enabled;
  const done = (): void => {
    close();
    offer(wanted ? a.hooks.turned.on : a.hooks.turned.off, () => api.changeWebhook({ path: { id }, body: { enabled } }));
  };
  const once = useOnce("changeWebhook", done, { keyed: false });
  return (
    <>
      <p>
        <button
          type="button"
          className="button"
          aria-busy={once.busy}
          onClick={() => once.send({ path: { id }, body: { enabled: wanted } })}
        >
          {wanted ? a.hooks.turnOn : a.hooks.turnOff}
        </button>
      </p>
      {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={once.again} />}
    </>
  );
}

export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
