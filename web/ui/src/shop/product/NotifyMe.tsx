/** Sold out: who leaves an address hears when it is back. */
import { useState, type FormEvent } from "react";
import { call, Refused } from "../server";
import type { Variant } from "../types";
import { Field } from "../parts/Field";
import { useWords } from "../words";

export function NotifyMe({ variant }: { variant: Variant }) {
  const { t } = useWords();
  const [email, setEmail] = useState("");
  const [state, setState] = useState<"asking" | "sending" | "done">("asking");
  const [problem, setProblem] = useState<string>();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    setState("sending");
    setProblem(undefined);
    const body = { email: email.trim(), language: document.documentElement.lang };
    call(`/v1/products/sku:${encodeURIComponent(variant.sku)}/notify-me`, { body }).then(
      () => setState("done"),
      (error: unknown) => {
        setState("asking");
        setProblem(error instanceof Refused && error.message ? error.message : t.notAnswered);
      },
    );
  };
  if (state === "done")
    return (
      <p className="notice" role="status">
        {t.notify.done}
      </p>
    );
  return (
    <form className="notify" onSubmit={send}>
      <p>{t.notify.text}</p>
      <Field
        label={t.fields.email}
        type="email"
        name="email"
        autoComplete="email"
        required
        value={email}
        change={setEmail}
        problem={problem}
      />
      <button className="button" disabled={state === "sending"}>
        {t.notify.send}
      </button>
    </form>
  );
}
