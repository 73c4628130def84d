/**
 * The React side: `<TrackerProvider config={…}>` around the application, `useTracker("BuyButton")` in a component.
 *
 *     const tracker = useTracker("BuyButton");
 *     <button {...tracker}>Buy</button>
 */
import { createContext, useContext, useEffect, useMemo, useRef, type ReactNode } from "react";
import type { ComponentEvent } from "./events";
import { createSink, type Sink, type TrackerConfig } from "./sink";

export type { TrackerConfig } from "./sink";

/** Handlers for one component; spread them on its element or call them. */
export interface ComponentTracker {
  onClick: (event?: TrackedEvent) => void;
  onMouseEnter: (event?: TrackedEvent) => void;
  onMouseLeave: (event?: TrackedEvent) => void;
}

/** The part of a React event that is read. */
export interface TrackedEvent {
  currentTarget?: unknown;
  nativeEvent?: Event;
}

type Handed = { sink?: Sink; handled: WeakSet<Event> };

const TrackerContext = createContext<{ current: Handed } | undefined>(undefined);

// One sink for one address however often a provider is mounted: React's strict mode mounts twice, and history is wrapped for good.
const sinks = new Map<string, Sink>();

function sinkFor(config: TrackerConfig): Sink {
  const key = config.endpointUrl + " " + (config.writeKey ?? "");
  let sink = sinks.get(key);
  if (!sink) sinks.set(key, (sink = createSink(config)));
  return sink;
}

/** Records page views and page clicks, and lets `useTracker` work below it. The config is read once, when it is first mounted. */
export function TrackerProvider({ config, children }: { config: TrackerConfig; children?: ReactNode }): ReactNode {
  const handed = useRef<Handed>({ handled: new WeakSet() });
  const first = useRef(config);
  useEffect(() => {
    const sink = sinkFor(first.current);
    handed.current.sink = sink;
    const clicked = (event: MouseEvent): void => {
      // A click that a tracked component has reported is not reported again.
      if (event.target instanceof Element && !handed.current.handled.has(event)) sink.click(event.target);
    };
    document.addEventListener("click", clicked);
    // What still waits is sent by the outbox, which outlives the provider.
    return () => document.removeEventListener("click", clicked);
  }, []);
  return <TrackerContext.Provider value={handed}>{children}</TrackerContext.Provider>;
}

/** The handlers that record clicks on, and hovers over, the component of this name. Outside of a provider they do nothing. */
export function useTracker(name: string): ComponentTracker {
  const handed = useContext(TrackerContext);
  return useMemo(() => {
    const record = (type: ComponentEvent) => (event?: TrackedEvent): void => {
      const element = event?.currentTarget;
      if (type === "CLICK" && event?.nativeEvent) handed?.current.handled.add(event.nativeEvent);
      handed?.current.sink?.component(name, type, element instanceof Element ? element : undefined);
    };
    return { onClick: record("CLICK"), onMouseEnter: record("HOVER_ENTER"), onMouseLeave: record("HOVER_LEAVE") };
  }, [handed, name]);
}
