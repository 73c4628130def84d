/** What is kept for the site: goals, segments, share links, rules about paths and what does not count. Each can be added and taken back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { CopyButton, Empty, Failure, IconButton, Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useWords, type Words } from "../../design/words";
import { call } from "../../server/call";
import { useGet } from "../data";
import { askedRange } from "../ranges";
import { askedFilters, nameOf } from "../view";
import type { ViewProps } from "./view";

interface Thing {
  id: string;
  name: string;
  [member: string]: unknown;
}

type Kind = "goals" | "segments" | "shares" | "rules";

export default function Kept(props: ViewProps) {
  return (
    <div className="grid">
      <List {...props} kind="goals" form={(add) => <GoalForm add={add} />} />
      <List {...props} kind="segments" form={(add) => <SegmentForm {...props} add={add} />} />
      <List {...props} kind="shares" form={(add) => <ShareForm {...props} add={add} />} />
      <List {...props} kind="rules" form={(add) => <RuleForm {...props} add={add} />} />
    </div>
  );
}

type Add = (members: object) => Promise<Thing | undefined>;

/** The site's segments, under one key wherever they are asked for. */
const useSegments = (site: string, enabled = true) =>
  useGet<{ results: Thing[] }>(`/v1/segments?site_id=${encodeURIComponent(site)}&limit=100`, enabled).data?.results;

function List({ view, kind, form }: ViewProps & { kind: Kind; form: (add: Add) => ReactNode }) {
  const words = useWords();
  const { t } = words;
  const segments = useSegments(view.site, kind === "shares");
  const client = useQueryClient();
  const path = `/v1/${kind}?site_id=${encodeURIComponent(view.site)}&limit=100`;
  const answer = useGet<{ results: Thing[] }>(path);
  const [error, setError] = useState<Error>();
  // What is kept changes every report that names it.
  const changed = (): Promise<void> => client.invalidateQueries({ queryKey: ["report"] });
  const failed = (problem: Error): undefined => void setError(problem);
  const add: Add = async (members) => {
    setError(undefined);
    const made = await call("POST", `/v1/${kind}`, { site_id: view.site, ...members }).catch(failed);
    await changed();
    return made as Thing | undefined;
  };
  const remove = (id: string): void => void call("DELETE", `/v1/${kind}/${id}`).then(changed, failed);
  const title = t.kept.titles[kind] ?? kind;
  return (
    <Panel title={title} className="rows-6" answer={answer} skeleton={<TableSkeleton rows={6} />} heading={<h2>{title}</h2>}>
      {({ results }) => (
        <>
          {results.length ? (
            <ul className="alerts">
              {results.map((thing) => (
                <li key={thing.id}>
                  <strong>
                    <bdi>{thing.name}</bdi>
                  </strong>
                  <span className="alert-rule">
                    <bdi>{describe(thing, segments ?? [], words)}</bdi>
                  </span>
                  <IconButton icon="close" label={t.alerts.remove(thing.name)} onClick={() => remove(thing.id)} />
                </li>
              ))}
            </ul>
          ) : (
            <Empty title={t.kept.none[kind] ?? t.none} why={t.kept.why[kind]} />
          )}
          {form(add)}
          {error && <Failure error={error} at={Date.now()} whole={false} retry={() => setError(undefined)} />}
        </>
      )}
    </Panel>
  );
}

/** Filters and paths, or what a link shows, in words. */
function describe(thing: Thing, segments: Thing[], { t, times }: Words): string {
  const filters = (thing["filters"] ?? (thing["exclude"] as { filters?: unknown } | undefined)?.filters) as unknown[][] | undefined;
  const path = thing["path"] as { pattern?: string } | string | undefined;
  if (filters) {
    const of = (dimension: string): string => t.of[nameOf(dimension) ?? ""] ?? dimension;
    return filters
      .map(([test, name, values]) => `${of(String(name))} ${t.tests[String(test)] ?? String(test)} ${[values].flat().join(t.or)}`)
      .join("; ");
  }
  if (typeof path === "object") return path.pattern ?? "";
  const segment = segments.find(({ id }) => id === thing["segment"])?.name ?? thing["segment"];
  const panels = (thing["panels"] as string[] | null | undefined)?.map((panel) => panelName(panel, t)).join(", ");
  const day = typeof thing["expires_at"] === "string" ? thing["expires_at"].slice(0, 10) : undefined;
  return [segment, panels, day && `${t.kept.until} ${times.days(day, day)}`].filter(Boolean).join(" · ");
}

const panelName = (panel: string, t: Words["t"]): string => t.panels[panel] ?? t.kept.parts[panel] ?? panel;

function Form({ children, send, busyWhile }: { children: ReactNode; send: () => Promise<unknown>; busyWhile?: boolean }) {
  const { t } = useWords();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void send();
  };
  return (
    <form className="form-line" onSubmit={submit}>
      {children}
      <button type="submit" className="button" disabled={busyWhile}>
        {t.kept.add}
      </button>
    </form>
  );
}

function Field({ label, value, set, type = "text" }: { label: string; value: string; set: (value: string) => void; type?: string }) {
  return <input aria-label={label} placeholder={label} type={type} value={value} onChange={(event) => set(event.target.value)} />;
}

function GoalForm({ add }: { add: Add }) {
  const { t } = useWords();
  const [name, setName] = useState("");
  const [event, setEvent] = useState("");
  const send = async (): Promise<void> => {
    if (!(await add({ name, filters: [["is", "event:name", [event]]] }))) return;
    setName("");
    setEvent("");
  };
  return (
    <Form send={send} busyWhile={!name || !event}>
      <Field label={t.kept.name} value={name} set={setName} />
      <Field label={t.of["event"] ?? ""} value={event} set={setEvent} />
    </Form>
  );
}

function SegmentForm({ view, add }: ViewProps & { add: Add }) {
  const { t } = useWords();
  const [name, setName] = useState("");
  if (!view.filters.length) return <p className="hint">{t.kept.filterFirst}</p>;
  const send = async (): Promise<void> => {
    if (await add({ name, filters: askedFilters(view.filters), personal: false })) setName("");
  };
  return (
    <Form send={send} busyWhile={!name}>
      <Field label={t.kept.name} value={name} set={setName} />
    </Form>
  );
}

const PANELS = ["pages", "sources", "places", "devices", "events", "products", "revenue", "live", "funnels", "retention", "paths"];

function ShareForm({ view, add }: ViewProps & { add: Add }) {
  const { t } = useWords();
  const [name, setName] = useState("");
  const [segment, setSegment] = useState("");
  const [panels, setPanels] = useState<string[]>(PANELS);
  const [until, setUntil] = useState("");
  const [password, setPassword] = useState("");
  const [made, setMade] = useState<string>();
  const segments = useSegments(view.site);
  const send = async (): Promise<void> => {
    const more = { ...(until ? { expires_at: `${until}T23:59:59Z` } : {}), ...(password ? { password } : {}) };
    const share = await add({ name, segment: segment || null, panels: panels.length === PANELS.length ? null : panels, ...more });
    if (!share) return;
    setMade(location.origin + String(share["path"]));
    setName("");
    setPassword("");
  };
  const toggle = (panel: string): void => setPanels(panels.includes(panel) ? panels.filter((one) => one !== panel) : [...panels, panel]);
  return (
    <>
      <Form send={send} busyWhile={!name}>
        <Field label={t.kept.name} value={name} set={setName} />
        <select aria-label={t.kept.titles["segments"]} value={segment} onChange={(event) => setSegment(event.target.value)}>
          <option value="">{`${t.of["segment"]}: ${t.all}`}</option>
          {segments?.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
        <label>
          {t.kept.until} <input type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
        </label>
        <Field label={t.kept.password} value={password} set={setPassword} type="password" />
        <details>
          <summary>{t.kept.panels}</summary>
          {PANELS.map((panel) => (
            <label key={panel} className="switch">
              <input type="checkbox" checked={panels.includes(panel)} onChange={() => toggle(panel)} /> {panelName(panel, t)}
            </label>
          ))}
        </details>
      </Form>
      {made && (
        <div role="status" className="snippet">
          <p>{t.kept.once}</p>
          <code dir="ltr">{made}</code>
          <CopyButton text={made} />
          <CopyButton text={`<iframe src="${made}?embed" width="100%" height="900"></iframe>`} label={t.kept.embed} />
        </div>
      )}
    </>
  );
}

interface Preview {
  before: { visits: number; visitors: number; orders: number };
  after: { visits: number; visitors: number; orders: number };
  /** What each path rule joins. */
  paths: { path: string; pages: number; pageviews: number }[];
}

function RuleForm({ view, zone, add }: ViewProps & { add: Add }) {
  const { t, n } = useWords();
  const [kind, setKind] = useState("path");
  const [text, setText] = useState("");
  const [seen, setSeen] = useState<Preview>();
  const [error, setError] = useState<Error>();
  const kept = useGet<{ results: Thing[] }>(`/v1/rules?site_id=${encodeURIComponent(view.site)}&limit=100`);
  const own = kind === "path" ? { path: { pattern: text } } : { exclude: { filters: [["contains", "event:page", [text]]] } };
  const rule = { name: text, enabled: true, position: (kept.data?.results.length ?? 0) + 1, ...own };
  const preview = (): void => {
    setError(undefined);
    const before = (kept.data?.results ?? []).map(({ name, enabled, position, path, exclude }) => ({
      name,
      enabled,
      position,
      ...(path ? { path } : { exclude }),
    }));
    const body = { site_id: view.site, date_range: askedRange(view.period, { zone, now: new Date() }), rules: [...before, rule] };
    call("POST", "/v1/rules/preview", body).then((answer) => setSeen(answer as Preview), setError);
  };
  const send = async (): Promise<void> => {
    if (!(await add(rule))) return;
    setText("");
    setSeen(undefined);
  };
  const less = (before: number, after: number): string => (before ? n.change((100 * (after - before)) / before, false) : n.whole(0));
  return (
    <>
      <Form send={send} busyWhile={!text}>
        <select aria-label={t.kept.titles["rules"]} value={kind} onChange={(event) => (setKind(event.target.value), setSeen(undefined))}>
          <option value="path">{t.kept.path}</option>
          <option value="exclude">{t.kept.exclude}</option>
        </select>
        <Field label={kind === "path" ? "/order/:id" : "/test"} value={text} set={(value) => (setText(value), setSeen(undefined))} />
        <button type="button" className="button" disabled={!text} onClick={preview}>
          {t.kept.preview}
        </button>
      </Form>
      {seen && (
        <p role="status">
          {kind === "path"
            ? t.kept.joins(n.whole(seen.paths.find(({ path }) => path === text)?.pages ?? 0), text)
            : t.kept.would(less(seen.before.visits, seen.after.visits), n.whole(seen.after.orders - seen.before.orders))}
        </p>
      )}
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => setError(undefined)} />}
    </>
  );
}
