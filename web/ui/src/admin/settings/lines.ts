/** Lists as they are typed: one of a kind in each line. */
export const linesOf = (text: string): string[] =>
  text
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter(Boolean);

/** `192.0.2.0/24 = office`, one in each line. */
export const pairsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    linesOf(text).map((line) => {
      const [name = "", ...rest] = line.split("=");
      return [name.trim(), rest.join("=").trim()];
    }),
  );

export const textOf = (pairs: Record<string, string>): string =>
  Object.entries(pairs)
    .map(([name, word]) => `${name} = ${word}`)
    .join("\n");
