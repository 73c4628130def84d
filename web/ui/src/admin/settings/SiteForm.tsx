/** What is set of a site: whose days its reports have, how long events are kept, and what is a page, a source and a visit of one's own. */
import { useState, type FormEvent } from "react";
import type { Site } from "@kassa/client";
import { zones } from "../when";
import { useAdmin } from "../words";
import type { Saving } from "./data";
import { linesOf, pairsOf, textOf } from "./lines";
import { Saved } from "./Saved";

const LISTS = ["origins", "keep_query", "ignore_referrers", "exclude_addresses"] as const;
const SWITCHES = ["allow_keyless", "hash_routes"] as const;

const HINTS = {
  origins: "https://blog.example",
  keep_query: "id",
  ignore_referrers: "pay.example",
  exclude_addresses: "198.51.100.7",
  labels: "192.0.2.0/24 = office",
};

/** What is typed of a site. */
const draftOf = (site: Site) => ({
  timezone: site.timezone,
  keep: String(site.keep_days || ""),
  allow_keyless: site.allow_keyless,
  hash_routes: site.hash_routes,
  slash: site.trailing_slash === "keep",
  origins: site.origins.join("\n"),
  keep_query: site.keep_query.join("\n"),
  ignore_referrers: site.ignore_referrers.join("\n"),
  exclude_addresses: site.exclude_addresses.join("\n"),
  labels: textOf(site.labels),
});

type Draft = ReturnType<typeof draftOf>;

const bodyOf = (draft: Draft, version: number): object => ({
  version,
  timezone: draft.timezone,
  keep_days: Number(draft.keep),
  allow_keyless: draft.allow_keyless,
  hash_routes: draft.hash_routes,
  trailing_slash: draft.slash ? "keep" : "drop",
  labels: pairsOf(draft.labels),
  ...Object.fromEntries(LISTS.map((name) => [name, linesOf(draft[name])])),
});

export function SiteForm({ site, saving }: { site: Site; saving: Saving }) {
  const { a, n } = useAdmin();
  const words = a.settings.site;
  const [draft, setDraft] = useState(() => draftOf(site));
  const [typed, setTyped] = useState("");
  const set = (to: Partial<Draft>): void => setDraft((now) => ({ ...now, ...to }));
  const days = Number(draft.keep);
  // What is older leaves for good.
  const fewer = days > 0 && (site.keep_days === 0 || days < site.keep_days);
  const ready = !fewer || typed.trim() === String(days);
  const send = (): void => void (ready && saving.save(bodyOf(draft, site.version), null));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  return (
    <form className="act-form" aria-label={words.title} onSubmit={submit}>
      <label className="field">
        {words.zone}
        <select value={draft.timezone} onChange={(event) => set({ timezone: event.target.value })}>
          {zones(draft.timezone).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label className="field">
        {words.keepDays}
        <input
          type="number"
          min={1}
          max={36_500}
          step={1}
          value={draft.keep}
          placeholder={words.forEver}
          onChange={(event) => set({ keep: event.target.value })}
        />
      </label>
      {fewer && (
        <>
          <p className="warn">! {words.fewer(words.days(days, n.whole(days)))}</p>
          <label className="field">
            {a.confirm(String(days))}
            <input value={typed} autoComplete="off" inputMode="numeric" onChange={(event) => setTyped(event.target.value)} />
          </label>
        </>
      )}
      {SWITCHES.map((name) => (
        <label key={name} className="switch">
          <input type="checkbox" checked={draft[name]} onChange={(event) => set({ [name]: event.target.checked })} />
          {words.switches[name]}
        </label>
      ))}
      <label className="switch">
        <input type="checkbox" checked={draft.slash} onChange={(event) => set({ slash: event.target.checked })} />
        {words.slash}
      </label>
      {([...LISTS, "labels"] as const).map((name) => (
        <label key={name} className="field">
          {words.lists[name]}
          <textarea
            rows={2}
            dir="ltr"
            spellCheck={false}
            value={draft[name]}
            placeholder={HINTS[name]}
            onChange={(event) => set({ [name]: event.target.value })}
          />
        </label>
      ))}
      <button type="submit" className="button primary" disabled={!ready} aria-busy={saving.busy}>
        {a.settings.save}
      </button>
      <Saved saving={saving} again={send} />
    </form>
  );
}
