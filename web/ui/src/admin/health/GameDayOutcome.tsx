/** What came of a game day: by the orders, by the stock, by the money and by the audit. */
import type { GameDay } from "@kassa/client";
import { shortTime } from "../when";
import { useAdmin } from "../words";
import { Tally } from "./GameDayProgress";

type Outcome = NonNullable<GameDay["outcome"]>;

export function GameDayOutcome({ run }: { run: GameDay }) {
  const { a, n } = useAdmin();
  const at = run.ended_at ? shortTime(run.ended_at, n.locale) : "";
  if (!run.outcome) {
    return (
      <p role="status">
        <strong className="worse">✗ {a.gameDay.failed}</strong> {at} <bdi>{run.why}</bdi>
      </p>
    );
  }
  return (
    <>
      <p role="status">
        <strong className={run.outcome.ok ? "better" : "worse"}>
          {run.outcome.ok ? `✓ ${a.gameDay.agree}` : `✗ ${a.gameDay.disagree}`}
        </strong>{" "}
        {at}
        {run.is_stopped && ` · ${a.gameDay.stopped}`}
      </p>
      <Tally run={run} />
      <Proof outcome={run.outcome} before={run.books_before} />
    </>
  );
}

function Proof({ outcome, before }: { outcome: Outcome; before: GameDay["books_before"] }) {
  const { t, a, n } = useAdmin();
  const { orders, units, revenue, books_after: after } = outcome;
  const money = (amount_minor: number): string => n.money({ amount_minor, currency: revenue.currency });
  const decided = orders.open === 0 && orders.lost === 0 && orders.doubled === 0;
  const books = (found: NonNullable<GameDay["books_before"]>): string =>
    found.ok
      ? a.gameDay.booksOk(n.whole(found.checked))
      : a.gameDay.booksBad(n.whole(found.violations), found.wrong.map((id) => t.audit.invariants[id] ?? id).join("; "));
  const lines: [name: string, ok: boolean, text: string][] = [
    [
      "orders",
      decided,
      a.gameDay.decided(
        n.whole(orders.confirmed),
        n.whole(orders.failed),
        n.whole(orders.lost),
        n.whole(orders.doubled),
        n.whole(orders.open),
      ),
    ],
    ["units", units.ordered === units.taken, a.gameDay.units(n.whole(units.ordered), n.whole(units.taken))],
    ["oversold", units.oversold === 0, a.gameDay.oversold(n.whole(units.oversold))],
    [
      "revenue",
      revenue.orders_minor === revenue.reports_minor,
      a.gameDay.revenue(money(revenue.orders_minor), money(revenue.reports_minor)),
    ],
    ...(before ? [["before", before.ok, a.gameDay.before(books(before))] as [string, boolean, string]] : []),
    ["after", after.ok, a.gameDay.after(books(after))],
  ];
  return (
    <ul className="plain-list">
      {lines.map(([name, ok, text]) => (
        <li key={name} data-proof={name} data-ok={ok}>
          <span className={ok ? "better" : "worse"}>{ok ? "✓" : "✗"}</span> {text}
        </li>
      ))}
    </ul>
  );
}
