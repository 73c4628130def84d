// How much JavaScript the pages bring, after `npm run build`, in bytes gzip: each page's first view, each part that comes later, and all together as one
// reader comes to load it: with the texts of one language, the longest. More than the design allows is an error.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const ALLOWED = {
  dashboard: { first: 180_000, part: 60_000, all: 260_000 },
  // Beyond what it shares with the dashboard.
  admin: { first: 160_000, part: 60_000, all: 160_000, beyond: "dashboard" },
  shop: { first: 50_000, part: 50_000, all: 50_000 },
};
// Texts of a language that is not in every page, such as `de.admin-….js`.
const LANGUAGE = /^assets\/([a-z]{2})[.-]/;
const DIST = join(import.meta.dirname, "dist");

const size = (path) => gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length;
const sum = (paths) => [...paths].reduce((bytes, path) => bytes + size(path), 0);
const names = readdirSync(join(DIST, "assets")).filter((name) => name.endsWith(".js"));

for (const [page, { first, part, all, beyond }] of Object.entries(ALLOWED)) {
  const own = loadedBy(page);
  const shared = beyond ? loadedBy(beyond).all : new Set();
  const rest = [...own.all].filter((path) => !shared.has(path));
  const begin = rest.filter((path) => own.first.has(path));
  const largest = Math.max(0, ...rest.filter((path) => !own.first.has(path)).map(size));
  const [atFirst, whole] = [sum(begin), inOneLanguage(rest)];
  console.log(`${page}: first view ${atFirst} bytes gzip, largest later part ${largest}, all ${whole}, with every language ${sum(rest)}`);
  if (atFirst > first || largest > part || whole > all) {
    console.error(`allowed: ${first}, ${part} and ${all}`);
    process.exitCode = 1;
  }
}

/** All but the texts of languages, and those of the longest. */
function inOneLanguage(paths) {
  const languages = new Map();
  for (const path of paths) {
    const language = LANGUAGE.exec(path)?.[1];
    languages.set(language, (languages.get(language) ?? 0) + size(path));
  }
  const rest = languages.get(undefined) ?? 0;
  languages.delete(undefined);
  return rest + Math.max(0, ...languages.values());
}

/** What a page loads at first, and all that it may come to load: what a file names of the other files, and what those name. */
function loadedBy(page) {
  const html = readFileSync(join(DIST, `${page}.html`), "utf8");
  const first = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path));
  const all = new Set(first);
  for (const path of all) {
    const text = readFileSync(join(DIST, path), "utf8");
    for (const name of names) if (text.includes(name)) all.add(`assets/${name}`);
  }
  return { first, all };
}
