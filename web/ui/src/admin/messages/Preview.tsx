/** A letter as it would be: subject, HTML and plain text, about an example or an order; and where its files are. */
import { useState } from "react";
import type { Letter } from "@kassa/client";
import { Failure, Tabs } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useAdmin } from "../words";
import { frameAddress, useLetterOf, useOrderOf, type LetterLanguage } from "./templates";

interface Props {
  name: string;
  language: LetterLanguage;
  folder: string;
}

export function Preview({ name, language, folder }: Props) {
  const { a } = useAdmin();
  const [number, setNumber] = useState("");
  const order = useOrderOf(number.trim());
  const unknown = number.trim() !== "" && order.data === null;
  const id = (number.trim() && order.data) || undefined;
  const { data, error, dataUpdatedAt, refetch } = useLetterOf(name, language, id);
  return (
    <section className="panel preview" aria-label={a.templates.preview}>
      <h2>{a.templates.names[name] ?? name}</h2>
      <label className="field about-order">
        {a.templates.order}
        <input
          inputMode="numeric"
          autoComplete="off"
          value={number}
          placeholder={a.templates.example}
          aria-invalid={unknown}
          onChange={(event) => setNumber(event.target.value.replace(/^#/, ""))}
        />
      </label>
      <p role="status" className={unknown ? "worse" : "unseen"}>
        {unknown && a.templates.noOrder}
      </p>
      {!data && !error && <TableSkeleton rows={8} />}
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {data && <Flaws letter={data} />}
      {data && <Look letter={data} address={frameAddress(name, language, id, data.html)} />}
      <Files name={name} language={language} folder={folder} />
    </section>
  );
}

/** Its HTML in a frame that runs nothing, or its plain text. */
function Look({ letter, address }: { letter: Letter; address: string }) {
  const { a } = useAdmin();
  const [part, setPart] = useState("html");
  const tabs: [string, string][] = ["html", "text"].map((one) => [one, a.templates.parts[one] ?? one]);
  return (
    <>
      <p className="breaks">
        <span className="hint-line">{a.templates.subject}</span>{" "}
        <strong data-subject dir="auto">
          {letter.subject}
        </strong>
      </p>
      <Tabs label={a.templates.preview} tabs={tabs} chosen={part} choose={setPart} />
      {part === "html" ? (
        <iframe key={address} sandbox="" title={a.templates.preview} src={address} className="letter" />
      ) : (
        <pre className="payload letter-text" tabIndex={0} dir="auto">
          {letter.text}
        </pre>
      )}
    </>
  );
}

function Flaws({ letter }: { letter: Letter }) {
  const { a, n } = useAdmin();
  if (!letter.flaws.length) return null;
  return (
    <div className="flaws" role="alert">
      <p>
        <strong>{a.templates.flaws}</strong>
      </p>
      <ul className="plain-list">
        {letter.flaws.map(({ part, line, why }) => (
          <li key={part}>
            <strong>{line === null ? a.templates.parts[part] : a.templates.flaw(a.templates.parts[part] ?? part, n.whole(line))}</strong>{" "}
            <bdi className="breaks">{why}</bdi>
          </li>
        ))}
      </ul>
      <p className="hint-line">{a.templates.instead}</p>
    </div>
  );
}

function Files({ name, language, folder }: Props) {
  const { a } = useAdmin();
  return (
    <>
      <p className="hint-line">{a.templates.edited}</p>
      <dl className="facts">
        {[
          ["text", "txt"],
          ["html", "html"],
        ].map(([part, ending]) => (
          <div key={part}>
            <dt>{a.templates.file(a.templates.parts[part ?? ""] ?? "")}</dt>
            <dd>
              <code dir="ltr">{`${folder}/${language}/${name}.${ending}`}</code>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
