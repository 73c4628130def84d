/** Another was faster: what is another now, and that nothing has happened yet. */
interface Props {
  title: string;
  changes: string[];
  why: string;
}

export const Meanwhile = ({ title, changes, why }: Props) => (
  <div className="meanwhile" role="alert">
    <p>
      <strong>{title}</strong>
    </p>
    <ul>
      {changes.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
    <p>{why}</p>
  </div>
);
