/** The page of stock: the list, or the count. */
import { later } from "../../design/Floating";
import { usePath } from "../place";
import StockPage from "./StockPage";

const CountPage = later(async () => (await import("./CountPage")).default);

export default function Stock() {
  return usePath() === "/admin/stock/count" ? <CountPage /> : <StockPage />;
}
