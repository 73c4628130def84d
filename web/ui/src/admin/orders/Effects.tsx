/** What a change will do, before it does it. */
import { useAdmin } from "../words";

export interface StockMove {
  sku: string;
  quantity: number;
}

export const Money = ({ title, text }: { title: string; text: string }) => (
  <div>
    <dt>{title}</dt>
    <dd>{text}</dd>
  </div>
);

interface Props {
  moves: StockMove[];
  /** How many can be sold now; undefined where stock is not counted, null where it is not known. */
  available: (sku: string) => number | undefined | null;
  /** Something goes back that is not put on the shelf. */
  nothing: boolean;
}

/** The shelves after it. */
export function StockAfter({ moves, available, nothing }: Props) {
  const { a, n } = useAdmin();
  const told = moves.map(({ sku, quantity }) => {
    const now = available(sku);
    if (now === undefined) return a.effects.notCounted(sku);
    const change = `+${n.whole(quantity)}`;
    return now === null ? a.effects.stock(sku, change) : a.effects.stockFrom(sku, change, n.whole(now), n.whole(now + quantity));
  });
  return (
    <ul className="effects-stock">
      {told.map((text) => (
        <li key={text}>
          <bdi>{text}</bdi>
        </li>
      ))}
      {nothing && <li>{moves.length ? a.effects.restStays : a.effects.noStock}</li>}
    </ul>
  );
}
