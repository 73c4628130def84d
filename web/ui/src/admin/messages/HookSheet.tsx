/** One webhook: how it does, a test, its secret, what it is told of, and what was sent there lately. */
import { useState } from "react";
import type { Webhook } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { useUndo } from "../../design/Undo";
import { changedLines } from "../changing";
import { Facts, type Fact } from "../Facts";
import { Meanwhile } from "../Meanwhile";
import { TypedConfirm } from "../TypedConfirm";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { ChangeHook } from "./ChangeHook";
import type { Edits } from "./HookForm";
import { takeBack, useHookChange, type HookChange } from "./hooks";
import { RecentOfHook } from "./RecentOfHook";
import { RotateHook } from "./RotateHook";
import { standingOf } from "./standing";
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
  const words = useAdmin();
  const { a } = words;
  const offer = useUndo();
  const typed = useState<Edits>({});
  const change = useHookChange(hook, Object.keys(typed[0]).length > 0);
  const { seen, before, error, busy, again } = change;
  const remove = (): void => change.send("deleteWebhook", { path: { id: hook.id } }, () => (close(), offer(a.hooks.removed)));
  return (
    <>
      <p className="badges">
        <Standing hook={hook} />
      </p>
      {before && <Meanwhile changes={differences(before, seen, words)} why={a.products.changedWhy} />}
      {error && <Failure error={error} at={Date.now()} whole={false} retry={again} />}
      <Facts facts={factsOf(hook, words)} />
      <Switch change={change} close={close} />
      <TestHook id={hook.id} />
      <RecentOfHook id={hook.id} />
      <ChangeHook change={change} typed={typed} close={close} />
      <RotateHook hook={hook} change={change} />
      <TypedConfirm title={a.hooks.remove} why={a.hooks.removeWhy} word={hostOf(hook.url)} busy={busy} go={remove} />
    </>
  );
}

type Words = Pick<ReturnType<typeof useAdmin>, "a" | "n">;

function factsOf(hook: Webhook, { a, n }: Words): Fact[] {
  const failed = hook.last_failure;
  return [
    [a.hooks.url, hook.url],
    [a.hooks.types, toldOf(hook, a.hooks)],
    [a.hooks.last, hook.last_delivered_at && shortTime(hook.last_delivered_at, n.locale)],
    [a.hooks.failingSince, hook.failing_since && shortTime(hook.failing_since, n.locale)],
    [a.hooks.lastFailure, failed && `${shortTime(failed.at, n.locale)}: ${failed.why}`],
    [a.hooks.made, shortTime(hook.created_at, n.locale)],
  ];
}

/** What is another about it than it was, in words. */
function differences(before: Webhook, now: Webhook, words: Words): string[] {
  const { hooks, changed } = words.a;
  const all = (of: Webhook): Fact[] => [
    ...factsOf(of, words),
    [hooks.description, of.description],
    [hooks.state, hooks.states[standingOf(of)]],
    [hooks.rotate, of.rotating_until && shortTime(of.rotating_until, words.n.locale)],
  ];
  const is = all(now);
  const lines = all(before).map(([name, was], at): [string, string, string] => [name, was ?? "–", is[at]?.[1] ?? "–"]);
  return changedLines(lines, changed.other);
}

/** On or off; done, the list is there again, with the way back. */
function Switch({ change, close }: { change: HookChange; close: () => void }) {
  const { a } = useAdmin();
  const offer = useUndo();
  const { id, enabled } = change.seen;
  const turn = (): void =>
    change.send("changeWebhook", { path: { id }, body: { enabled: !enabled } }, (answer) => {
      close();
      offer(enabled ? a.hooks.turned.off : a.hooks.turned.on, takeBack(answer, { enabled }));
    });
  return (
    <p>
      <button type="button" className="button" aria-busy={change.busy} onClick={turn}>
        {enabled ? a.hooks.turnOff : a.hooks.turnOn}
      </button>
    </p>
  );
}

export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
