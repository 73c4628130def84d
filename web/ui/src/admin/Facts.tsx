/** What is known of one thing, each fact under its name; those that are not known are left out. */
import { CopyButton } from "../design/Panel";
import { useAdmin } from "./words";

export type Fact = [name: string, text: string | null | undefined];

interface Props {
  facts: Fact[];
  /** By which the thing is known elsewhere. */
  id?: string;
}

export function Facts({ facts, id }: Props) {
  const { a } = useAdmin();
  return (
    <dl className="facts">
      {facts
        .filter(([, text]) => text)
        .map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{text}</bdi>
            </dd>
          </div>
        ))}
      {id && (
        <div>
          <dt>{a.order.id}</dt>
          <dd>
            <code>{id}</code> <CopyButton text={id} />
          </dd>
        </div>
      )}
    </dl>
  );
}
