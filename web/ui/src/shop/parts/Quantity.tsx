/** How many: a number between two buttons. */
import { useEffect, useState } from "react";
import { useWords } from "../words";

export function Quantity({ label, value, max, change }: { label: string; value: number; max: number; change(value: number): void }) {
  const { t } = useWords();
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const settle = (): void => {
    const number = Math.max(1, Math.min(max, Math.round(Number(text)) || value));
    setText(String(number));
    if (number !== value) change(number);
  };
  return (
    <span className="quantity" role="group" aria-label={label}>
      <button type="button" aria-label={t.less} disabled={value <= 1} onClick={() => change(value - 1)}>
        −
      </button>
      <input
        inputMode="numeric"
        aria-label={label}
        value={text}
        onChange={(event) => setText(event.currentTarget.value.replace(/\D/g, "").slice(0, 2))}
        onBlur={settle}
        onKeyDown={(event) => event.key === "Enter" && settle()}
      />
      <button type="button" aria-label={t.more} disabled={value >= max} onClick={() => change(value + 1)}>
        +
      </button>
    </span>
  );
}
