/** The page of stock: the list, or the count. */
import { usePath } from "../place";
import CountPage from "./CountPage";
import StockPage from "./StockPage";

export default function Stock() {
  return usePath() === "/admin/stock/count" ? <CountPage /> : <StockPage />;
}
