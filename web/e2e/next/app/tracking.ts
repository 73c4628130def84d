// An application's own hook over the package's: handlers of its own around the component's, and events with what it knows of the visitor.
import { TrackerContext, useTracker, type TrackerProps } from "@kassa/tracker/react";
import { useCallback, useContext, type MouseEvent } from "react";
import { useVisitor } from "./providers";

type Metadata = Record<string, unknown>;

export function useShopTracker(componentName: string, extra: Metadata = {}) {
  const tracker = useContext(TrackerContext);
  const base = useTracker(componentName);
  const visitor = useVisitor();
  const report = useCallback(
    (eventType: string, metadata: Metadata = {}) => {
      if (!tracker) return console.warn("no tracker");
      tracker.trackEvent({ event_type: eventType, user_metadata: { ...visitor, ...extra, ...metadata } });
    },
    [tracker, visitor, extra],
  );
  const handlers: TrackerProps = {
    onClick: (event: MouseEvent) => {
      base.onClick?.(event);
      tracker?.trackEvent({ event_type: "PRESSED", ...extra, ...{ colour: "red" } });
      report("CLICK");
    },
    onMouseEnter: base.onMouseEnter,
    onMouseLeave: (event: MouseEvent<HTMLElement>) => base.onMouseLeave(event),
  };
  // The package's own is passed on without its tracker.
  return { ...handlers, report, trackEvent: tracker?.trackEvent };
}
