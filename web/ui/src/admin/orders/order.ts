/** An order as the API shows it, and what may be done with it now. */
import type { Money } from "../../design/numbers";

export interface Line {
  sku: string;
  name: string;
  variant_title?: string;
  quantity: number;
  unit_price: Money;
  total: Money;
  refunded_quantity: number;
  refunded: Money;
  restocked_quantity: number;
  fulfilled_quantity: number;
}

export interface Address {
  name: string;
  company?: string;
  line1: string;
  line2?: string;
  city: string;
  region?: string;
  postal_code?: string;
  country: string;
}

export interface Order {
  id: string;
  number: number;
  status: string;
  fail_reason?: string;
  edit_pending?: boolean;
  stock_kept?: boolean;
  payment_status: string | null;
  fulfilment_status: string;
  total: Money;
  refunded: Money;
  items: Line[];
  customer?: { name: string | null; email: string | null; phone?: string };
  customer_id?: string;
  customer_type?: string;
  note?: string;
  staff_note?: string;
  source?: string;
  client_reference?: string;
  shipping_address?: Address;
  billing_address?: Address;
  created_at: string;
  updated_at: string;
}

export interface Parcel {
  number: number;
  status: string;
  carrier: string | null;
  tracking_number: string | null;
  tracking_url: string | null;
  lines: { sku: string; quantity: number }[];
  created_at: string;
  shipped_at: string | null;
  delivered_at: string | null;
}

export interface Payment {
  id: string;
  provider: string;
  reference: string;
  amount: Money;
  refunded: Money;
  created_at: string;
}

/** An order as it was read: a change holds against this state and no other. */
export interface Seen {
  order: Order;
  etag: string;
}

/** Units that are not refunded. */
export const keptUnits = (line: Line): number => line.quantity - line.refunded_quantity;

/** Units that are neither refunded nor handed over. */
export const openUnits = (line: Line): number => Math.max(0, keptUnits(line) - line.fulfilled_quantity);

/** What is left of the order's money. */
export const left = ({ total, refunded }: Order): Money => ({ ...total, amount_minor: total.amount_minor - refunded.amount_minor });

/** Whether its customer and addresses may be put right. */
export const isAmendable = ({ status }: Order): boolean => status === "confirmed" || status === "fulfilled";

export type Act = "refund" | "pay" | "pack" | "edit" | "cancel";

/** What the order's state allows; the server decides anew. */
export function actsOf(order: Order): Act[] {
  const lives = order.status === "confirmed" || order.status === "fulfilled";
  const handedOver = order.items.some((line) => line.fulfilled_quantity > 0);
  const may: Record<Act, boolean> = {
    pack: order.status === "confirmed" && order.items.some((line) => openUnits(line) > 0),
    pay: lives && order.payment_status === "unpaid",
    refund: lives,
    // What is paid, handed over or refunded is no longer another order.
    edit: order.status === "confirmed" && !handedOver && order.payment_status !== "paid" && order.refunded.amount_minor === 0,
    cancel: order.status === "confirmed" && !handedOver,
  };
  return (["pack", "pay", "refund", "edit", "cancel"] as const).filter((act) => may[act] && !order.edit_pending);
}
