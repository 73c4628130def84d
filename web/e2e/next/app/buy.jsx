"use client";
import { TrackerContext, useTracker } from "@kassa/tracker/react";
import { useContext } from "react";

export function BuyButton() {
  const { onClick } = useTracker("BuyButton");
  const tracker = useContext(TrackerContext);
  const buy = (event) => {
    onClick(event);
    tracker.trackEvent({ event_type: "BOUGHT", user_metadata: { plan: "gold" } });
  };
  return (
    <button id="buy" onClick={buy}>
      Buy
    </button>
  );
}
