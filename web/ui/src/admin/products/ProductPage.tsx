/** One product: what it is, what it costs, how it is sold, and what became of it. */
import { useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Empty, Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { useUndo } from "../../design/Undo";
import { AskError } from "../../server/call";
import { Badge } from "../Badge";
import { Link } from "../place";
import { useWho } from "../who";
import { useAdmin } from "../words";
import { About } from "./About";
import { Archived } from "./Archived";
import { useProduct } from "./data";
import Life from "./life/Life";
import { Picturing } from "./pictures/Picturing";
import Prices from "./Prices";
import { isPlain, type Seen, type Status } from "./product";
import { SaveBar } from "./SaveBar";
import { Selling } from "./Selling";
import { Side } from "./Side";
import { setStatuses, whyOf } from "./statuses";
import { useDraft } from "./useDraft";
import { Variants } from "./variants/Variants";

export default function ProductPage({ id }: { id: string }) {
  const { a } = useAdmin();
  const { can } = useWho();
  const { data, error, refetch, dataUpdatedAt } = useProduct(id, can("catalog"));
  const gone = error instanceof AskError && error.status === 404;
  return (
    <>
      <p className="back">
        <Link to="/admin/products">{a.products.back}</Link>
      </p>
      {!data && !error && <TableSkeleton rows={8} />}
      {gone && can("catalog") && <Archived id={id} />}
      {gone && !can("catalog") && (
        <section className="panel">
          <Empty title={a.products.gone} why={a.products.goneWhy} />
        </section>
      )}
      {error && !gone && (
        <section className="panel">
          <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />
        </section>
      )}
      {data && !gone && <Whole now={data} />}
    </>
  );
}

function Whole({ now }: { now: Seen }) {
  const { a } = useAdmin();
  const { can } = useWho();
  const offer = useUndo();
  const draft = useDraft(now, () => offer(a.products.saved));
  const { seen } = draft.change;
  const { product } = seen;
  const may = can("catalog");
  useEffect(() => {
    document.title = `${product.name} · kassa`;
  }, [product.name]);
  return (
    <>
      <div className="page-top">
        <h1>
          <bdi>{product.name}</bdi>
        </h1>
        <Badge state={product.status} word={a.products.statuses[product.status]} />
        <div className="acts">
          {product.status === "active" && (
            <a className="button" href={`/p/${product.slug}`}>
              {a.products.inShop}
            </a>
          )}
          {may && <Statuses now={now} disabled={draft.dirty} />}
        </div>
      </div>
      <div className="order-page product-page">
        <div className="order-main">
          <About draft={draft} may={may} />
          <Picturing images={draft.fields.images} set={(images) => draft.set({ images })} seen={seen} may={may} />
          {isPlain(seen) && <Selling draft={draft} may={may} />}
          {(!isPlain(seen) || may) && <Variants now={now} may={may} locked={draft.dirty} />}
          {can("read") && <Life seen={now} />}
          {can("read") && <Prices seen={now} />}
        </div>
        <Side draft={draft} may={may} />
      </div>
      <SaveBar draft={draft} />
    </>
  );
}

/** On sale, off it, archived: each can be taken back. */
function Statuses({ now, disabled }: { now: Seen; disabled: boolean }) {
  const { a, n } = useAdmin();
  const client = useQueryClient();
  const offer = useUndo();
  const p = a.products;
  const act = async (status: Status): Promise<void> => {
    const { done, failed } = await setStatuses([{ product: now.product, status }]);
    const undo = async (): Promise<void> => {
      const back = await setStatuses(done);
      await client.invalidateQueries();
      if (back.failed[0]) throw back.failed[0].error;
    };
    if (failed[0]) offer(whyOf(failed[0].error, p.meanwhile));
    else offer(p.did[status](1, n.whole(1)), undo);
    await client.invalidateQueries();
  };
  const { status } = now.product;
  return (
    <>
      <button type="button" className="button" disabled={disabled} onClick={() => void act("archived")}>
        {p.make.archived}
      </button>
      <button
        type="button"
        className={status === "active" ? "button" : "button primary"}
        disabled={disabled}
        onClick={() => void act(status === "active" ? "draft" : "active")}
      >
        {status === "active" ? p.make.draft : p.make.active}
      </button>
    </>
  );
}
