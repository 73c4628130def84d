/** One order: what it is, who it is for, what became of it, and what can be done. */
import { Suspense, useEffect, useState } from "react";
import { later } from "../../design/Floating";
import { Empty, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { AskError } from "../../server/call";
import { Link } from "../place";
import { useAdmin } from "../words";
import { shortTime } from "../when";
import { useWho } from "../who";
import { Badge } from "../Badge";
import { useOrder } from "./data";
import { Lines } from "./Lines";
import { actsOf, type Act, type Seen } from "./order";
import { Parcels } from "./Parcels";
import { People } from "./People";
import { Payments } from "./Payments";
import { printPath } from "./printing";
import { Story } from "./Story";

const OrderChanges = later(async () => (await import("../changes/OrderChanges")).default);

const SHEETS = {
  refund: later(async () => (await import("./RefundSheet")).default),
  pay: later(async () => (await import("./PaySheet")).default),
  pack: later(async () => (await import("./PackSheet")).default),
  edit: later(async () => (await import("./EditSheet")).default),
  cancel: later(async () => (await import("./CancelSheet")).default),
};

export function OrderPage({ id }: { id: string }) {
  const { a } = useAdmin();
  const { data, error, refetch, dataUpdatedAt } = useOrder(id);
  const gone = error instanceof AskError && error.status === 404;
  return (
    <>
      <p className="back">
        <Link to="/admin/orders">{a.order.back}</Link>
      </p>
      {!data && !error && <TableSkeleton rows={8} />}
      {gone && (
        <section className="panel">
          <Empty title={a.order.gone} why={a.order.goneWhy} />
        </section>
      )}
      {error && !gone && (
        <section className="panel">
          <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />
        </section>
      )}
      {data && !gone && <Whole seen={data} />}
    </>
  );
}

function Whole({ seen }: { seen: Seen }) {
  const { a, n } = useAdmin();
  const { can } = useWho();
  const { order } = seen;
  const [act, setAct] = useState<Act>();
  const [said, setSaid] = useState("");
  // The form holds against the order as it was when it was opened, whatever is read meanwhile.
  const [of, setOf] = useState(seen);
  const open = (next: Act): void => (setOf(seen), setSaid(""), setAct(next));
  const done = (): void => (setSaid(act ? a.order.done[act] : ""), setAct(undefined));
  const Form = act && SHEETS[act];
  const title = a.order.title(String(order.number));
  useEffect(() => {
    document.title = `${title} · kassa`;
  }, [title]);
  return (
    <>
      <div className="page-top">
        <h1>{title}</h1>
        <span className="badges">
          <Badge state={order.status} word={a.states[order.status] ?? order.status} />
          {order.payment_status && <Badge state={order.payment_status} word={a.states[order.payment_status] ?? order.payment_status} />}
          <Badge state={order.fulfilment_status} word={a.states[order.fulfilment_status] ?? order.fulfilment_status} />
        </span>
        <div className="acts" role="group" aria-label={a.order.acts}>
          {actsOf(order).map((one, index) => (
            <button
              key={one}
              type="button"
              className={index === 0 ? "button primary" : "button"}
              aria-haspopup="dialog"
              onClick={() => open(one)}
            >
              {a.order.act[one]}
            </button>
          ))}
          {(["slip", "receipt"] as const).map((what) => (
            <Link key={what} to={printPath([order.id], what)} className="button">
              {a.ordering.print.act[what]}
            </Link>
          ))}
        </div>
      </div>
      <p className="hint-line">
        {a.order.placed(shortTime(order.created_at, n.locale), a.order.sources[order.source ?? ""] ?? order.source ?? "")}
        {order.fail_reason && ` · ${order.fail_reason.replaceAll("_", " ")}`}
        {order.edit_pending && ` · ${a.order.editPending}`}
      </p>
      <p role="status" className={said ? "said" : "unseen"}>
        {said}
      </p>
      <div className="order-page">
        <div className="order-main">
          <Lines order={order} />
          <Parcels seen={seen} />
          <Payments order={order} />
          <Story order={order} />
          <Suspense fallback={null}>{can("admin") && <OrderChanges id={order.id} />}</Suspense>
        </div>
        <People seen={seen} />
      </div>
      <Suspense fallback={null}>{Form && <Form seen={of} close={() => setAct(undefined)} done={done} />}</Suspense>
    </>
  );
}
