/** What a product is called, where it is found, and what is said of it. */
import { useAdmin } from "../words";
import type { Edits, Fields, Wrong } from "./draft";
import { TextField } from "./Field";

interface Props {
  draft: { fields: Fields; wrong: Wrong; set: (edits: Edits) => void };
  may: boolean;
  /** It is not there yet: its address is made of its name. */
  fresh?: boolean;
}

export function About({ draft: { fields, wrong, set }, may, fresh }: Props) {
  const { a } = useAdmin();
  const p = a.products;
  const why = (name: keyof Wrong): string | undefined => wrong[name] && p.wrong[wrong[name]];
  return (
    <section className="panel form-panel" aria-label={p.about}>
      <h2>{p.about}</h2>
      <TextField label={p.fields.name} value={fields.name} wrong={why("name")} disabled={!may} set={(name) => set({ name })} />
      <TextField
        label={p.fields.description}
        value={fields.description}
        max={10_000}
        rows={6}
        disabled={!may}
        set={(description) => set({ description })}
      />
      <TextField
        label={p.fields.slug}
        value={fields.slug}
        hint={fresh ? p.slugFresh : p.slugHint(`${location.origin}/p/${fields.slug}`)}
        wrong={why("slug")}
        max={80}
        disabled={!may}
        set={(slug) => set({ slug })}
      />
    </section>
  );
}
