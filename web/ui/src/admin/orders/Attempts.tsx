/** Each time that something was sent, and what the other side said. */
import { useAdmin } from "../words";
import { shortTime } from "../when";

export interface Attempt {
  number: number;
  at: string;
  outcome: string;
  status: number | null;
  answer: string;
}

export function Attempts({ attempts, open = false }: { attempts: Attempt[]; open?: boolean }) {
  const { a, n } = useAdmin();
  if (!attempts.length) return null;
  return (
    <details className="attempts" open={open}>
      <summary>{a.messages.attempts(attempts.length, n.whole(attempts.length))}</summary>
      <ol>
        {attempts.map((one) => (
          <li key={one.number}>
            {shortTime(one.at, n.locale)} · {a.messages.outcomes[one.outcome] ?? one.outcome}
            {one.status !== null && ` · ${one.status}`}
            {one.answer && <code className="answer">{one.answer}</code>}
          </li>
        ))}
      </ol>
    </details>
  );
}
