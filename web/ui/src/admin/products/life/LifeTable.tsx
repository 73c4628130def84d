/** A product's life as a table, the newest day first. */
import { useAdmin } from "../../words";
import type { Day } from "./days";

export function LifeTable({ days }: { days: Day[] }) {
  const { a, n, times } = useAdmin();
  const l = a.products.life;
  return (
    <div className="chart-table" tabIndex={0} role="group" aria-label={l.title}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{l.day}</th>
            {[l.views, l.orders, l.units, l.stock, l.price].map((head) => (
              <th key={head} scope="col" className="num">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map((day) => (
            <tr key={day.label} data-day={day.label}>
              <th scope="row">{times.full(day.label)}</th>
              <td className="num">{n.whole(day.views)}</td>
              <td className="num">{n.whole(day.orders)}</td>
              <td className="num">{n.whole(day.units)}</td>
              <td className="num">{day.stock === undefined ? "–" : n.whole(day.stock)}</td>
              <td className="num">{day.price ? n.money(day.price) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
