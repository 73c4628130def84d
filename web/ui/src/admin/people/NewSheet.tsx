/** Somebody new: a name, what they may do, and their key, which is shown this once. */
import { useState, type FormEvent } from "react";
import type { NewKey } from "@kassa/client";
import { CopyButton, Failure } from "../../design/Panel";
import { Sheet } from "../../design/Sheet";
import { Secret } from "../Secret";
import { useOnce } from "../once";
import { useSites } from "../sites";
import { useAdmin } from "../words";
import { loginAddress, SCOPES, type KeyScope } from "./data";

export default function NewSheet({ close }: { close: () => void }) {
  const { a } = useAdmin();
  const [made, setMade] = useState<NewKey>();
  return (
    <Sheet title={made?.name ?? a.people.add} close={close} className="act-sheet">
      {made ? <Made made={made} /> : <Form done={setMade} />}
    </Sheet>
  );
}

function Form({ done }: { done: (made: NewKey) => void }) {
  const { a } = useAdmin();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<KeyScope[]>([]);
  const [site, setSite] = useState("");
  const sites = (useSites().data ?? []).map(({ id }) => id);
  const once = useOnce("createKey", (answer) => done(answer as NewKey), { keyed: false });
  const all = scopes.includes("admin");
  const ready = name.trim() !== "" && scopes.length > 0;
  const body = { name: name.trim(), scopes, ...(site && !all && { site }) };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) once.send({ body });
  };
  const toggle = (scope: KeyScope): void =>
    setScopes((now) => (now.includes(scope) ? now.filter((one) => one !== scope) : [...now, scope]));
  return (
    <form className="sheet-body act" onSubmit={submit} noValidate>
      <label className="field">
        {a.people.name}
        <input
          value={name}
          maxLength={100}
          placeholder={a.people.nameHint}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <fieldset className="scopes">
        <legend>{a.people.may}</legend>
        {SCOPES.map((scope) => (
          <label key={scope} className="scope">
            <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
            <span>
              <strong>{a.people.scopes[scope]}</strong> <code>{scope}</code>
              <span className="hint-line">{a.people.scopesWhy[scope]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {sites.length > 1 && (
        <label className="field">
          {a.people.site}
          <select value={all ? "" : site} disabled={all} onChange={(event) => setSite(event.target.value)}>
            <option value="">{a.people.anySite}</option>
            {sites.map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
      )}
      {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={once.again} />}
      <p className="act-foot">
        <button type="submit" className="button primary" disabled={!ready} aria-busy={once.busy}>
          {a.people.go}
        </button>
      </p>
    </form>
  );
}

function Made({ made }: { made: NewKey }) {
  const { a } = useAdmin();
  return (
    <div className="sheet-body act">
      <Secret title={a.people.once} why={a.people.onceWhy(made.name)} label={a.people.key} secret={made.key} copy={a.people.copyKey}>
        <dl className="facts">
          <div>
            <dt>{a.people.login}</dt>
            <dd>
              <a href={loginAddress()}>{loginAddress()}</a>
            </dd>
          </div>
        </dl>
        <p>
          <CopyButton text={a.people.message(loginAddress(), made.key)} label={a.people.copyBoth} />
        </p>
      </Secret>
    </div>
  );
}
