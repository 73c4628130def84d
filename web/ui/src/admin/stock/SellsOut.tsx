/** When a SKU is sold out, with its rate as a hint, or beside it; nothing where nothing is sold. */
import type { Forecast } from "@kassa/client";
import { shopZone } from "../when";
import { useAdmin } from "../words";
import { rate, sellsOut } from "./forecast";

export function SellsOut({ forecast, beside }: { forecast: Forecast | undefined; beside?: boolean }) {
  const { a, n } = useAdmin();
  if (!forecast) return null;
  const why = rate(forecast, a.stock, n, shopZone());
  return (
    <p title={why} data-forecast>
      {sellsOut(forecast.sold_out_at, a.stock, n.locale, shopZone())}
      {beside && <span className="hint-line"> {why}</span>}
    </p>
  );
}
