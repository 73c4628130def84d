// A style that comes with a part of a page may come before the page's own: each says in which order the layers count.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "../src");
const ORDER = /^(\/\*[^]*?\*\/\s*)?@layer base, components, page;/;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" });
const text = (file: string): string => readFileSync(join(SRC, file), "utf8");
/** What scripts import. */
const imported = new Set(
  files
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => [...text(file).matchAll(/import "([^"]+\.css)"/g)].map(([, path = ""]) => join(file, "..", path))),
);

test.each([...imported].filter((file) => text(file).includes("@layer page")))("%s says the order of the layers", (file) => {
  expect(text(file)).toMatch(ORDER);
});
