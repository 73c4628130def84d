/** Rules of what counts: made with a look at what they change, turned off, and taken back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Empty, Failure, IconButton, Tabs } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useUndo } from "../../design/Undo";
import { filtersSaid } from "../../dashboard/labels";
import { own, saysOf } from "../../dashboard/views/rule";
import { RuleForm } from "../../dashboard/views/RuleForm";
import { focusFirst, type Thing } from "../../dashboard/views/thing";
import { api, type Ask } from "../../server/call";
import { useQueryOf } from "../place";
import { useAdmin } from "../words";
import { SiteChoice, useSite } from "./SiteChoice";

const PERIODS = ["7d", "30d", "91d"];

type Operation = "createRule" | "changeRule" | "deleteRule";
const ask = (operation: Operation, takes: object): Promise<unknown> => (api[operation] as Ask)(takes);

const useRules = (site: string) =>
  useQuery({
    queryKey: ["report", "rules", site],
    queryFn: async ({ signal }) =>
      (await api.listRules({ query: { site_id: site, limit: 100 } }, { signal })).results as unknown as Thing[],
    enabled: site !== "",
  });

export function RulesPage() {
  const { t, a } = useAdmin();
  const [query, change] = useQueryOf();
  const { site, zone } = useSite();
  const rules = useRules(site);
  const asked = query.get("range") ?? "";
  const period = PERIODS.includes(asked) ? asked : "30d";
  return (
    <section className="panel" aria-label={a.events.pages.rules}>
      <div className="list-tools">
        <SiteChoice />
        <span className="hint-line">{a.events.rules.range}</span>
        <Tabs
          label={a.events.rules.range}
          tabs={PERIODS.map((one) => [one, a.events.drops.ranges[one] ?? one])}
          chosen={period}
          choose={(range) => change({ range })}
        />
      </div>
      <p className="hint-line">{t.kept.why["rules"]}</p>
      {!rules.data && !rules.error && <TableSkeleton rows={4} />}
      {rules.error && <Failure error={rules.error} at={rules.dataUpdatedAt} whole={!rules.data} retry={rules.refetch} />}
      {rules.data && <Rules key={site} site={site} zone={zone} period={period} rules={rules.data} />}
    </section>
  );
}

interface Props {
  site: string;
  zone: string;
  period: string;
  rules: Thing[];
}

function Rules({ site, zone, period, rules }: Props) {
  const { t } = useAdmin();
  const act = useAct(site);
  const [editing, setEditing] = useState<string>();
  const thing = rules.find(({ id }) => id === editing);
  const save = async (members: object): Promise<void> => {
    if (await (thing ? act.changed(thing, members) : act.made(members))) setEditing(undefined);
  };
  return (
    <>
      {rules.length === 0 && <Empty title={t.kept.none["rules"] ?? ""} />}
      <ul className="plain-list rules">
        {rules.map((one) => (
          <Rule key={one.id} rule={one} act={act} edit={() => setEditing(one.id)} />
        ))}
      </ul>
      <div key={`${thing?.id} ${thing?.version} ${rules.length}`} ref={thing && focusFirst}>
        <RuleForm view={{ site, period }} zone={zone} thing={thing} save={save} cancel={() => setEditing(undefined)} />
      </div>
      {act.error && <Failure error={act.error} at={Date.now()} whole={false} retry={act.clear} />}
    </>
  );
}

function Rule({ rule, act, edit }: { rule: Thing; act: Act; edit: () => void }) {
  const words = useAdmin();
  const { t, a } = words;
  const { filters } = (rule["exclude"] ?? {}) as { filters?: unknown[][] };
  const on = rule["enabled"] === true;
  return (
    <li data-rule={rule.name}>
      <span className="breaks">
        <strong>
          <bdi>{rule.name}</bdi>
        </strong>{" "}
        <span className="hint-line">
          {filters ? `${a.events.rules.exclude}: ${filtersSaid(filters, words)}` : a.events.rules.path}
          {!on && ` · ${a.events.rules.off}`}
        </span>
      </span>
      <span className="rule-acts">
        <input
          type="checkbox"
          checked={on}
          aria-label={on ? a.events.rules.turnOff(rule.name) : a.events.rules.turnOn(rule.name)}
          onChange={() => void act.turned(rule, !on)}
        />
        {saysOf(rule) && <IconButton icon="edit" label={t.kept.change(rule.name)} onClick={edit} />}
        <IconButton icon="close" label={t.alerts.remove(rule.name)} onClick={() => void act.removed(rule)} />
      </span>
    </li>
  );
}

type Act = ReturnType<typeof useAct>;

/** What is done with rules, each with the way back; false: it was not done. */
function useAct(site: string) {
  const { a } = useAdmin();
  const client = useQueryClient();
  const offer = useUndo();
  const [error, setError] = useState<Error>();
  const run = async (operation: Operation, takes: object): Promise<Thing> => {
    try {
      return (await ask(operation, takes)) as Thing;
    } finally {
      await client.invalidateQueries();
    }
  };
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    setError(undefined);
    try {
      await work();
      return true;
    } catch (problem) {
      setError(problem as Error);
      return false;
    }
  };
  const make = (members: object) => run("createRule", { body: { site_id: site, ...members } });
  const put = ({ id, version }: Thing, members: object) => run("changeRule", { path: { id }, body: { ...members, version } });
  const remove = ({ id }: Thing) => run("deleteRule", { path: { id } });
  return {
    error,
    clear: () => setError(undefined),
    made: (members: object) =>
      attempt(async () => {
        const made = await make(members);
        offer(a.events.rules.added, () => remove(made));
      }),
    changed: (rule: Thing, members: object) =>
      attempt(async () => {
        const next = await put(rule, members);
        offer(a.events.rules.changed, () => put(next, own(rule)));
      }),
    turned: (rule: Thing, on: boolean) =>
      attempt(async () => {
        const next = await put(rule, { ...own(rule), enabled: on });
        offer(on ? a.events.rules.turned.on : a.events.rules.turned.off, () => put(next, own(rule)));
      }),
    removed: (rule: Thing) =>
      attempt(async () => {
        await remove(rule);
        offer(a.events.rules.removed, () => make(own(rule)));
      }),
  };
}
