/**
 * Whether this browser is counted at all: what its owner decided (`optOut`, `optIn`), the mark of people who work on the site
 * (`?kassa=ignore`), and pages on the machine on which they are made.
 */
import { put, store } from "./outbox";

/** How a tracker may be kept from counting. */
export interface ConsentConfig {
  /** `required`: nothing is counted, kept or sent before `optIn`. */
  consent?: string | undefined;
  /** Count pages on localhost and files, too, when the server is elsewhere. */
  localhost?: boolean | undefined;
}

/** Says and remembers whether to count. */
export interface Consent {
  /** Whether events may be recorded now. */
  given(): boolean;
  /** Remembers what the visitor has decided; who it was before is forgotten, and so is all that no tracker of this origin has sent yet. */
  set(decision: "in" | "out"): void;
}

const DECISION = "kassa.consent";
const IGNORE = "kassa.ignore";
// A file has no host.
const LOOPBACK = /^(|localhost|.*\.localhost|(127|0)\.[\d.]+|\[::1?\])$/;

/** `url` is where events go to. */
export function createConsent({ url, consent, localhost }: ConsentConfig & { url: string }): Consent {
  const mark = new URLSearchParams(location.search).get("kassa");
  if (mark == "ignore") put(IGNORE, mark);
  if (mark == "count") delete store()[IGNORE];
  const server = new URL(url, document.baseURI).hostname;
  const local = !localhost && LOOPBACK.test(location.hostname) && !LOOPBACK.test(server);
  return {
    given: () => !(local || store()[IGNORE] || /out|required/.test(store()[DECISION] ?? (consent as string))),
    set(decision) {
      for (const key of Object.keys(store())) if (/^kassa( |\.u)/.test(key)) delete store()[key];
      put(DECISION, decision);
    },
  };
}

/** True if the visitor asked not to be recognised: Global Privacy Control or Do Not Track. */
export const isPrivate = (): boolean =>
  (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack == "1";
