/** What is counted beside what the books say; how many there are can be typed, and arrow keys go from line to line. */
import type { KeyboardEvent } from "react";
import { useAdmin } from "../words";
import type { Outcome } from "../orders/bulk";
import { differenceOf, type Counted, type Setting } from "./counting";

interface Props {
  all: Counted[];
  set: Setting;
  outcomes: Map<Counted, Outcome>;
  /** It is being written. */
  still: boolean;
}

export function CountTable({ all, set, outcomes, still }: Props) {
  const { a, n } = useAdmin();
  const change = (sku: string, counted: number): void => set((now) => now.map((line) => (line.sku === sku ? { ...line, counted } : line)));
  const outcomeOf = (sku: string): Outcome | undefined => [...outcomes].find(([line]) => line.sku === sku)?.[1];
  return (
    <table className="table list count-table">
      <caption className="unseen">{a.counting.table}</caption>
      <thead>
        <tr>
          <th scope="col" className="of-most">
            {a.order.product}
          </th>
          <th scope="col" className="num">
            {a.counting.counted}
          </th>
          <th scope="col" className="num on-wide">
            {a.counting.onHand}
          </th>
          <th scope="col" className="num">
            {a.counting.difference}
          </th>
          <td />
        </tr>
      </thead>
      <tbody onKeyDown={walkFields}>
        {all.map((line) => {
          const outcome = outcomeOf(line.sku);
          const difference = differenceOf(line);
          return (
            <tr key={line.sku} className="row" data-sku={line.sku}>
              <th scope="row" className="of-most">
                <bdi>{line.name ?? line.sku}</bdi> <code className="hint-line">{line.sku}</code>
                {outcome && (
                  <span className={outcome === "done" ? "better hint-line" : "worse hint-line"}>
                    {" "}
                    {outcome === "done" ? a.counting.written : a.counting.failed(outcome.message)}
                  </span>
                )}
              </th>
              <td className="num">
                <input
                  type="number"
                  inputMode="numeric"
                  min={0}
                  disabled={still}
                  aria-label={a.counting.units(line.sku)}
                  value={line.counted}
                  onChange={(event) => change(line.sku, Math.max(0, Math.trunc(Number(event.target.value)) || 0))}
                />
              </td>
              <td className="num on-wide">{n.whole(line.on_hand)}</td>
              <td className="num" data-difference={difference}>
                {difference === 0 ? n.whole(0) : `${difference > 0 ? "+" : "−"}${n.whole(Math.abs(difference))}`}
              </td>
              <td>
                <button
                  type="button"
                  className="button small"
                  disabled={still}
                  aria-label={a.counting.drop(line.sku)}
                  onClick={() => set((now) => now.filter(({ sku }) => sku !== line.sku))}
                >
                  ✕
                </button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The arrows would change the number. */
function walkFields(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const row = (event.target as Element).closest("tr");
  const next = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
  event.preventDefault();
  const field = next?.querySelector<HTMLInputElement>("input");
  field?.focus();
  field?.select();
}
