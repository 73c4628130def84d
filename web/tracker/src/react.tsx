/**
 * The React side: `<TrackerProvider config={…}>` around the application, `useTracker("BuyButton")` in a component.
 *
 *     const tracker = useTracker("BuyButton");
 *     <button {...tracker}>Buy</button>
 *
 * Also what is needed outside of components: `trackEvent`, `flushQueue`, `clearQueue`, and `EventTracker.getInstance`.
 */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { domInfo, type ComponentEvent, type UserEvent } from "./events";
import { nameOf, trackerFor, type EventTracker as Tracker, type TrackerConfig } from "./sink";

export type { DomInfo, UserEvent } from "./events";
export type { TrackerConfig } from "./sink";

/** Handlers for one component; spread them on its element or call them. */
export interface TrackerProps {
  onClick(event?: TrackedEvent): void;
  onMouseEnter(event?: TrackedEvent): void;
  onMouseLeave(event?: TrackedEvent): void;
}

/** The same by its earlier name. */
export type ComponentTracker = TrackerProps;

/** The part of a React event that is read. */
export interface TrackedEvent {
  currentTarget?: unknown;
  nativeEvent?: Event;
}

/** The tracker that the provider has made; null outside of one. */
export const TrackerContext = createContext<Tracker | null>(null);

const trackers = new Map<string, Tracker>();

/** The one tracker of this config's name. It is made in the browser when it is first needed, never on a server that renders. */
function lazily(config: TrackerConfig): Tracker {
  const name = nameOf(config);
  const tracker = trackers.get(name) ?? whenNeeded(config);
  trackers.set(name, tracker);
  return tracker;
}

const whenNeeded = (config: TrackerConfig): Tracker => ({
  trackEvent: (event) => trackerFor(config).trackEvent(event),
  flushQueue: (batch) => trackerFor(config).flushQueue(batch),
  clearQueue: () => trackerFor(config).clearQueue(),
  getQueueSize: () => trackerFor(config).getQueueSize(),
  setBatchSize: (size) => trackerFor(config).setBatchSize(size),
});

// The tracker of the page: that of the provider, or of the first `getInstance`.
let instance: Tracker | undefined;

/** What records and sends the events of a page. */
export type EventTracker = Tracker;

/** The tracker of the page, for code that is no component. */
export const EventTracker = {
  /** That of the provider, or of the first call; without one it is made by `config`. On a server that renders it can do nothing. */
  getInstance(config?: TrackerConfig): Tracker {
    if (config) instance ??= lazily(config);
    if (!instance) throw new Error("cannot get the tracker: pass a config, or render <TrackerProvider> first");
    return instance;
  },
};

/** Records an event by the page's tracker. */
export const trackEvent = (event: Partial<UserEvent>): void => EventTracker.getInstance().trackEvent(event);

/** Sends what waits now; with a batch, that too, by the tracker of `config`. Its events keep what they say of when and where. */
export const flushQueue = (batch?: Partial<UserEvent>[], config?: TrackerConfig): Promise<void> =>
  (config ? trackerFor(config) : EventTracker.getInstance()).flushQueue(batch);

/** Forgets what the page's tracker has not sent. */
export const clearQueue = (): void => EventTracker.getInstance().clearQueue();

// Clicks that a tracked component has reported are not reported again by the page.
const reported = new WeakSet<Event>();

/** Records page views and page clicks, and lets `useTracker` work below it. The config is read once, when it is first mounted. */
export function TrackerProvider({ config, children }: { config: TrackerConfig; children?: ReactNode }): ReactNode {
  // Now and not in the effect: those of what is below run before.
  const [[tracker, first]] = useState(() => [(instance = lazily(config)), config] as const);
  useEffect(() => {
    trackerFor(first);
    const clicked = (event: MouseEvent): void => {
      // In an open shadow root the event's own target is only the root's host.
      const [target] = event.composedPath();
      if (!reported.has(event) && target instanceof Element)
        tracker.trackEvent({ event_type: "CLICK", location_type: "PAGE", dom_info: domInfo(target) });
    };
    document.addEventListener("click", clicked);
    // What still waits is sent by the outbox, which outlives the provider.
    return () => document.removeEventListener("click", clicked);
  }, [tracker, first]);
  return <TrackerContext.Provider value={tracker}>{children}</TrackerContext.Provider>;
}

/** The handlers that record clicks on, and hovers over, the component of this name. Outside of a provider they do nothing. */
export function useTracker(name: string): TrackerProps {
  const tracker = useContext(TrackerContext);
  return useMemo(() => {
    const record =
      (event_type: ComponentEvent) =>
      (event?: TrackedEvent): void => {
        const element = event?.currentTarget;
        if (event_type === "CLICK" && event?.nativeEvent && tracker) reported.add(event.nativeEvent);
        const dom_info = element instanceof Element ? domInfo(element) : undefined;
        tracker?.trackEvent({ event_type, location_type: "COMPONENT", component_name: name, dom_info });
      };
    return { onClick: record("CLICK"), onMouseEnter: record("HOVER_ENTER"), onMouseLeave: record("HOVER_LEAVE") };
  }, [tracker, name]);
}
