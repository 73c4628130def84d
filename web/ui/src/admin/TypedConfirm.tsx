/** What cannot be taken back: what it does in words, and something that is typed before the button can be pressed. */
import { useState, type FormEvent } from "react";
import { useAdmin } from "./words";

interface Props {
  title: string;
  why: string;
  /** What is typed. */
  word: string;
  go: () => void;
  busy: boolean;
}

export function TypedConfirm({ title, why, word, go, busy }: Props) {
  const { a } = useAdmin();
  const [typed, setTyped] = useState("");
  const ready = typed.trim() === word;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready && !busy) go();
  };
  return (
    <details>
      <summary>{title}</summary>
      <form className="act-form" onSubmit={submit}>
        <p>{why}</p>
        <label className="field">
          {a.confirm(word)}
          <input
            value={typed}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={!ready} aria-busy={busy}>
          {title}
        </button>
      </form>
    </details>
  );
}
