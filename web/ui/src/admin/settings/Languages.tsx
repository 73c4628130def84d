/** In which languages the shop is, the first of which its pages begin in. */
import { useAdmin } from "../words";
import { Back } from "./Field";

type Language = "en" | "de" | "ar";

const ALL: Language[] = ["en", "de", "ar"];

interface Props {
  set: Language[] | null;
  fallback: Language[] | null;
  change: (to: Language[] | null) => void;
}

export function Languages({ set, fallback, change }: Props) {
  const { a } = useAdmin();
  const chosen = set ?? fallback ?? ALL;
  const toggle = (one: Language, on: boolean): void => {
    const next = on ? [...chosen, one] : chosen.filter((other) => other !== one);
    if (next.length > 0) change(next);
  };
  return (
    <fieldset className="settings-field">
      <legend>{a.settings.shop.languages}</legend>
      {[...chosen, ...ALL.filter((one) => !chosen.includes(one))].map((one) => (
        <label key={one} className="switch">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            disabled={chosen.length === 1 && chosen.includes(one)}
            onChange={(event) => toggle(one, event.target.checked)}
          />
          {a.settings.shop.names[one]}
        </label>
      ))}
      {chosen.length === 1 && <p className="hint-line">{a.settings.shop.oneAtLeast}</p>}
      <Back isSet={set !== null} label={a.settings.shop.languages} change={change} word={a.settings.back} as={a.settings.fromFile} />
    </fieldset>
  );
}
