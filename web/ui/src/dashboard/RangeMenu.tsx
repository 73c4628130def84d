/** Which time is shown, and with what it is compared. */
import { useState, type FormEvent } from "react";
import { Popup } from "../design/Popup";
import type { FloatingProps } from "../design/Floating";
import { Icon } from "../design/Icon";
import { useWords } from "../design/words";
import { COMPARES, customEnds, dayEnds, PRESETS, today, type Clock } from "./ranges";
import type { View } from "./view";

interface Props extends FloatingProps {
  view: View;
  change: (next: Partial<View>) => void;
  clock: Clock;
}

export default function RangeMenu({ view, change, clock, anchor, close }: Props) {
  const { t } = useWords();
  const choose = (next: Partial<View>): void => {
    close();
    change(next);
  };
  return (
    <Popup anchor={anchor} close={close} label={t.period} className="range">
      <ul className="choices two" aria-label={t.period}>
        {PRESETS.map(({ period, key }) => (
          <Choice
            key={period}
            title={t.periods[period] ?? period}
            hint={key.toUpperCase()}
            checked={view.period === period}
            choose={() => choose({ period, interval: undefined })}
          />
        ))}
      </ul>
      <Dates
        title={t.custom}
        ends={dayEnds(view.period, clock)}
        latest={today(clock)}
        choose={(period) => choose({ period, interval: undefined })}
      />
      <p className="menu-title">{t.compare}</p>
      <ul className="choices" aria-label={t.compare}>
        {COMPARES.map((compare) => (
          <Choice
            key={compare}
            title={t.compares[compare] ?? compare}
            checked={view.compare === compare}
            choose={() => choose({ compare })}
          />
        ))}
      </ul>
      <Dates title={t.custom} ends={customEnds(view.compare)} latest={today(clock)} choose={(compare) => choose({ compare })} />
    </Popup>
  );
}

function Choice({ title, hint, checked, choose }: { title: string; hint?: string; checked: boolean; choose: () => void }) {
  return (
    <li>
      <button type="button" className="menu-item" aria-pressed={checked} onClick={choose}>
        <span className="menu-mark">{checked && <Icon name="check" />}</span>
        <span className="menu-name">{title}</span>
        {hint && <kbd>{hint}</kbd>}
      </button>
    </li>
  );
}

function Dates({
  title,
  ends,
  latest,
  choose,
}: {
  title: string;
  ends: [string, string] | undefined;
  latest: string;
  choose: (range: string) => void;
}) {
  const { t } = useWords();
  const [from, setFrom] = useState(ends?.[0] ?? latest);
  const [to, setTo] = useState(ends?.[1] ?? latest);
  const good = customEnds(`${from}..${to}`);
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    if (good) choose(good.join(".."));
  };
  return (
    <form className="dates" aria-label={title} onSubmit={apply}>
      <label>
        {t.from}
        <input type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        {t.to}
        <input type="date" value={to} onChange={(event) => setTo(event.target.value)} />
      </label>
      <button type="submit" className="button" disabled={!good}>
        {t.apply}
      </button>
    </form>
  );
}
