// How much JavaScript the pages bring, after `npm run build`, in bytes gzip: each page's first view, each part that comes later, and all together. More than
// the design allows is an error.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const ALLOWED = {
  dashboard: { first: 180_000, part: 60_000, all: 260_000 },
  shop: { first: 50_000, part: 50_000, all: 50_000 },
};
const DIST = join(import.meta.dirname, "dist");

const size = (path) => gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length;
const sum = (paths) => [...paths].reduce((bytes, path) => bytes + size(path), 0);
const names = readdirSync(join(DIST, "assets")).filter((name) => name.endsWith(".js"));

for (const [page, allowed] of Object.entries(ALLOWED)) {
  const html = readFileSync(join(DIST, `${page}.html`), "utf8");
  const first = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path));
  // What a file names of the other files, and what those name.
  const all = new Set(first);
  for (const path of all) {
    const text = readFileSync(join(DIST, path), "utf8");
    for (const name of names) if (text.includes(name)) all.add(`assets/${name}`);
  }
  const later = [...all].filter((path) => !first.has(path));
  const largest = Math.max(0, ...later.map(size));
  console.log(`${page}: first view ${sum(first)} bytes gzip, largest later part ${largest}, all ${sum(all)}`);
  if (sum(first) > allowed.first || largest > allowed.part || sum(all) > allowed.all) {
    console.error(`allowed: ${allowed.first}, ${allowed.part} and ${allowed.all}`);
    process.exitCode = 1;
  }
}
