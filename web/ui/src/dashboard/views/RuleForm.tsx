/** A rule about paths, or about what does not count; what it would do is seen before. */
import { useState } from "react";
import { Failure } from "../../design/Panel";
import { useWords } from "../../design/words";
import { api } from "../../server/call";
import { useGet } from "../data";
import { FilterChip } from "../FilterChip";
import { FilterFields, filterOf, type Next } from "../FilterFields";
import { Icon } from "../../design/Icon";
import { askedRange } from "../ranges";
import { added, type Chosen, type View } from "../view";
import { calledBy, EXCLUDED_BY, membersOf, own, saysOf, type Says } from "./rule";
import { Field, Form, type FormProps, type Thing } from "./thing";

interface Preview {
  before: { visits: number; orders: number };
  after: { visits: number; orders: number };
  /** What each path rule joins. */
  paths: { path: string; pages: number }[];
}

/** Filters that are chosen, and one in the making. */
interface Choosing {
  filters: Chosen[];
  next: Next;
}

const FIRST: Next = { name: "page", test: "contains", value: "" };

/** The last filter is the one in the making, if it has one value. */
function open(filters: Chosen[]): Choosing {
  const last = filters.at(-1);
  const [value, ...more] = last?.values ?? [];
  if (!last || value === undefined || more.length) return { filters, next: FIRST };
  return { filters: filters.slice(0, -1), next: { name: last.name, test: last.test, value } };
}

/** All of them, that in the making too. */
const whole = ({ filters, next }: Choosing): Chosen[] => (next.value ? added(filters, filterOf(next)) : filters);

interface Props extends FormProps {
  view: Pick<View, "site" | "period">;
  zone: string;
}

export function RuleForm({ view, zone, ...form }: Props) {
  const { t, n } = useWords();
  const { thing } = form;
  const was = thing && saysOf(thing);
  const [kind, setKind] = useState(was && "filters" in was ? "exclude" : "path");
  const [pattern, setPattern] = useState(was && "pattern" in was ? was.pattern : "");
  const [choosing, setChoosing] = useState(() => open(was && "filters" in was ? was.filters : []));
  const [seen, setSeen] = useState<Preview>();
  const [error, setError] = useState<Error>();
  const kept = useGet<{ results: Thing[] }>("listRules", { site_id: view.site, limit: 100 }).data?.results ?? [];
  const says: Says = kind === "path" ? { pattern } : { filters: whole(choosing) };
  const name = calledBy(says);
  const rule = {
    name: thing && !(was && thing.name === calledBy(was)) ? thing.name : name,
    enabled: thing?.["enabled"] ?? true,
    position: thing?.["position"] ?? kept.length + 1,
    ...membersOf(says),
  };
  const choose = (next: Partial<Choosing>): void => (setChoosing({ ...choosing, ...next }), setSeen(undefined));
  const preview = (): void => {
    setError(undefined);
    const others = kept.filter(({ id }) => id !== thing?.id).map(own);
    const body = { site_id: view.site, date_range: askedRange(view.period, { zone, now: new Date() }), rules: [...others, rule] };
    api.previewRules({ body }).then((answer) => setSeen(answer as Preview), setError);
  };
  const less = (before: number, after: number): string => (before ? n.change((100 * (after - before)) / before, false) : n.whole(0));
  return (
    <>
      <Form {...form} members={rule} open={!name}>
        <select aria-label={t.kept.titles["rules"]} value={kind} onChange={(event) => (setKind(event.target.value), setSeen(undefined))}>
          <option value="path">{t.kept.path}</option>
          <option value="exclude">{t.kept.exclude}</option>
        </select>
        {kind === "path" ? (
          <Field label="/order/:id" value={pattern} set={(value) => (setPattern(value), setSeen(undefined))} />
        ) : (
          <>
            {choosing.filters.map((filter) => (
              <FilterChip
                key={filter.name + filter.test}
                filter={filter}
                drop={() => choose({ filters: choosing.filters.filter((one) => one !== filter) })}
              />
            ))}
            <FilterFields view={view} zone={zone} names={EXCLUDED_BY} next={choosing.next} set={(next) => choose({ next })} />
            <button
              type="button"
              className="button"
              disabled={!choosing.next.value}
              onClick={() => choose({ filters: whole(choosing), next: { ...choosing.next, value: "" } })}
            >
              <Icon name="plus" /> {t.filter}
            </button>
          </>
        )}
        <button type="button" className="button" disabled={!name} onClick={preview}>
          {t.kept.preview}
        </button>
      </Form>
      {kind === "exclude" && <p className="hint">{t.kept.addresses}</p>}
      {seen && (
        <p role="status">
          {kind === "path"
            ? t.kept.joins(n.whole(seen.paths.find(({ path }) => path === pattern)?.pages ?? 0), pattern)
            : t.kept.would(less(seen.before.visits, seen.after.visits), n.whole(seen.after.orders - seen.before.orders))}
        </p>
      )}
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => setError(undefined)} />}
    </>
  );
}
