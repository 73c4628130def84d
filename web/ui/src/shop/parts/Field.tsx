/** A field with its label, and below it what is wrong with it. */
import { useId, type ComponentProps } from "react";
import { useWords } from "../words";

type FieldProps = Omit<ComponentProps<"input">, "onChange" | "id"> & {
  label: string;
  value: string;
  change(value: string): void;
  problem?: string | undefined;
};

export function Field({ label, value, change, problem, required, ...more }: FieldProps) {
  const { t } = useWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {!required && <span className="soft">{t.optional}</span>}
      </label>
      <input
        {...more}
        id={id}
        value={value}
        required={required}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onChange={(event) => change(event.currentTarget.value)}
      />
      {problem && (
        <p id={`${id}-problem`} className="problem">
          {problem}
        </p>
      )}
    </div>
  );
}
