/** Units are packed, or have left already, as a parcel. */
import { useState } from "react";
import { useAdmin } from "../words";
import { ActSheet, type ActProps } from "./ActSheet";
import { useChange } from "./change";
import { openUnits } from "./order";
import { NO_TRACKING, sentOf, TrackingFields } from "./Tracking";

export default function PackSheet({ seen: first, close, done }: ActProps) {
  const { a, n } = useAdmin();
  const change = useChange(first, done);
  const lines = change.seen.order.items.filter((line) => openUnits(line) > 0);
  const [units, setUnits] = useState<Record<string, number>>({});
  const [shipped, setShipped] = useState(false);
  const [tracking, setTracking] = useState(NO_TRACKING);
  // What is left, until another number is said.
  const chosen = lines.map((line) => ({ sku: line.sku, quantity: Math.min(units[line.sku] ?? openUnits(line), openUnits(line)) }));
  const some = chosen.filter(({ quantity }) => quantity > 0);
  const submit = (): void =>
    change.send("createFulfilment", { lines: some, status: shipped ? "shipped" : "packed", ...(shipped && sentOf(tracking)) });
  return (
    <ActSheet
      title={a.pack.title}
      change={change}
      close={close}
      go={shipped ? a.pack.send : a.pack.go}
      ready={some.length > 0}
      submit={submit}
    >
      <ul className="act-lines">
        {lines.map((line) => (
          <li key={line.sku} data-sku={line.sku}>
            <span className="act-name">
              <bdi>{[line.name, line.variant_title].filter(Boolean).join(", ")}</bdi>
              <span className="hint-line">{a.pack.open(n.whole(openUnits(line)))}</span>
            </span>
            <input
              type="number"
              inputMode="numeric"
              min={0}
              max={openUnits(line)}
              aria-label={a.refund.units(line.name)}
              value={units[line.sku] ?? openUnits(line)}
              onChange={(event) =>
                setUnits({ ...units, [line.sku]: Math.min(openUnits(line), Math.max(0, Math.trunc(Number(event.target.value)))) })
              }
            />
          </li>
        ))}
      </ul>
      <label className="switch">
        <input type="checkbox" checked={shipped} onChange={(event) => setShipped(event.target.checked)} />
        {a.pack.shipped}
      </label>
      {shipped && <TrackingFields value={tracking} set={setTracking} />}
    </ActSheet>
  );
}
