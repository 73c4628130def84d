/** One refused event: why, what helps, and the bytes that were sent. */
import type { DeadLetter } from "@kassa/client";
import { CopyButton, Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { TableSkeleton } from "../../design/Table";
import { AskError } from "../../server/call";
import { Facts, type Fact } from "../Facts";
import { clockTime, longDay } from "../when";
import { useAdmin } from "../words";
import { useLetter } from "./data";
import { Discard } from "./Discard";
import { TakeAgain } from "./TakeAgain";

export default function LetterSheet({ id, close }: { id: string; close: () => void }) {
  const { a } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useLetter(id);
  const gone = error instanceof AskError && error.status === 404;
  return (
    <Sheet title={data ? (a.events.letters.reasons[data.reason] ?? data.reason) : a.events.letters.title} close={close}>
      <div className="sheet-body act">
        {!data && !error && <TableSkeleton rows={6} />}
        {gone && <p className="empty">{a.events.letters.gone}</p>}
        {error && !gone && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
        {data && <Whole letter={data} close={close} />}
      </div>
    </Sheet>
  );
}

function Whole({ letter, close }: { letter: DeadLetter; close: () => void }) {
  const { a, n } = useAdmin();
  const facts: Fact[] = [
    [a.events.letters.detail, letter.detail],
    [a.events.letters.fix, a.events.letters.fixes[letter.reason] ?? null],
    [a.events.site, letter.site_id],
    [a.events.letters.came, `${longDay(letter.received_at, n.locale)}, ${clockTime(letter.received_at, n.locale)}`],
    [a.events.letters.dialect, letter.dialect],
  ];
  return (
    <>
      <Facts facts={facts} id={letter.id} />
      <section aria-label={a.events.letters.again} className="part">
        <TakeAgain asked={{ id: letter.id }} label={a.events.letters.again} />
        <p className="hint-line">{a.events.letters.againWhy}</p>
        <Discard asked={{ id: letter.id }} reason={letter.reason} done={close} />
      </section>
      <section aria-label={a.events.letters.original}>
        <h3>
          {a.events.letters.original} <CopyButton text={letter.original} />
        </h3>
        <pre className="payload" tabIndex={0} dir="ltr">
          {pretty(letter.original)}
        </pre>
      </section>
    </>
  );
}

/** JSON with a member a line; anything else as it came. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
