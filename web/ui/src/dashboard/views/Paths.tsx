/** The ways that visits take, from a place or to one, step by step. */
import { Empty, Panel } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useWords } from "../../design/words";
import { useAnswer } from "../data";
import { PlaceInput } from "./PlaceInput";
import { option, place, scope, withOption, type ViewProps } from "./view";

interface Node {
  kind: "page" | "event" | "other" | "end" | "start";
  name: string;
  visits: number;
  share: number;
}

interface Answer {
  results: { step: number; nodes: Node[] }[];
  meta: { visits: number; longer: number };
}

const STEPS = ["3", "5", "8"];

export default function Paths(props: ViewProps) {
  const { view, change, zone } = props;
  const { t, n } = useWords();
  const steps = option(view, "steps", "5");
  const [from, to] = [option(view, "from", "page:/"), option(view, "to", "")];
  const answer = useAnswer<Answer>(
    "paths",
    (clock) => ({ ...scope(view, clock), ...optional("from", from), ...optional("to", to), steps: Number(steps), nodes: 8 }),
    zone,
  );
  return (
    <Panel
      title={t.pages["paths"] ?? ""}
      className="rows-9"
      answer={answer}
      skeleton={<TableSkeleton rows={9} />}
      heading={
        <h2>
          {t.pages["paths"]} {answer.data && <span className="key-figure">{t.paths.visits(n.count(answer.data.meta.visits).text)}</span>}
        </h2>
      }
      tools={
        <div className="tools">
          <Way {...props} name="from" value={from} label={t.from} />
          <Way {...props} name="to" value={to} label={t.to} />
          <label className="way">
            {t.paths.steps}
            <select value={steps} onChange={(event) => change(withOption(view, "steps", event.target.value))}>
              {STEPS.map((one) => (
                <option key={one} value={one}>
                  {n.whole(Number(one))}
                </option>
              ))}
            </select>
          </label>
        </div>
      }
    >
      {(data) => (data.meta.visits ? <Steps answer={data} props={props} /> : <Empty title={t.paths.nobody} why={t.paths.why} />)}
    </Panel>
  );
}

const optional = (name: string, text: string): object => {
  const there = place(text);
  return there ? { [name]: there } : {};
};

function Way({ name, value, label, ...props }: ViewProps & { name: string; value: string; label: string }) {
  const { t } = useWords();
  const set = (next: string): void => props.change(withOption(props.view, name, next));
  if (!place(value)) {
    return (
      <button type="button" className="button" onClick={() => set("page:/")}>
        {label}: {t.paths.anywhere}
      </button>
    );
  }
  return (
    <span className="way">
      {label} <PlaceInput {...props} label={label} value={value} set={set} />
      <button type="button" className="link" onClick={() => set("")}>
        {t.paths.anywhere}
      </button>
    </span>
  );
}

function Steps({ answer, props: { view, change } }: { answer: Answer; props: ViewProps }) {
  const { t, n } = useWords();
  return (
    <div className="scroll paths" tabIndex={0} role="group" aria-label={t.pages["paths"]}>
      {answer.results.map(({ step, nodes }) => (
        <section key={step} aria-label={t.funnel.step(n.whole(step))}>
          <h3>{t.funnel.step(n.whole(step))}</h3>
          <ol>
            {nodes.map((node) => (
              <li key={`${node.kind} ${node.name}`} className={`path ${node.kind}`}>
                <span className="path-share" style={{ inlineSize: `${node.share}%` }} />
                {node.kind === "page" || node.kind === "event" ? (
                  <button
                    type="button"
                    className="row-name"
                    title={node.name}
                    onClick={() => change({ options: { ...view.options, from: [`${node.kind}:${node.name}`] } })}
                  >
                    <bdi>{node.name}</bdi>
                  </button>
                ) : (
                  <span className="row-name">
                    <bdi>{t.paths.kinds[node.kind]}</bdi>
                  </span>
                )}
                <span className="num" title={n.percent(node.share)}>
                  {n.count(node.visits).text}
                </span>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}
