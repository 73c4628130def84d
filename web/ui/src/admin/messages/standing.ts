/** How a webhook does, in a word. */
import type { Webhook } from "@kassa/client";

export type Standing = "well" | "untried" | "failing" | "asked" | "given_up" | "gone";

export function standingOf(hook: Pick<Webhook, "enabled" | "disabled_reason" | "failing_since" | "last_delivered_at">): Standing {
  if (!hook.enabled) return hook.disabled_reason === "gone" ? "gone" : hook.disabled_reason === "failing" ? "given_up" : "asked";
  if (hook.failing_since) return "failing";
  return hook.last_delivered_at ? "well" : "untried";
}
