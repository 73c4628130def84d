/** What the forms of kept things have in common: a thing, what is asked of its form, and fields. */
import type { FormEvent, ReactNode } from "react";
import { useWords } from "../../design/words";
import { useGet } from "../data";

/** Anything that is kept for a site, as the API shows it. */
export interface Thing {
  id: string;
  version: number;
  name: string;
  [member: string]: unknown;
}

/** A form makes a thing, or its next version where there is one to change. */
export interface FormProps {
  thing: Thing | undefined;
  save: (members: object) => Promise<void>;
  cancel: () => void;
}

/** Where one who wants to change a thing goes on; as a ref it holds once, when the form comes. */
export const focusFirst = (form: HTMLElement | null): void => form?.querySelector("input")?.focus();

interface Props extends FormProps {
  children: ReactNode;
  /** What its fields say, as the thing's own members. */
  members: object;
  /** Something is still to be filled in. */
  open: boolean;
}

export function Form({ thing, save, cancel, children, members, open }: Props) {
  const { t } = useWords();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void save(members);
  };
  return (
    <form className="form-line" onSubmit={submit}>
      {children}
      <button type="submit" className="button" disabled={open}>
        {thing ? t.alerts.save : t.kept.add}
      </button>
      {thing && (
        <button type="button" className="button" onClick={cancel}>
          {t.kept.cancel}
        </button>
      )}
    </form>
  );
}

interface FieldProps {
  label: string;
  value: string;
  set: (value: string) => void;
  type?: string;
}

export const Field = ({ label, value, set, type = "text" }: FieldProps) => (
  <input aria-label={label} placeholder={label} type={type} value={value} onChange={(event) => set(event.target.value)} />
);

/** The site's segments, under one key wherever they are asked for. */
export const useSegments = (site: string, enabled = true): Thing[] | undefined =>
  useGet<{ results: Thing[] }>("listSegments", { site_id: site, limit: 100 }, enabled).data?.results;
