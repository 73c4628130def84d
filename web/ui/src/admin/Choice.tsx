/** One of a few words by which a list is narrowed, or any of them. */
interface Props {
  label: string;
  any: string;
  all: readonly string[];
  word: (one: string) => string;
  value: string;
  set: (value: string) => void;
}

export const Choice = ({ label, any, all, word, value, set }: Props) => (
  <select aria-label={label} value={value} onChange={(event) => set(event.target.value)}>
    <option value="">{any}</option>
    {all.map((one) => (
      <option key={one} value={one}>
        {word(one)}
      </option>
    ))}
  </select>
);
