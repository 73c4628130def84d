/** A rule about paths, or about what does not count; what it would do is seen before. */
import { useState } from "react";
import { Failure } from "../../design/Panel";
import { useWords } from "../../design/words";
import { api } from "../../server/call";
import { useGet } from "../data";
import { askedRange } from "../ranges";
import type { View } from "../view";
import { Field, Form, type FormProps, type Thing } from "./thing";

interface Preview {
  before: { visits: number; orders: number };
  after: { visits: number; orders: number };
  /** What each path rule joins. */
  paths: { path: string; pages: number }[];
}

/** A rule's own members. */
const own = ({ name, enabled, position, path, exclude }: Thing): object => ({
  name,
  enabled,
  position,
  ...(path ? { path } : { exclude }),
});

/** The text that a form of this page wrote the rule with; undefined of one that was made otherwise. */
export function textOf(rule: Thing): string | undefined {
  const { pattern, as } = (rule["path"] ?? {}) as { pattern?: string; as?: string };
  if (pattern !== undefined) return as === undefined || as === null || as === pattern ? pattern : undefined;
  const filters = (rule["exclude"] as { filters: [string, string, string[]][] }).filters;
  const [test, of, values] = filters[0] ?? [];
  return filters.length === 1 && test === "contains" && of === "event:page" && values?.length === 1 ? values[0] : undefined;
}

interface Props extends FormProps {
  view: Pick<View, "site" | "period">;
  zone: string;
}

export function RuleForm({ view, zone, ...form }: Props) {
  const { t, n } = useWords();
  const { thing } = form;
  const [kind, setKind] = useState(thing?.["exclude"] ? "exclude" : "path");
  const [text, setText] = useState((thing && textOf(thing)) ?? "");
  const [seen, setSeen] = useState<Preview>();
  const [error, setError] = useState<Error>();
  const kept = useGet<{ results: Thing[] }>("listRules", { site_id: view.site, limit: 100 }).data?.results ?? [];
  const rule = {
    name: thing && thing.name !== textOf(thing) ? thing.name : text,
    enabled: thing?.["enabled"] ?? true,
    position: thing?.["position"] ?? kept.length + 1,
    ...(kind === "path" ? { path: { pattern: text } } : { exclude: { filters: [["contains", "event:page", [text]]] } }),
  };
  const preview = (): void => {
    setError(undefined);
    const others = kept.filter(({ id }) => id !== thing?.id).map(own);
    const body = { site_id: view.site, date_range: askedRange(view.period, { zone, now: new Date() }), rules: [...others, rule] };
    api.previewRules({ body }).then((answer) => setSeen(answer as Preview), setError);
  };
  const less = (before: number, after: number): string => (before ? n.change((100 * (after - before)) / before, false) : n.whole(0));
  return (
    <>
      <Form {...form} members={rule} open={!text}>
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
