/** How far an order is: accepted, confirmed, packed, sent. */
import type { Order } from "../types";

export const STAGES = ["accepted", "confirmed", "packed", "sent"] as const;
export type Stage = (typeof STAGES)[number];

/** The events by which a stage is reached, and the status of a fulfilment that shows it. */
const EVENTS: Record<Stage, string[]> = {
  accepted: ["accepted"],
  confirmed: ["confirmed"],
  packed: ["packed"],
  sent: ["shipped", "delivered"],
};

export const isFailed = ({ status }: Order): boolean => status === "failed" || status === "cancelled";

/** The last stage that was reached. */
export function stageOf({ status, fulfilments, fulfilment_status: fulfilment }: Order): Stage {
  if (status === "accepted") return "accepted";
  const states = fulfilments.map((one) => one.status);
  if (states.some((state) => state === "shipped" || state === "delivered") || (fulfilment === "fulfilled" && states.length === 0))
    return "sent";
  if (states.includes("packed") || fulfilment === "fulfilled") return "packed";
  return "confirmed";
}

/** When a stage was first reached, where the server says so. */
export const reachedAt = ({ events, created_at }: Order, stage: Stage): string | undefined =>
  events.find(({ kind }) => EVENTS[stage].includes(kind))?.at ?? (stage === "accepted" ? created_at : undefined);
