/** All products as a file: for a spreadsheet, or to the letter. */
import { useState } from "react";
import { Failure } from "../../../design/Panel";
import { api } from "../../../server/call";
import { useAdmin } from "../../words";
import { asCsv, asJsonLines, type Item } from "./items";
import { saveFile } from "./save";

type Kind = "csv" | "jsonl";
const TYPES: Record<Kind, string> = { csv: "text/csv", jsonl: "application/x-ndjson" };

export function ExportPanel() {
  const { a, n } = useAdmin();
  const m = a.products.moving;
  const [busy, setBusy] = useState<Kind>();
  const [count, setCount] = useState<number>();
  const [error, setError] = useState<Error>();

  async function write(kind: Kind): Promise<void> {
    setBusy(kind);
    setError(undefined);
    const items: Item[] = [];
    try {
      for (let cursor: string | null = "0"; cursor;) {
        const page: { results: unknown[]; next_cursor: string | null } = await api.writeThings({
          path: { kind: "products" },
          query: { cursor },
        });
        items.push(...(page.results as Item[]));
        setCount(items.length);
        cursor = page.next_cursor;
      }
      saveFile(`products.${kind}`, TYPES[kind], kind === "csv" ? asCsv(items) : asJsonLines(items));
    } catch (problem) {
      setError(problem as Error);
    } finally {
      setBusy(undefined);
    }
  }
  return (
    <section className="panel form-panel" aria-label={m.export}>
      <h2>{m.export}</h2>
      <p className="hint-line">{m.exportWhy}</p>
      <p className="act-foot">
        {(["csv", "jsonl"] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            className="button"
            disabled={busy !== undefined}
            aria-busy={busy === kind}
            onClick={() => void write(kind)}
          >
            {m.kinds[kind]}
          </button>
        ))}
        <span role="status">{count !== undefined && m.written(count, n.whole(count))}</span>
      </p>
      {error && <Failure error={error} at={Date.now()} whole={false} retry={() => void write("csv")} />}
    </section>
  );
}
