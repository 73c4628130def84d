/** The moments of an order's story, by their kind. */
import type { Timeline } from "@kassa/client";

export type Entry = Timeline["entries"][number];
export type Kind = Entry["kind"];
export type Told<K extends Kind> = Extract<Entry, { kind: K }>;
