"use client";
// Everything else that the package has, by hand, as its own documentation shows it.
import { clearQueue, EventTracker, flushQueue, trackEvent, type UserEvent } from "@kassa/tracker/react";
import { useEffect, useState } from "react";
import { config } from "../config";

// At once, also on the server that renders.
const tracker: EventTracker = EventTracker.getInstance(config);

const kept: UserEvent[] = [
  {
    timestamp: 0,
    event_id: "9b2f4f0e-5a5c-4d43-9a53-0f3f4d1f7a11",
    event_type: "CLICK",
    location_type: "COMPONENT",
    component_name: "Kept",
    page_path: "/kept",
    page_title: "Kept",
    dom_info: { tag: "BUTTON" },
    user_metadata: { userId: 123 },
  },
];

async function all(): Promise<string> {
  clearQueue();
  tracker.setBatchSize(100);
  tracker.trackEvent({ event_type: "CUSTOM", location_type: "PAGE", user_metadata: { foo: "bar" } });
  const size: number = tracker.getQueueSize();
  await tracker.flushQueue();
  await flushQueue(
    kept.map((event) => ({ ...event, timestamp: Date.now() - 60_000 })),
    config,
  );
  trackEvent({ event_type: "FORGOTTEN" });
  tracker.clearQueue();
  trackEvent({ event_type: "LAST" });
  await flushQueue();
  const owner: number = kept[0].user_metadata.userId;
  return `${size} waited, ${EventTracker.getInstance() === tracker ? "one tracker" : "another tracker"}, ${owner}`;
}

export function Console() {
  const [said, setSaid] = useState("");
  // Before the provider's own effect, when the page is loaded anew.
  useEffect(() => tracker.trackEvent({ event_type: "MOUNTED" }), []);
  return (
    <button id="all" onClick={() => void all().then(setSaid)}>
      All <output id="said">{said}</output>
    </button>
  );
}
