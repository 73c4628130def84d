/** A further site: its id, its time zone and whose pages may send. */
import { useState, type FormEvent } from "react";
import { Failure } from "../../design/Panel";
import { useUndo } from "../../design/Undo";
import { useOnce } from "../once";
import { zoneName, zones } from "../when";
import { useAdmin } from "../words";

export function NewSite() {
  const { a } = useAdmin();
  const offer = useUndo();
  const [id, setId] = useState("");
  const [timezone, setTimezone] = useState(zoneName);
  const [origins, setOrigins] = useState("");
  const once = useOnce("createSite", () => (setId(""), setOrigins(""), offer(a.events.sites.made(id.trim()))), { keyed: false });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (id.trim()) once.send({ body: { id: id.trim(), timezone, origins: origins.split(/\s+/).filter(Boolean) } });
  };
  return (
    <section className="panel" aria-label={a.events.sites.add}>
      <h2>{a.events.sites.add}</h2>
      <form className="act-form" onSubmit={submit}>
        <label className="field">
          {a.events.sites.id}
          <input
            value={id}
            maxLength={255}
            placeholder={a.events.sites.idHint}
            autoComplete="off"
            onChange={(event) => setId(event.target.value)}
          />
        </label>
        <label className="field">
          {a.events.sites.zone}
          <select value={timezone} onChange={(event) => setTimezone(event.target.value)}>
            {zones(timezone).map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label className="field">
          {a.events.sites.originsLabel}
          <textarea
            rows={2}
            dir="ltr"
            value={origins}
            placeholder="https://blog.example"
            onChange={(event) => setOrigins(event.target.value)}
          />
        </label>
        {once.error && <Failure error={once.error} at={Date.now()} whole={false} retry={once.again} />}
        <button type="submit" className="button primary" disabled={!id.trim()} aria-busy={once.busy}>
          {a.events.sites.go}
        </button>
      </form>
    </section>
  );
}
