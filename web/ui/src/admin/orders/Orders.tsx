/** The page of orders: the list, or the one that the address names. */
import { usePath } from "../place";
import { OrderList } from "./OrderList";
import { OrderPage } from "./OrderPage";

export default function Orders() {
  const id = /^\/admin\/orders\/([^/]+)$/.exec(usePath())?.[1];
  return id ? <OrderPage key={id} id={decodeURIComponent(id)} /> : <OrderList />;
}
