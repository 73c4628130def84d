/**
 * The batch dialect: `POST /track` with `events`, as the tracking hooks of user-event platforms write it. Component clicks and hovers, clicks
 * elsewhere on the page with `dom_info`, page views; a UUID each, so that a retry is a duplicate.
 */
import { isPrivate } from "./consent";
import { createOutbox, type Outbox } from "./outbox";
import { isTyped } from "./page";

// Enough for the server, which refuses an event of more than 64 KiB.
const TITLE_MAX = 2000;

/** What a component can report by itself. */
export type ComponentEvent = "CLICK" | "HOVER_ENTER" | "HOVER_LEAVE";

/** An event of the batch dialect. Time, id and page are put in when it is recorded. */
export interface UserEvent {
  /** Unix milliseconds. */
  timestamp: number;
  event_id: string;
  /** `CLICK`, `HOVER_ENTER`, `HOVER_LEAVE`, `PAGE_VIEW` or a name of your own. */
  event_type: string;
  /** `PAGE`, `COMPONENT` or a word of your own. */
  location_type: string;
  component_name?: string | undefined;
  page_path: string;
  page_title: string;
  dom_info?: DomInfo | undefined;
  /** Free data, such as the customer; empty where there is none. Readers of B's events know what they find in it. */
  user_metadata: Record<string, any>;
  [more: string]: unknown;
}

/** What is told of a clicked element. */
export interface DomInfo {
  tag: string;
  id?: string | undefined;
  className?: string | undefined;
  text?: string | undefined;
}

/** How the batch dialect is spoken. */
export interface BatchConfig {
  url: string;
  appName?: string | undefined;
  appVersion?: string | undefined;
  writeKey?: string | undefined;
  batchSize?: number | undefined;
  flushInterval?: number | undefined;
  log?: ((message: string, detail?: unknown) => void) | undefined;
  given: () => boolean;
  /** Goes with every event as `user_metadata` that has none of its own; asked anew for each. */
  user: () => Record<string, unknown> | undefined;
}

export function createBatchOutbox(config: BatchConfig): Outbox {
  const { appName, appVersion, writeKey } = config;
  return createOutbox({
    ...config,
    name: config.url,
    wrap(events) {
      // When it is sent: a clock that is wrong is so here, too, and the server sees by how much.
      const shared = { appName, appVersion, writeKey, sentAt: Date.now(), webdriver: navigator.webdriver || undefined };
      return `${JSON.stringify(shared).slice(0, -1)},"events":${events}}`;
    },
  });
}

/** One event of the batch dialect, at this moment on this page. */
export function batchEvent(fields: Partial<UserEvent>, user: BatchConfig["user"]): UserEvent {
  return {
    ...fields,
    timestamp: Date.now(),
    event_id: uuid(),
    event_type: fields.event_type || "UNKNOWN",
    location_type: fields.location_type || "PAGE",
    page_path: location.pathname,
    page_title: document.title.slice(0, TITLE_MAX),
    user_metadata: (isPrivate() ? undefined : (fields.user_metadata ?? user())) ?? {},
  };
}

/** What is somebody's own, such as an address, stands in an element with `data-kassa-private`. */
const isPrivateText = (element: Element): unknown =>
  isTyped(element) || element.closest("[data-kassa-private]") || element.querySelector("[data-kassa-private]");

export function domInfo(element: Element): DomInfo {
  const text = (isPrivateText(element) ? "" : ((element as HTMLElement).innerText ?? element.textContent)) ?? "";
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
