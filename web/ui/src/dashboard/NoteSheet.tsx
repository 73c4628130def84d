/** A note at a time of the chart. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Failure } from "../design/Panel";
import { Sheet } from "../design/Sheet";
import { useWords } from "../design/words";
import { api } from "../server/call";
import { instant } from "./ranges";

interface Props {
  site: string;
  zone: string;
  /** The bucket, in the site's time. */
  label: string;
  close: () => void;
}

export default function NoteSheet({ site, zone, label, close }: Props) {
  const { t, times } = useWords();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [error, setError] = useState<Error>();
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const at = instant(label.slice(0, 16).replace(" ", "T"), zone);
    api.createAnnotation({ body: { site_id: site, at, text } }).then(() => {
      close();
      return client.invalidateQueries({ queryKey: ["report"] });
    }, setError);
  };
  return (
    <Sheet title={t.notes.at(times.full(label))} close={close} className="centre">
      <form className="form-line" onSubmit={save}>
        <input
          autoFocus
          aria-label={t.notes.note}
          placeholder={t.notes.note}
          maxLength={500}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button primary" disabled={!text.trim()}>
          {t.alerts.save}
        </button>
      </form>
      {error && <Failure error={error} at={Date.now()} whole retry={() => setError(undefined)} />}
    </Sheet>
  );
}
