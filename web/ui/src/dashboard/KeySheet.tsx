/** Every key that there is. */
import { KeyLists, type KeyList } from "../design/KeyLists";
import { useWords } from "../design/words";
import { PRESETS } from "./ranges";

export default function KeySheet({ close }: { close: () => void }) {
  const { t } = useWords();
  const lists: KeyList[] = [
    [
      t.period,
      [
        ...PRESETS.map(({ period, key }): [string, string] => [key.toUpperCase(), t.periods[period] ?? period]),
        ["← →", t.keys.step],
        ["X", t.keys.compare],
      ],
    ],
    [
      t.keys.page,
      [
        ["⌘K, Ctrl K, /", t.palette.title],
        ["Esc", t.dropFilters],
        ["?", t.keys.title],
      ],
    ],
    [
      t.keys.chart,
      [
        ["← → Home End", t.keys.read],
        ["Shift ← →", t.keys.select],
        ["Enter", t.keys.zoom],
        ["T", t.chart.table],
        ["N", t.keys.note],
      ],
    ],
  ];
  return <KeyLists lists={lists} close={close} />;
}
