import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contrast, distance, fromOklch, seen, SIGHTS, type Rgb } from "./colour";

const SRC = join(import.meta.dirname, "../src");
const tokens = readFileSync(join(SRC, "design/tokens.css"), "utf8");
/** The demo shop at / and what it has from lib/ are not of this design. */
const sheets = (readdirSync(SRC, { recursive: true }) as string[]).filter((path) => path.endsWith(".css") && !/^(prop|lib)\b/.test(path));
const read = (path: string): string => readFileSync(join(SRC, path), "utf8").replaceAll(/\/\*.*?\*\//gs, "");

/** Every opaque colour, by its name, light and dark. */
const COLOURS = new Map<string, [Rgb, Rgb]>();
for (const [, name = "", light = "", dark = ""] of tokens.matchAll(/--([\w-]+): light-dark\(oklch\(([\d. ]+)\), oklch\(([\d. ]+)\)\);/g)) {
  const rgb = (text: string): Rgb => fromOklch(...(text.split(" ").map(Number) as [number, number, number]));
  COLOURS.set(name, [rgb(light), rgb(dark)]);
}
const colour = (name: string, theme: number): Rgb => {
  const found = COLOURS.get(name)?.[theme];
  if (!found) throw new Error(`no token --${name}`);
  return found;
};
const THEMES = [
  ["light", 0],
  ["dark", 1],
] as const;

const SURFACES = ["paper", "card", "sunken"];
/** What is written on what; all pairs that the components make. */
const TEXT: [string, string[]][] = [
  ["ink", [...SURFACES, "accent-wash", "accent-wash-strong", "bad-wash"]],
  ["soft", ["paper", "card", "sunken"]],
  ["accent", ["paper", "card", "accent-wash"]],
  ["accent-ink", ["accent"]],
  ["good", ["paper", "card"]],
  ["bad", ["paper", "card"]],
  ["warn", ["paper", "card"]],
  ["tip-ink", ["tip"]],
];
/** Borders of fields, lines and marks. */
const MARKS: [string, string[]][] = [
  ["edge", ["paper", "card"]],
  ["accent", SURFACES],
  ["bad", [...SURFACES, "bad-wash"]],
  ["middling", ["card"]],
  ["series-1", ["card"]],
  ["series-2", ["card"]],
  ["series-3", ["card"]],
  ["series-4", ["card"]],
  ["series-other", ["card"]],
];

test.each(THEMES)("text and marks stand out in the %s theme", (_, theme) => {
  const weak = [...TEXT.map((pair) => [...pair, 4.5] as const), ...MARKS.map((pair) => [...pair, 3] as const)].flatMap(
    ([front, backs, least]) =>
      backs
        .map((back) => [front, back, contrast(colour(front, theme), colour(back, theme)), least] as const)
        .filter(([, , has]) => has < least),
  );
  expect(weak).toEqual([]);
});

const APART: string[][] = [
  ["series-1", "series-2", "series-3", "series-4"],
  ["good", "bad"],
];

test.each(THEMES)("series, and better and worse, differ for every sight in the %s theme", (_, theme) => {
  const near = APART.flatMap((names) =>
    names.flatMap((one, index) =>
      names.slice(index + 1).flatMap((other) =>
        Object.entries(SIGHTS)
          .map(
            ([sight, matrix]) =>
              [one, other, sight, distance(seen(matrix, colour(one, theme)), seen(matrix, colour(other, theme)))] as const,
          )
          .filter(([, , , apart]) => apart < 15),
      ),
    ),
  );
  expect(near).toEqual([]);
});

test("lengths are tokens: no px but 0, 1 and 2 elsewhere", () => {
  const found = sheets
    .filter((path) => !path.endsWith("tokens.css"))
    .flatMap((path) =>
      read(path)
        .split("\n")
        .filter((line) => !line.includes("@media"))
        .flatMap((line) =>
          [...line.matchAll(/(?<![\w.])(\d*\.?\d+)px/g)].filter(([, size]) => Number(size) > 2).map(() => `${path}: ${line.trim()}`),
        ),
    );
  expect(found).toEqual([]);
});

test("a font's size and weight are tokens", () => {
  const found = sheets.flatMap((path) =>
    [...read(path).matchAll(/font-(?:size|weight): (?!var\(--|inherit)([^;]+);/g)].map(([line]) => `${path}: ${line}`),
  );
  expect(found).toEqual([]);
});

test("nothing moves for more than 200 ms, and nothing but opacity and place", () => {
  const time = (text: string): number[] =>
    [...text.matchAll(/([\d.]+)(ms|s)\b/g)].map(([, size, unit]) => Number(size) * (unit === "s" ? 1000 : 1));
  const limits = [...tokens.matchAll(/--(quick|slow): ([^;]+);/g)].map(([, name, value]) => [name, time(value ?? "")[0]]);
  expect(limits).toEqual([
    ["quick", 120],
    ["slow", 200],
  ]);
  for (const path of sheets) {
    for (const [line, , value = ""] of read(path).matchAll(/(transition|animation): ([^;]+);/g))
      expect(Math.max(0, ...time(value)), `${path}: ${line}`).toBeLessThanOrEqual(200);
    for (const [line, value = ""] of read(path).matchAll(/transition: ([^;]+);/g))
      expect(value, `${path}: ${line}`).toMatch(/^(none|(opacity|transform) )/);
    for (const [, frames = ""] of read(path).matchAll(/@keyframes [\w-]+ \{((?:[^{}]*\{[^{}]*\})*)/g))
      for (const [, property] of frames.matchAll(/([\w-]+):/g)) expect(["opacity", "transform"], path).toContain(property);
  }
});
