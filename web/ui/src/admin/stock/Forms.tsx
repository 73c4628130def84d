/** Goods come in, the books are set right, and from how many on it is low. */
import { useState, type FormEvent } from "react";
import type { Stock } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { useAdmin } from "../words";
import { useOnce } from "../once";

interface Props {
  stock: Stock;
  done: () => void;
}

/** More or fewer, and why: what came in is at least one, what is set right may be fewer. */
export function MoveForm({ way, stock, done }: Props & { way: "receive" | "adjust" }) {
  const { a, n } = useAdmin();
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const quantity = Number(text.replace("\u2212", "-"));
  const there = stock.on_hand + quantity;
  const fits = text.trim() !== "" && Number.isInteger(quantity) && quantity !== 0 && there >= 0;
  const ready = fits && (way === "adjust" ? reason.trim() !== "" : quantity > 0);
  const finish = (): void => (setText(""), setReason(""), done());
  const once = useOnce(way === "receive" ? "receiveStock" : "adjustStock", finish);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) once.send({ path: { sku: stock.sku }, body: { quantity, ...(reason.trim() && { reason: reason.trim() }) } });
  };
  return (
    <form className="act-form" onSubmit={submit}>
      <label className="field">
        {a.stock.units[way]}
        <input inputMode="numeric" value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
      </label>
      <label className="field">
        {way === "adjust" ? a.stock.reasonMust : a.stock.reason}
        <input value={reason} maxLength={255} onChange={(event) => setReason(event.target.value)} />
      </label>
      <p className="hint-line" role="status">
        {fits ? a.stock.then(n.whole(stock.on_hand), n.whole(there)) : "\u00a0"}
      </p>
      {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={() => once.again()} />}
      <button type="submit" className="button primary" disabled={!ready} aria-busy={once.busy}>
        {a.stock.go[way]}
      </button>
    </form>
  );
}

export function LowForm({ stock, done }: Props) {
  const { a } = useAdmin();
  const [text, setText] = useState(String(stock.low_stock_at));
  const low_stock_at = Number(text);
  const ready = text.trim() !== "" && Number.isInteger(low_stock_at) && low_stock_at >= 0;
  const once = useOnce("setLowStock", done);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) once.send({ path: { sku: stock.sku }, body: { low_stock_at } });
  };
  return (
    <form className="act-form" onSubmit={submit}>
      <label className="field">
        {a.stock.lowAt}
        <input inputMode="numeric" value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
      </label>
      {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={() => once.again()} />}
      <button type="submit" className="button primary" disabled={!ready} aria-busy={once.busy}>
        {a.stock.go.low}
      </button>
    </form>
  );
}
