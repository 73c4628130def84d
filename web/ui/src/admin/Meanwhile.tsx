/** Another was faster: what is another now, and that nothing has happened yet. */
import { useAdmin } from "./words";

interface Props {
  changes: string[];
  why?: string;
}

const show = (at: HTMLElement | null): void => at?.scrollIntoView({ block: "nearest" });

export function Meanwhile({ changes, why }: Props) {
  const { changed } = useAdmin().a;
  return (
    <div className="meanwhile" role="alert" ref={show}>
      <p>
        <strong>{changed.title}</strong>
      </p>
      <ul>
        {changes.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <p>{why ?? changed.why}</p>
    </div>
  );
}
