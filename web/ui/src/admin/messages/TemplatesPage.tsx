/** The letters: which there are in which language, what of them is the shop's own, and how each looks. */
import { useEffect, useRef } from "react";
import type { Template } from "@kassa/client";
import { Failure, Tabs } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { Badge } from "../Badge";
import { walkRows } from "../List";
import { useQueryOf } from "../place";
import { RowLink } from "../RowLink";
import { useAdmin } from "../words";
import { Preview } from "./Preview";
import { LANGUAGES, useTemplates, type LetterLanguage } from "./templates";
import "./templates.css";

const FIRST = "order-confirmed";

export default function TemplatesPage() {
  const { t, a } = useAdmin();
  const [query, change] = useQueryOf();
  const { data, error, dataUpdatedAt, refetch } = useTemplates();
  const asked = query.get("language") ?? t.lang;
  const language: LetterLanguage = LANGUAGES.find((one) => one === asked) ?? "en";
  const found = data?.results.filter((one) => one.language === language) ?? [];
  const asName = query.get("name");
  const name = found.find((one) => one.name === asName)?.name ?? FIRST;
  const look = useRef<HTMLDivElement>(null);
  // On a phone the letter is below its list.
  useEffect(() => {
    if (asName && matchMedia("(max-width: 900px)").matches) look.current?.scrollIntoView();
  }, [asName]);
  return (
    <div className="templates">
      <section className="panel" aria-label={a.templates.list}>
        <div className="list-tools">
          <Tabs
            label={a.templates.language}
            tabs={LANGUAGES.map((one) => [one, a.templates.languages[one] ?? one])}
            chosen={language}
            choose={(next) => change({ language: next })}
          />
        </div>
        {!data && !error && <TableSkeleton rows={10} />}
        {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
        {data && <Rows templates={found} chosen={name} />}
      </section>
      <div ref={look} className="look">
        {data && <Preview key={name} name={name} language={language} folder={data.folder} />}
      </div>
    </div>
  );
}

function Rows({ templates, chosen }: { templates: Template[]; chosen: string }) {
  const { a, n } = useAdmin();
  return (
    <table className="table list">
      <caption className="unseen">{a.templates.list}</caption>
      <tbody onKeyDown={walkRows}>
        {templates.map(({ name, own, flaws }) => (
          <tr key={name} className={name === chosen ? "row chosen" : "row"} data-template={name}>
            <th scope="row" className="of-most">
              <RowLink query={{ name }}>{a.templates.names[name] ?? name}</RowLink>
            </th>
            <td>
              <span className="badges">
                {flaws.length > 0 && <Badge state="failed" word={a.templates.flawed(flaws.length, n.whole(flaws.length))} />}
                {own.length > 0 ? (
                  <Badge state="sent" word={a.templates.own(own.map((part) => a.templates.parts[part] ?? part).join(", "))} />
                ) : (
                  <span className="hint-line">{a.templates.builtIn}</span>
                )}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
