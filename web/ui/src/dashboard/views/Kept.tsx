/** What is kept for the site: goals, segments, share links, rules, notes. Each can be added, changed and taken back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Empty, Failure, IconButton, Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useWords, type Words } from "../../design/words";
import { api, type Ask } from "../../server/call";
import { useGet } from "../data";
import { filtersSaid } from "../labels";
import { instant, localTime } from "../ranges";
import { askedFilters } from "../view";
import { Field, focusFirst, Form, useSegments, type FormProps, type Thing } from "./thing";
import { saysOf } from "./rule";
import { RuleForm } from "./RuleForm";
import { MadeLink, panelName, ShareForm } from "./ShareForm";
import type { ViewProps } from "./view";

type Kind = "goals" | "segments" | "shares" | "rules" | "annotations";

const OPERATIONS = {
  goals: { list: "listGoals", create: "createGoal", change: "changeGoal", delete: "deleteGoal" },
  segments: { list: "listSegments", create: "createSegment", change: "changeSegment", delete: "deleteSegment" },
  shares: { list: "listShares", create: "createShare", change: "changeShare", delete: "deleteShare" },
  rules: { list: "listRules", create: "createRule", change: "changeRule", delete: "deleteRule" },
  annotations: { list: "listAnnotations", create: "createAnnotation", change: "changeAnnotation", delete: "deleteAnnotation" },
} as const;

export default function Kept(props: ViewProps) {
  const { view, zone } = props;
  return (
    <div className="grid">
      <List {...props} kind="goals" form={(form) => <GoalForm {...form} />} />
      <List {...props} kind="segments" form={(form) => <SegmentForm {...form} view={view} />} />
      <List {...props} kind="shares" form={(form) => <ShareForm {...form} site={view.site} />} />
      <List {...props} kind="rules" form={(form) => <RuleForm {...form} view={view} zone={zone} />} />
      <List {...props} kind="annotations" form={(form) => <NoteForm {...form} zone={zone} />} />
    </div>
  );
}

function List({ view, zone, kind, form }: ViewProps & { kind: Kind; form: (props: FormProps) => ReactNode }) {
  const words = useWords();
  const { t } = words;
  const segments = useSegments(view.site, kind === "shares");
  const client = useQueryClient();
  const answer = useGet<{ results: Thing[] }>(OPERATIONS[kind].list, { site_id: view.site, limit: 100 });
  const [error, setError] = useState<Error>();
  const [made, setMade] = useState<Thing>();
  const [thing, setThing] = useState<Thing>();
  // What is kept changes every report that names it.
  const changed = (): Promise<void> => client.invalidateQueries({ queryKey: ["report"] });
  const send = async (what: "create" | "change" | "delete", takes: object): Promise<void> => {
    setError(undefined);
    try {
      const sent = (await (api[OPERATIONS[kind][what]] as Ask)(takes)) as Thing | undefined;
      if (what === "create") setMade(sent);
      await changed();
      setThing(undefined);
    } catch (problem) {
      setError(problem as Error);
      await changed();
    }
  };
  const save = (members: object): Promise<void> =>
    thing
      ? send("change", { path: { id: thing.id }, body: { ...members, version: thing.version } })
      : send("create", { body: { site_id: view.site, ...members } });
  const title = t.kept.titles[kind] ?? kind;
  // What the shop writes down by itself is no note of somebody's.
  const own = (all: Thing[]): Thing[] => all.filter(({ source }) => source === undefined || source === "manual");
  const newest = answer.data?.results.find(({ id }) => id === thing?.id);
  return (
    <Panel
      title={title}
      className={kind === "annotations" ? "rows-6 across" : "rows-6"}
      answer={answer}
      skeleton={<TableSkeleton rows={6} />}
      heading={<h2>{title}</h2>}
    >
      {({ results }) => (
        <>
          {own(results).length ? (
            <ul className="alerts">
              {own(results).map((one) => (
                <li key={one.id} className={one.id === thing?.id ? "chosen" : undefined}>
                  <strong>
                    <bdi>{labelOf(one)}</bdi>
                  </strong>
                  <span className="alert-rule">
                    <bdi>{kind === "annotations" ? words.times.full(timeOf(one, zone)) : describe(one, segments ?? [], words)}</bdi>
                  </span>
                  {(kind !== "rules" || saysOf(one)) && (
                    <IconButton icon="edit" label={t.kept.change(labelOf(one))} onClick={() => (setThing(one), setError(undefined))} />
                  )}
                  <IconButton
                    icon="close"
                    label={t.alerts.remove(labelOf(one))}
                    onClick={() => void send("delete", { path: { id: one.id } })}
                  />
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={t.kept.none[kind] ?? t.none} why={t.kept.why[kind]} />
          )}
          <div key={`${thing?.id} ${thing?.version} ${made?.id}`} ref={thing && focusFirst}>
            {form({ thing, save, cancel: () => setThing(undefined) })}
          </div>
          {kind === "shares" && made && <MadeLink path={String(made["path"])} />}
          {error && <Failure error={error} at={Date.now()} whole={false} retry={() => (setError(undefined), setThing(newest))} />}
        </>
      )}
    </Panel>
  );
}

const labelOf = (thing: Thing): string => thing.name ?? String(thing["text"]);
const timeOf = (note: Thing, zone: string): string => localTime(new Date(String(note["at"])), zone);

/** Filters and paths, or what a link shows, in words. */
function describe(thing: Thing, segments: Thing[], words: Words): string {
  const { t, times } = words;
  const filters = (thing["filters"] ?? (thing["exclude"] as { filters?: unknown } | undefined)?.filters) as unknown[][] | undefined;
  if (filters) return filtersSaid(filters, words);
  const { pattern } = (typeof thing["path"] === "object" ? thing["path"] : {}) as { pattern?: string };
  if (pattern !== undefined) return pattern === thing.name ? t.kept.path : `${t.kept.path}: ${pattern}`;
  const segment = segments.find(({ id }) => id === thing["segment"])?.name ?? thing["segment"];
  const panels = (thing["panels"] as string[] | null | undefined)?.map((panel) => panelName(panel, t)).join(", ");
  const day = typeof thing["expires_at"] === "string" ? thing["expires_at"].slice(0, 10) : undefined;
  return [segment, panels ?? t.all, day && `${t.kept.until} ${times.days(day, day)}`].filter(Boolean).join(" · ");
}

function GoalForm(form: FormProps) {
  const { t } = useWords();
  const { thing } = form;
  const filters = thing?.["filters"] as [string, string, string[]][] | undefined;
  // A goal of more than an event's name keeps what it is.
  const simple =
    !filters || (filters.length === 1 && filters[0]?.[0] === "is" && filters[0][1] === "event:name" && filters[0][2].length === 1);
  const [name, setName] = useState(thing?.name ?? "");
  const [event, setEvent] = useState(simple ? (filters?.[0]?.[2][0] ?? "") : "");
  const members = {
    name,
    filters: simple ? [["is", "event:name", [event]]] : filters,
    ...(thing ? { value: thing["value"] ?? null } : {}),
  };
  return (
    <Form {...form} members={members} open={!name || (simple && !event)}>
      <Field label={t.kept.name} value={name} set={setName} />
      {simple && <Field label={t.of["event"] ?? ""} value={event} set={setEvent} />}
    </Form>
  );
}

/** A segment keeps the filters of the page; one that is there keeps its own where the page has none. */
function SegmentForm({ view, ...form }: FormProps & Pick<ViewProps, "view">) {
  const { t } = useWords();
  const { thing } = form;
  const [name, setName] = useState(thing?.name ?? "");
  if (!view.filters.length && !thing) return <p className="hint">{t.kept.filterFirst}</p>;
  const filters = view.filters.length ? askedFilters(view.filters) : thing?.["filters"];
  return (
    <Form {...form} members={{ name, filters, personal: thing?.["personal"] ?? false }} open={!name}>
      <Field label={t.kept.name} value={name} set={setName} />
      {thing && <p className="hint">{view.filters.length ? t.kept.newFilters : t.kept.sameFilters}</p>}
    </Form>
  );
}

function NoteForm({ zone, ...form }: FormProps & { zone: string }) {
  const { t } = useWords();
  const { thing } = form;
  const [text, setText] = useState(String(thing?.["text"] ?? ""));
  const was = localTime(thing ? new Date(String(thing["at"])) : new Date(), zone);
  const [at, setAt] = useState(was);
  // A note that stays at its minute stays at its second.
  const time = thing && at === was ? thing["at"] : at && instant(at, zone);
  return (
    <Form {...form} members={{ at: time, text }} open={!text.trim() || !at}>
      <Field label={t.notes.note} value={text} set={setText} />
      <Field label={t.chart.time} value={at} set={setAt} type="datetime-local" />
    </Form>
  );
}
