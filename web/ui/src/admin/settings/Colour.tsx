/** The shop's colour, and in words how readable white text on it is. */
import { useId } from "react";
import { useAdmin } from "../words";
import { CONTRAST_MIN, whiteOn } from "./contrast";
import { Back } from "./Field";

const OURS = "#0f6b4f";

interface Props {
  set: string | null;
  fallback: string | null;
  change: (to: string | null) => void;
}

export function Colour({ set, fallback, change }: Props) {
  const { a, n } = useAdmin();
  const id = useId();
  const shown = set ?? fallback;
  const ratio = shown ? whiteOn(shown) : undefined;
  const readable = ratio !== undefined && ratio >= CONTRAST_MIN;
  // Never more than it is: 4.49 is not 4.5.
  const text = n.decimal(Math.floor((ratio ?? 0) * 10) / 10);
  return (
    <div className="settings-field">
      <label htmlFor={id}>{a.settings.shop.colour}</label>
      <input id={id} type="color" value={shown ?? OURS} onChange={(event) => change(event.target.value)} />
      <p
        role="status"
        data-contrast={ratio === undefined ? "none" : readable ? "good" : "bad"}
        className={ratio && !readable ? "warn" : "hint-line"}
      >
        {ratio === undefined && a.settings.shop.noColour}
        {ratio !== undefined && (readable ? a.settings.contrast.good(text) : `! ${a.settings.contrast.bad(text)}`)}
      </p>
      <Back isSet={set !== null} label={a.settings.shop.colour} change={change} word={a.settings.back} as={a.settings.fromFile} />
    </div>
  );
}
