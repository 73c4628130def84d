/** A share link: what of the site it shows, to whom and until when. */
import { useState } from "react";
import { CopyButton } from "../../design/Panel";
import { useWords, type Words } from "../../design/words";
import { Field, Form, useSegments, type FormProps } from "./thing";

const PANELS = ["pages", "sources", "places", "devices", "events", "products", "revenue", "live", "funnels", "retention", "paths"];
const DAY = "YYYY-MM-DD".length;

export const panelName = (panel: string, t: Words["t"]): string => t.panels[panel] ?? t.kept.parts[panel] ?? panel;

export function ShareForm({ site, ...form }: FormProps & { site: string }) {
  const { t } = useWords();
  const { thing } = form;
  const [name, setName] = useState(thing?.name ?? "");
  const [segment, setSegment] = useState((thing?.["segment"] as string | null | undefined) ?? "");
  const [panels, setPanels] = useState((thing?.["panels"] as string[] | null | undefined) ?? PANELS);
  const end = (thing?.["expires_at"] as string | null | undefined) ?? "";
  const [until, setUntil] = useState(end.slice(0, DAY));
  const [password, setPassword] = useState("");
  const segments = useSegments(site);
  const toggle = (panel: string): void => setPanels(panels.includes(panel) ? panels.filter((one) => one !== panel) : [...panels, panel]);
  const members = {
    name,
    segment: segment || null,
    // One that is not limited has what later versions add.
    panels: PANELS.every((panel) => panels.includes(panel)) && panels.length === PANELS.length ? null : panels,
    expires_at: !until ? null : until === end.slice(0, DAY) ? end : `${until}T23:59:59Z`,
    ...(password ? { password } : {}),
  };
  return (
    <Form {...form} members={members} open={!name}>
      <Field label={t.kept.name} value={name} set={setName} />
      <select aria-label={t.kept.titles["segments"]} value={segment} onChange={(event) => setSegment(event.target.value)}>
        <option value="">{`${t.of["segment"]}: ${t.all}`}</option>
        {segments?.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
      <label>
        {t.kept.until} <input type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
      </label>
      <Field label={thing ? t.kept.newPassword : t.kept.password} value={password} set={setPassword} type="password" />
      <details>
        <summary>{t.kept.panels}</summary>
        {PANELS.map((panel) => (
          <label key={panel} className="switch">
            <input type="checkbox" checked={panels.includes(panel)} onChange={() => toggle(panel)} /> {panelName(panel, t)}
          </label>
        ))}
      </details>
    </Form>
  );
}

/** A link that was made: the server says it once. */
export function MadeLink({ path }: { path: string }) {
  const { t } = useWords();
  const made = location.origin + path;
  return (
    <div role="status" className="snippet">
      <p>{t.kept.once}</p>
      <code dir="ltr">{made}</code>
      <CopyButton text={made} />
      <CopyButton text={`<iframe src="${made}?embed" width="100%" height="900"></iframe>`} label={t.kept.embed} />
    </div>
  );
}
