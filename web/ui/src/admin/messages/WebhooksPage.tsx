/** Webhooks: which programs are told of what, and how each does. */
import { Suspense } from "react";
import type { Webhook } from "@kassa/client";
import { later } from "../../design/Floating";
import { Empty, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { Badge } from "../Badge";
import { walkRows } from "../List";
import { useQueryOf } from "../place";
import { RowLink } from "../RowLink";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { useHooks } from "./hooks";
import { standingOf } from "./standing";

const HookSheet = later(async () => (await import("./HookSheet")).default);
const NewHook = later(async () => (await import("./NewHook")).default);

/** The sheet of one that is yet to be made. */
const NEW = "new";

export default function WebhooksPage() {
  const { a } = useAdmin();
  const [query, change] = useQueryOf();
  const hooks = useHooks();
  const id = query.get("id") ?? "";
  const close = (): void => change({ id: "" });
  const add = (
    <button type="button" className="button primary" onClick={() => change({ id: NEW })}>
      {a.hooks.add}
    </button>
  );
  const { data, error } = hooks;
  return (
    <>
      <section className="panel" aria-label={a.hooks.pages.webhooks}>
        {!!data?.length && <div className="list-tools">{add}</div>}
        <div className="panel-body">
          {!data && !error && <TableSkeleton rows={4} />}
          {error && <Failure error={error} at={hooks.dataUpdatedAt} whole={!data} retry={hooks.refetch} />}
          {data?.length === 0 && <Empty title={a.hooks.none} why={a.hooks.noneWhy} action={add} />}
          {!!data?.length && <Rows hooks={data} />}
        </div>
      </section>
      <Suspense fallback={null}>
        {id === NEW && <NewHook close={close} />}
        {id && id !== NEW && data && <HookSheet key={id} hook={data.find((one) => one.id === id)} close={close} />}
      </Suspense>
    </>
  );
}

function Rows({ hooks }: { hooks: Webhook[] }) {
  const { a } = useAdmin();
  return (
    <table className="table list">
      <caption className="unseen">{a.hooks.pages.webhooks}</caption>
      <thead>
        <tr>
          <th scope="col" className="of-most">
            {a.hooks.url}
          </th>
          <th scope="col" className="on-wide">
            {a.hooks.types}
          </th>
          <th scope="col">{a.hooks.state}</th>
          <th scope="col" className="on-wide">
            {a.hooks.last}
          </th>
        </tr>
      </thead>
      <tbody onKeyDown={walkRows}>
        {hooks.map((one) => (
          <Row key={one.id} hook={one} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ hook }: { hook: Webhook }) {
  const { a, n } = useAdmin();
  return (
    <tr className="row" data-hook={hook.id}>
      <th scope="row" className="of-most">
        <RowLink query={{ id: hook.id }}>
          <bdi>{hook.url}</bdi>
        </RowLink>{" "}
        {hook.description && (
          <span className="hint-line">
            <bdi>{hook.description}</bdi>
          </span>
        )}
      </th>
      <td className="on-wide">{toldOf(hook, a.hooks)}</td>
      <td>
        <Standing hook={hook} />
      </td>
      <td className="on-wide">{hook.last_delivered_at ? shortTime(hook.last_delivered_at, n.locale) : a.hooks.never}</td>
    </tr>
  );
}

export const toldOf = (hook: Pick<Webhook, "event_types">, texts: { all: string; typeNames: Record<string, string> }): string =>
  hook.event_types?.map((type) => texts.typeNames[type] ?? type).join(", ") ?? texts.all;

const BADGES = { well: "sent", untried: "waiting", failing: "failed", asked: "off", given_up: "dead", gone: "dead" } as const;

export function Standing({ hook }: { hook: Webhook }) {
  const { a } = useAdmin();
  const standing = standingOf(hook);
  return <Badge state={BADGES[standing]} word={a.hooks.states[standing]} />;
}
