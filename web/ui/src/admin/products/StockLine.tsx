/** What is there of a variant, and the way to its stock. */
import { Link } from "../place";
import { useWho } from "../who";
import { useAdmin } from "../words";
import type { Variant } from "./product";

export function StockLine({ variant }: { variant: Variant }) {
  const { a, n } = useAdmin();
  const { can } = useWho();
  const text = stockText(variant, a.products.notCounted, n.whole);
  return (
    <p className="stock-line">
      <span>
        {a.stock.available}: <strong>{text}</strong> <code className="hint-line">{variant.sku}</code>
      </span>
      {can("read", "inventory") && variant.track_stock && (
        <Link to={`/admin/stock?sku=${encodeURIComponent(variant.sku)}`}>{a.products.toStock}</Link>
      )}
    </p>
  );
}

export function stockText(variant: Variant, notCounted: string, whole: (value: number) => string): string {
  if (!variant.track_stock) return notCounted;
  return variant.stock ? whole(variant.stock.available) : "–";
}
