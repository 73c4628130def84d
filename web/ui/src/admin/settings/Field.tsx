/** A member of what is said of the shop: what was set, or what shop.toml says, with the way back to that. */
import { useId, type ReactNode } from "react";
import { useAdmin } from "../words";

interface Props {
  label: string;
  /** What was set; null is as shop.toml has it. */
  set: string | null;
  fallback: string | null;
  change: (to: string | null) => void;
  hint?: string;
  rows?: number;
  most: number;
  children?: ReactNode;
}

export function Field({ label, set, fallback, change, hint, rows, most, children }: Props) {
  const { a } = useAdmin();
  const id = useId();
  const shared = { id, value: set ?? fallback ?? "", placeholder: hint, maxLength: most, dir: "auto" as const };
  return (
    <div className="settings-field">
      <label htmlFor={id}>{label}</label>
      {rows ? (
        <textarea {...shared} rows={rows} onChange={(event) => change(event.target.value)} />
      ) : (
        <input {...shared} autoComplete="off" onChange={(event) => change(event.target.value)} />
      )}
      {children}
      <Back isSet={set !== null} label={label} change={change} word={a.settings.back} as={a.settings.fromFile} />
    </div>
  );
}

interface BackProps {
  isSet: boolean;
  label: string;
  change: (to: null) => void;
  /** On the button, and where nothing was set. */
  word: string;
  as: string;
}

/** The way back to what a file says. */
export function Back({ isSet, label, change, word, as }: BackProps) {
  if (!isSet) return <span className="hint-line">{as}</span>;
  return (
    <button type="button" className="button small" aria-label={`${label}: ${word}`} onClick={() => change(null)}>
      {word}
    </button>
  );
}
