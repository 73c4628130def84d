/**
 * The batch dialect: `POST /track` with `events`, as the tracking hooks of user-event platforms write it. Component clicks and hovers, clicks
 * elsewhere on the page with `dom_info`, page views; a UUID each, so that a retry is a duplicate.
 */
import { createOutbox, type Outbox } from "./outbox";
import { watchPage } from "./page";

/** What a component can report. */
export type ComponentEvent = "CLICK" | "HOVER_ENTER" | "HOVER_LEAVE";

/** What is told of a clicked element. */
export interface DomInfo {
  tag: string;
  id: string;
  className: string;
  text: string;
}

/** How the batch dialect is spoken. */
export interface BatchConfig {
  url: string;
  appName?: string | undefined;
  appVersion?: string | undefined;
  writeKey?: string | undefined;
  batchSize: number;
  flushInterval: number;
  log?: ((message: string, detail?: unknown) => void) | undefined;
  /** Goes with every event as `user_metadata`; asked anew for each. */
  user: () => Record<string, unknown> | undefined;
}

export function createBatchOutbox(config: BatchConfig): Outbox {
  const { appName, appVersion, writeKey } = config;
  const head = JSON.stringify({ appName, appVersion, writeKey }).slice(0, -1);
  return createOutbox({
    ...config,
    name: config.url,
    wrap: (events) => `${head}${head == "{" ? "" : ","}"events":${events}}`,
  });
}

/** One event of the batch dialect, at this moment on this page. */
export function batchEvent(type: string, fields: Record<string, unknown>, user: BatchConfig["user"]): object {
  return {
    timestamp: Date.now(),
    event_id: uuid(),
    event_type: type,
    location_type: "PAGE",
    ...fields,
    page_path: location.pathname,
    page_title: document.title,
    user_metadata: user(),
  };
}

/** Records page views and hands over what waits when the page is left. */
export function watchBatchPages(outbox: Outbox, user: BatchConfig["user"]): void {
  watchPage({ shown: () => outbox.add(batchEvent("PAGE_VIEW", {}, user)), left: () => outbox.leave() });
}

export function domInfo(element: Element): DomInfo {
  const text = (element as HTMLElement).innerText ?? element.textContent ?? "";
  return {
    tag: element.tagName,
    id: element.id,
    className: element.getAttribute("class") ?? "",
    text: text.trim().replace(/\s+/g, " ").slice(0, 80),
  };
}

/** A random UUID (version 4); `crypto.randomUUID` is missing on pages without TLS. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
