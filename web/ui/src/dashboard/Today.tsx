/** The owner's first look: what came in today, what there is to do, what is missing, and whether the books agree. */
import { useEffect, type ReactNode } from "react";
import { amountOf, isMoney } from "../design/numbers";
import { Bump } from "../design/Bump";
import { useWords } from "../design/words";
import type { Texts } from "../texts/en";
import { useAnswer, useGet, useReport } from "./data";
import { moneyQuestion } from "./questions";
import type { DemandAnswer } from "./views/Demand";
import type { View } from "./view";

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

/** `GET /v1/trust`. */
interface Trust {
  lag: { records: number; seconds: number } | null;
  books: { ok: boolean; complete: boolean; violations: number; checked_at: string } | null;
}

/** Under which the page keeps it. */
export const TRUST = ["report", "/v1/trust"];

/** The page of the admin that lists them. */
const TO_PACK = "/admin/orders?fulfilment_status=unfulfilled";
const LOW_MAX = 200;
// Behind by more, the numbers are not those of now.
const LAG_SECONDS_MAX = 30;
const ASK_MS = 60_000;

export function Today({ view, change, zone }: Props) {
  const { t, n } = useWords();
  const day = { ...view, period: "day", compare: "weekday", filters: [] };
  const sales = useReport((clock) => moneyQuestion(day, clock), zone);
  const orders = useGet<{ total: number; total_exact: boolean }>("listOrders", { status: "confirmed", limit: 1, total: true });
  const stock = useGet<{ results: { sku: string; product: { name: string } | null; available: number }[] }>("listStock", {
    low: true,
    archived: false,
    limit: LOW_MAX,
  });
  const demand = useAnswer<DemandAnswer>(
    "demand",
    () => ({ site_id: view.site, date_range: "7d", pagination: { limit: 20 }, order_by: [["without_result", "desc"]] }),
    zone,
  );
  const row = sales.data?.results[0];
  const net = row?.metrics[0];
  const before = row?.comparison?.metrics[0];
  const change_ = row?.comparison?.change[0];
  const out = stock.data?.results.filter((one) => one.available <= 0) ?? [];
  const missed = demand.data?.searches.results.filter((one) => one.without_result > 0) ?? [];
  return (
    <section className="today" aria-label={t.today.title}>
      <Cell title={t.today.sales} value={isMoney(net) ? n.money(net) : sales.data ? n.whole(0) : undefined}>
        {isMoney(before) && (
          <>
            {typeof change_ === "number" && amountOf(before) > 0 && (
              <span className={change_ < 0 ? "worse" : "better"}>{`${change_ < 0 ? "▼" : "▲"} ${n.change(change_, false)} `}</span>
            )}
            {t.today.weekBefore(n.money(before))}
          </>
        )}
      </Cell>
      <Cell title={t.today.toPack} value={orders.data && n.count(orders.data.total).text} open={() => location.assign(TO_PACK)}>
        {orders.data?.total === 0 ? t.today.allPacked : t.today.orders}
      </Cell>
      <Cell
        title={t.today.soldOut}
        value={stock.data && n.whole(out.length)}
        warns={out.length > 0}
        open={() => change({ page: "goods", options: {} })}
      >
        {out.length ? out.map((one) => one.product?.name ?? one.sku).join(", ") : t.today.nothingOut}
      </Cell>
      <Cell title={t.today.notFound} value={demand.data && n.whole(missed.length)} open={() => change({ page: "demand", options: {} })}>
        {missed.length ? missed.map((one) => `“${one.term}”`).join(", ") : t.today.allFound}
      </Cell>
      <Books zone={zone} open={() => change({ sheet: "audit" })} />
    </section>
  );
}

interface CellProps {
  title: string;
  /** Undefined while it is not known. */
  value: string | undefined;
  children?: ReactNode;
  warns?: boolean;
  /** How the value stands, where it says so by itself. */
  tone?: "better" | "worse" | undefined;
  open?: (() => void) | undefined;
}

function Cell({ title, value, children, warns, tone, open }: CellProps) {
  return (
    <div className={warns ? "today-cell warns" : "today-cell"}>
      {open ? (
        <button type="button" className="today-title" onClick={open}>
          {title}
        </button>
      ) : (
        <p className="today-title">{title}</p>
      )}
      <p className={tone ? `today-value ${tone}` : "today-value"}>
        {value === undefined ? <span className="skeleton">–</span> : <Bump text={value} />}
      </p>
      <p className="today-more" title={typeof children === "string" ? children : undefined}>
        {children ?? <>&nbsp;</>}
      </p>
    </div>
  );
}

/** Whether orders, stock and reports say the same, and when that was last looked at. */
function Books({ zone, open }: { zone: string; open: () => void }) {
  const { t, n, times } = useWords();
  const trust = useGet<Trust>("getTrust");
  const { refetch } = trust;
  // Nobody may be there, and the books may still go wrong.
  useEffect(() => {
    const timer = setInterval(() => void refetch(), ASK_MS);
    return () => clearInterval(timer);
  }, [refetch]);
  const books = trust.data?.books;
  const behind = trust.data?.lag && trust.data.lag.seconds > LAG_SECONDS_MAX ? trust.data.lag.seconds : undefined;
  const at = books && times.clock(new Date(books.checked_at), zone);
  return (
    <Cell title={t.today.books} value={trust.data && saidOf(books, t)} tone={toneOf(books)} warns={books?.ok === false} open={open}>
      {behind !== undefined ? t.today.behind(n.duration(behind)) : at && t.today.checkedAt(at)}
    </Cell>
  );
}

function saidOf(books: Trust["books"] | undefined, { today }: Texts): string {
  if (!books) return today.notChecked;
  if (!books.ok) return `✗ ${today.disagree}`;
  return books.complete ? `✓ ${today.agree}` : today.partly;
}

const toneOf = (books: Trust["books"] | undefined): "better" | "worse" | undefined =>
  !books ? undefined : !books.ok ? "worse" : books.complete ? "better" : undefined;
