/** Who of the staff gets mails, and about what. */
import { useState, type FormEvent } from "react";
import type { Staff } from "@kassa/client";
import { useAdmin } from "../words";
import type { Saving } from "./data";
import { Back } from "./Field";
import { linesOf } from "./lines";
import { Saved } from "./Saved";

type Topic = Staff["topics"][number];

const TOPICS: Topic[] = ["new-order", "stock-low", "stock-out", "audit-red", "alert", "webhook-disabled", "report"];

interface Props {
  staff: Staff;
  etag: string | null;
  saving: Saving;
}

export function StaffForm({ staff, etag, saving }: Props) {
  const { a } = useAdmin();
  const [text, setText] = useState(staff.addresses.join("\n"));
  const [topics, setTopics] = useState<Topic[]>(staff.topics);
  const [isSet, setIsSet] = useState(staff.is_set);
  const send = (): void =>
    void saving.save({ addresses: isSet.addresses ? linesOf(text) : null, topics: isSet.topics ? topics : null }, etag);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  const silent = topics.length === 0 || (isSet.addresses ? linesOf(text).length === 0 : staff.addresses.length === 0);
  return (
    <form className="panel" aria-label={a.settings.staff.title} onSubmit={submit}>
      <h2>{a.settings.staff.title}</h2>
      <p className="hint-line">{a.settings.staff.why}</p>
      <div className="settings-field">
        <label htmlFor="staff-addresses">{a.settings.staff.addresses}</label>
        <textarea
          id="staff-addresses"
          rows={3}
          dir="ltr"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setIsSet((now) => ({ ...now, addresses: true }));
          }}
        />
        <Back
          isSet={isSet.addresses}
          label={a.settings.staff.addresses}
          change={() => setIsSet((now) => ({ ...now, addresses: false }))}
          word={a.settings.staff.back}
          as={a.settings.staff.configured}
        />
      </div>
      <fieldset className="settings-field">
        <legend>{a.settings.staff.topics}</legend>
        {TOPICS.map((topic) => (
          <label key={topic} className="switch">
            <input
              type="checkbox"
              checked={topics.includes(topic)}
              onChange={(event) => {
                setTopics((now) => TOPICS.filter((one) => (one === topic ? event.target.checked : now.includes(one))));
                setIsSet((now) => ({ ...now, topics: true }));
              }}
            />
            {a.settings.staff.topic[topic]}
          </label>
        ))}
      </fieldset>
      {silent && <p className="warn">! {a.settings.staff.nobody}</p>}
      <button type="submit" className="button primary" aria-busy={saving.busy}>
        {a.settings.save}
      </button>
      <Saved saving={saving} again={send} />
    </form>
  );
}
