/** A person's data: as a file for them, or taken out of everything; their orders keep their money. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../design/Panel";
import { api } from "../../server/call";
import { useOnce } from "../once";
import { useAdmin } from "../words";

export function Person({ email, close }: { email: string; close: () => void }) {
  const { a } = useAdmin();
  const [error, setError] = useState<Error>();
  const [typed, setTyped] = useState("");
  const erase = useOnce("erasePerson", close, { keyed: false });
  const ready = typed.trim().toLowerCase() === email.toLowerCase();
  const save = (): void => {
    setError(undefined);
    api.exportPerson({ body: { email } }).then((data) => download(`${email}.json`, data), setError);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) erase.send({ body: { email } });
  };
  return (
    <section aria-label={a.customers.data} className="person">
      <h3>{a.customers.data}</h3>
      <p>
        <button type="button" className="button" onClick={save}>
          {a.customers.export}
        </button>
      </p>
      {(error ?? erase.error) && (
        <Failure error={(error ?? erase.error) as Error} at={Date.now()} whole={false} retry={() => (error ? save() : erase.again())} />
      )}
      <details>
        <summary>{a.customers.erase}</summary>
        <form className="act-form" onSubmit={submit}>
          <p>{a.customers.eraseWhy}</p>
          <label className="field">
            {a.confirm(email)}
            <input
              value={typed}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          <button type="submit" className="button" disabled={!ready} aria-busy={erase.busy}>
            {a.customers.eraseGo}
          </button>
        </form>
      </details>
    </section>
  );
}

function download(name: string, data: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url));
}
