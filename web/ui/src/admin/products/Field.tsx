/** A field of a form with its name, what it is for, and what is wrong with it. */
import { useId, type ReactNode } from "react";

interface Props {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  children: (id: string, described: string | undefined) => ReactNode;
}

export function Field({ label, hint, wrong, children }: Props) {
  const id = useId();
  const described = hint || wrong ? `${id}-of` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, described)}
      {described && (
        <p id={described} className={wrong ? "hint-line wrong" : "hint-line"}>
          {wrong ?? hint}
        </p>
      )}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  set: (value: string) => void;
  hint?: string | undefined;
  wrong?: string | undefined;
  max?: number;
  mode?: "decimal" | "numeric" | "text";
  type?: "text" | "date";
  rows?: number;
  disabled?: boolean;
}

export function TextField({ label, value, set, hint, wrong, max = 255, mode = "text", type = "text", rows, disabled }: TextProps) {
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(id, described) => {
        const shared = { id, value, maxLength: max, disabled, "aria-describedby": described, "aria-invalid": wrong ? true : undefined };
        return rows ? (
          <textarea {...shared} rows={rows} onChange={(event) => set(event.target.value)} />
        ) : (
          <input {...shared} type={type} inputMode={mode} autoComplete="off" onChange={(event) => set(event.target.value)} />
        );
      }}
    </Field>
  );
}
