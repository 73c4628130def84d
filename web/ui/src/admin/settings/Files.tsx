/** What stands in files: each key as it is written there, its value, and where it was set. */
import type { Settings } from "@kassa/client";
import { useAdmin } from "../words";

export function Files({ files }: { files: Settings }) {
  const { a } = useAdmin();
  const words = a.settings.files;
  const textOf = (value: unknown): string => {
    if (typeof value === "boolean") return value ? words.yes : words.no;
    if (Array.isArray(value)) return value.length ? value.join(", ") : words.none;
    return value === "" || value === null || value === undefined ? words.none : String(value);
  };
  return (
    <section className="panel across" aria-label={words.title}>
      <h2>{words.title}</h2>
      <p className="hint-line">{words.why}</p>
      <p className="hint-line breaks">
        <bdi>{files.file ? words.file(files.file) : words.noFile}</bdi>
      </p>
      <p className="hint-line breaks">
        <bdi>{words.shopFile(files.shop_file)}</bdi>
      </p>
      <table className="table list files">
        <caption className="unseen">{words.title}</caption>
        <thead>
          <tr>
            <th scope="col">{words.key}</th>
            <th scope="col">{words.value}</th>
            <th scope="col">{words.where}</th>
          </tr>
        </thead>
        <tbody>
          {files.settings.map(({ key, value, source }) => (
            <tr key={key} data-key={key} data-source={source}>
              <th scope="row">
                <code>{key}</code>
              </th>
              <td className="breaks">
                <bdi>{textOf(value)}</bdi>
              </td>
              <td className={source === "default" ? "hint-line" : undefined}>{words.sources[source]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
