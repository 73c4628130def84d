"use client";
import { useShopTracker } from "./tracking";

const EXTRA = { page_part: "top" };

export function BuyButton() {
  const { onClick, report, trackEvent } = useShopTracker("BuyButton", EXTRA);
  return (
    <>
      <button id="buy" onClick={onClick}>
        Buy
      </button>
      <button id="docs" onClick={() => trackEvent?.({ event_type: "NAV_TO_DOCS" })} onMouseDown={() => report("HELD", { ms: 1 })}>
        Docs
      </button>
    </>
  );
}
