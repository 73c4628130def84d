/** A file comes in: chosen or dropped, looked at line by line, and brought in when it is wanted. */
import { useEffect, useRef, useState, type DragEvent } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Failure } from "../../../design/Panel";
import { useUndo } from "../../../design/Undo";
import { useAdmin } from "../../words";
import { useCurrency } from "../data";
import { isNoColumn, linesOf, type Line } from "./items";
import { Outcomes } from "./Outcomes";
import { hashOf, look, take, takeBack, type Outcome } from "./send";

const BYTES_MAX = 64 << 20;

interface Chosen {
  file: File;
  lines: Line[];
}

type Stage = "looking" | "looked" | "taking" | "taken" | "before";

export function ImportPanel() {
  const { a, n } = useAdmin();
  const m = a.products.moving;
  const client = useQueryClient();
  const offer = useUndo();
  const currency = useCurrency();
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen>();
  const [stage, setStage] = useState<Stage>("looking");
  const [done, setDone] = useState(0);
  const [outcome, setOutcome] = useState<Outcome>();
  const [error, setError] = useState<Error>();
  const [over, setOver] = useState(false);
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  async function choose(file: File | undefined): Promise<void> {
    if (!file || !currency) return;
    stop.current?.abort();
    const { signal } = (stop.current = new AbortController());
    setChosen(undefined);
    setOutcome(undefined);
    setError(undefined);
    setDone(0);
    try {
      if (file.size > BYTES_MAX) throw new Error(m.tooLong(n.whole(BYTES_MAX >> 20)));
      const lines = linesOf(await file.text(), currency);
      if (!lines.length) throw new Error(m.empty);
      setChosen({ file, lines });
      setStage("looking");
      setOutcome(await look(lines, setDone, signal));
      setStage("looked");
    } catch (problem) {
      if (!signal.aborted) setError(isNoColumn(problem) ? new Error(m.noColumn(problem.message)) : (problem as Error));
    }
  }
  async function bring(again = false): Promise<void> {
    if (!chosen) return;
    setStage("taking");
    setDone(0);
    setError(undefined);
    try {
      const file = { name: chosen.file.name, hash: await hashOf(chosen.file), again };
      const { batch, outcome: came, before } = await take(file, chosen.lines, setDone);
      setOutcome(came);
      setStage(before ? "before" : "taken");
      const back = async (): Promise<void> => {
        await takeBack(batch);
        await client.invalidateQueries();
      };
      if (came.made) offer(m.broughtIn(came.made, n.whole(came.made)), back);
    } catch (problem) {
      setStage("looked");
      setError(problem as Error);
    } finally {
      void client.invalidateQueries();
    }
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void choose(event.dataTransfer.files[0]);
  };
  const busy = stage === "looking" || stage === "taking";
  const good = outcome ? outcome.made + outcome.changed : 0;
  return (
    <section
      className={over ? "panel picturing over" : "panel picturing"}
      aria-label={m.import}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="panel-top">
        <h2>{m.import}</h2>
        <button type="button" className="button" disabled={stage === "taking" || !currency} onClick={() => input.current?.click()}>
          {m.choose}
        </button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.jsonl,.ndjson,.json,text/csv"
        onChange={(event) => (void choose(event.target.files?.[0]), (event.target.value = ""))}
      />
      {!chosen && <p className="drop-hint">{m.drop}</p>}
      {chosen && (
        <p role="status">
          <strong>
            <bdi>{chosen.file.name}</bdi>
          </strong>
          :{" "}
          {busy && !error
            ? m[stage](n.whole(done), n.whole(chosen.lines.length))
            : m.lines(chosen.lines.length, n.whole(chosen.lines.length))}
        </p>
      )}
      {chosen && busy && !error && <progress value={done} max={chosen.lines.length} aria-label={m.import} />}
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => void choose(chosen?.file)} />}
      {stage === "before" && <p>{m.before}</p>}
      {outcome && stage !== "before" && <Outcomes outcome={outcome} came={stage === "taken"} name={chosen?.file.name ?? ""} />}
      {(stage === "looked" || stage === "before") && chosen && (
        <p className="act-foot">
          <button
            type="button"
            className="button primary"
            disabled={stage === "looked" && good === 0}
            onClick={() => void bring(stage === "before")}
          >
            {stage === "before" ? m.again : m.bring(good, n.whole(good))}
          </button>
          <button type="button" className="button" onClick={() => (setChosen(undefined), setOutcome(undefined), setStage("looking"))}>
            {a.changed.leave}
          </button>
        </p>
      )}
    </section>
  );
}
