/** The page of orders: the list, the one that the address names, a new one, and those that are printed. */
import { later } from "../../design/Floating";
import { usePath } from "../place";
import { OrderList } from "./OrderList";
import { OrderPage } from "./OrderPage";

const NewOrder = later(async () => (await import("./NewOrder")).default);
const PrintPage = later(async () => (await import("./PrintPage")).default);

export default function Orders() {
  const id = /^\/admin\/orders\/([^/]+)$/.exec(usePath())?.[1];
  if (id === "new") return <NewOrder />;
  if (id === "print") return <PrintPage />;
  return id ? <OrderPage key={id} id={decodeURIComponent(id)} /> : <OrderList />;
}
