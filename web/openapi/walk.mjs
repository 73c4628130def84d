// Values of JSON, walked to their texts and numbers.

/** The same value with `text` of each text and `number` of each number, which are told the member that holds it. */
export function walk(value, text, number = (same) => same, key = "") {
  if (typeof value === "string") return text(value, key);
  if (typeof value === "number") return number(value, key);
  if (Array.isArray(value)) return value.map((one) => walk(one, text, number, key));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, text, number, name)]));
}

/** The same value with what was saved in place of `{name}`. */
export const filled = (value, saved) =>
  walk(value, (text) => {
    const whole = /^\{(\w+)\}$/.exec(text);
    if (whole && whole[1] in saved) return saved[whole[1]];
    return text.replaceAll(/\{(\w+)\}/g, (all, name) => (name in saved ? String(saved[name]) : all));
  });
