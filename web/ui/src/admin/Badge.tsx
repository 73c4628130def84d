/** How an order, a parcel or a message stands: a word, and a colour that says no more than it. */
const TONES: Record<string, "good" | "bad" | "open"> = {
  paid: "good",
  fulfilled: "good",
  delivered: "good",
  sent: "good",
  unpaid: "bad",
  failed: "bad",
  dead: "bad",
  active: "good",
  draft: "open",
  soldOut: "bad",
  low: "bad",
  accepted: "open",
  confirmed: "open",
  unfulfilled: "open",
  partial: "open",
  packed: "open",
  shipped: "open",
  waiting: "open",
};

export const Badge = ({ state, word }: { state: string; word: string }) => (
  <span className="badge" data-tone={TONES[state]} data-state={state}>
    {word}
  </span>
);
