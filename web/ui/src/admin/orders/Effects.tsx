/** What a change will do, before it does it. */
import { useAdmin } from "../words";

/** Units that go back onto a shelf. */
export interface StockMove {
  sku: string;
  quantity: number;
  /** How many are there then; undefined where stock is not counted, null where it is not known. */
  after: number | undefined | null;
}

export const Money = ({ title, text }: { title: string; text: string }) => (
  <div>
    <dt>{title}</dt>
    <dd>{text}</dd>
  </div>
);

interface Props {
  moves: StockMove[];
  /** Something goes back that is not put on the shelf. */
  nothing: boolean;
}

/** The shelves after it. */
export function StockAfter({ moves, nothing }: Props) {
  const { a, n } = useAdmin();
  const told = moves.map(({ sku, quantity, after }) => {
    if (after === undefined) return a.effects.notCounted(sku);
    const change = `+${n.whole(quantity)}`;
    return after === null ? a.effects.stock(sku, change) : a.effects.stockFrom(sku, change, n.whole(after - quantity), n.whole(after));
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
