/** The parcels of an order, and what becomes of each. */
import { Suspense, useState } from "react";
import { later } from "../../design/Floating";
import { useAdmin } from "../words";
import { shortTime } from "../when";
import { Badge } from "../Badge";
import { useParcels } from "./data";
import type { Parcel, Seen } from "./order";

const ParcelSheet = later(async () => (await import("./ParcelSheet")).default);

/** What may become of a parcel. */
export type Step = "shipped" | "delivered" | "cancelled";

const STEPS: Record<string, Step[]> = { packed: ["shipped", "cancelled"], shipped: ["delivered", "cancelled"] };

export function Parcels({ seen }: { seen: Seen }) {
  const { a } = useAdmin();
  const { data } = useParcels(seen.order.id);
  const [opened, setOpened] = useState<{ seen: Seen; parcel: Parcel; step: Step }>();
  if (!data?.length) return null;
  return (
    <section className="panel" aria-label={a.order.parcels}>
      <h2>{a.order.parcels}</h2>
      <ul className="plain-list">
        {data.map((parcel) => (
          <OneParcel key={parcel.number} parcel={parcel} seen={seen} open={(step) => setOpened({ seen, parcel, step })} />
        ))}
      </ul>
      <Suspense fallback={null}>
        {opened && <ParcelSheet {...opened} close={() => setOpened(undefined)} done={() => setOpened(undefined)} />}
      </Suspense>
    </section>
  );
}

function OneParcel({ parcel, seen, open }: { parcel: Parcel; seen: Seen; open: (step: Step) => void }) {
  const { a, n } = useAdmin();
  const { number, status, carrier, tracking_number: tracking, tracking_url: url } = parcel;
  const nameOf = (sku: string): string => seen.order.items.find((line) => line.sku === sku)?.name ?? sku;
  const text = [carrier, tracking].filter(Boolean).join(" ");
  return (
    <li data-parcel={number}>
      <span className="parcel-top">
        <strong>{a.order.parcel(n.whole(number))}</strong> <Badge state={status} word={a.states[status] ?? status} />
        {url ? (
          <a href={url} target="_blank" rel="noreferrer noopener">
            <bdi>{text || a.order.track}</bdi>
          </a>
        ) : (
          <bdi>{text}</bdi>
        )}
        <span className="parcel-acts">
          {(STEPS[status] ?? []).map((step) => (
            <button key={step} type="button" className="button small" aria-haspopup="dialog" onClick={() => open(step)}>
              {a.order.step[step]}
            </button>
          ))}
        </span>
      </span>
      <span className="hint-line">
        <bdi>{parcel.lines.map(({ sku, quantity }) => `${n.whole(quantity)} × ${nameOf(sku)}`).join(", ")}</bdi>
        {` · ${shortTime(parcel.delivered_at ?? parcel.shipped_at ?? parcel.created_at, n.locale)}`}
      </span>
    </li>
  );
}
