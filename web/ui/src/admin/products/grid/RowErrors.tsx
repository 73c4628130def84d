/** What is wrong with a whole row, and the choice where another has changed it. */
import { useAdmin } from "../../words";

interface Props {
  text: string;
  decide: boolean;
  still: () => void;
  leave: () => void;
}

export function RowErrors({ text, decide, still, leave }: Props) {
  const { a } = useAdmin();
  const p = a.products;
  return (
    <div className="row-errors" role="alert">
      <span className="wrong">{text}</span>
      {decide && (
        <span className="row-choice">
          <button type="button" className="button small" onClick={still}>
            {a.changed.still(p.save)}
          </button>
          <button type="button" className="button small" onClick={leave}>
            {p.takeTheirs}
          </button>
        </span>
      )}
    </div>
  );
}
