/** Money back, by lines or by amount, with what will happen to money and stock; the amount is typed before it goes. */
import { useState } from "react";
import { Failure, Tabs } from "../../design/Panel";
import { useAdmin } from "../words";
import { ActSheet, type ActProps } from "./ActSheet";
import { useChange } from "./change";
import { Confirm, isConfirmed } from "./Confirm";
import { keptUnits, left, openUnits, type Line } from "./order";
import { RefundEffects } from "./RefundEffects";
import { parseAmount, usePreview, type Ask, type Back } from "./refunding";

type Way = "lines" | "amount";

export default function RefundSheet({ seen: first, close, done }: ActProps) {
  const { a, n } = useAdmin();
  const change = useChange(first, done);
  const { order } = change.seen;
  const { currency } = order.total;
  const [way, setWay] = useState<Way>("lines");
  const [backs, setBacks] = useState<Record<string, Back>>({});
  const [text, setText] = useState("");
  const [typed, setTyped] = useState("");
  const lines = order.items.filter((line) => keptUnits(line) > 0);
  const digits = new Intl.NumberFormat(n.locale, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const back = lines.flatMap(({ sku }) => backs[sku] ?? []).filter(({ quantity }) => quantity > 0);
  const ask: Ask = way === "lines" ? { lines: back } : { amount_minor: parseAmount(text, digits) ?? 0 };
  const { preview, settled, error, again } = usePreview(ask, change);
  const money = preview && n.money(preview.amount);
  const ready = preview !== undefined && settled && isConfirmed(typed, preview.amount.amount_minor, digits);
  return (
    <ActSheet
      title={a.refund.title}
      change={change}
      close={close}
      go={money ? a.refund.go(money) : a.order.act.refund}
      ready={ready}
      submit={() => change.send("createRefund", ask)}
    >
      <Tabs
        label={a.refund.way}
        tabs={[
          ["lines", a.refund.byLines],
          ["amount", a.refund.byAmount],
        ]}
        chosen={way}
        choose={(next) => setWay(next as Way)}
      />
      {way === "lines" && (
        <ul className="act-lines">
          {lines.map((line) => (
            <BackLine key={line.sku} line={line} back={backs[line.sku]} set={(next) => setBacks({ ...backs, [line.sku]: next })} />
          ))}
        </ul>
      )}
      {way === "amount" && (
        <label className="field">
          {a.refund.amount(n.money(left(order)))}
          <input inputMode="decimal" value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
        </label>
      )}
      {error && <Failure error={error} at={Date.now()} whole={false} retry={again} />}
      {preview && <RefundEffects ask={ask} order={order} preview={preview} settled={settled} />}
      {money && <Confirm amount={money} value={typed} set={setTyped} />}
    </ActSheet>
  );
}

/** How many of a line go back, and whether onto the shelf. */
function BackLine({ line, back, set }: { line: Line; back: Back | undefined; set: (back: Back) => void }) {
  const { a, n } = useAdmin();
  const most = keptUnits(line);
  // What has not left the house is still on its shelf.
  const now: Back = back ?? { sku: line.sku, quantity: 0, restock: openUnits(line) > 0 };
  return (
    <li data-sku={line.sku}>
      <span className="act-name">
        <bdi>{[line.name, line.variant_title].filter(Boolean).join(", ")}</bdi>
        <span className="hint-line">{a.refund.ofUnits(n.whole(most), n.money(line.unit_price))}</span>
      </span>
      <input
        type="number"
        inputMode="numeric"
        min={0}
        max={most}
        step={1}
        aria-label={a.refund.units(line.name)}
        value={now.quantity}
        onChange={(event) => set({ ...now, quantity: Math.min(most, Math.max(0, Math.trunc(Number(event.target.value)))) })}
      />
      <label className="switch">
        <input
          type="checkbox"
          checked={now.restock}
          aria-label={`${a.refund.restock}: ${line.name}`}
          onChange={(event) => set({ ...now, restock: event.target.checked })}
        />
        {a.refund.restock}
      </label>
    </li>
  );
}
