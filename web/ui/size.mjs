// How much JavaScript the dashboard brings, after `npm run build`, in bytes gzip: its first view, each part that comes later, and all together. More than
// the design allows is an error.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const FIRST_MAX = 180_000;
const PART_MAX = 60_000;
const ALL_MAX = 260_000;
const DIST = join(import.meta.dirname, "dist");

const size = (path) => gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length;
const html = readFileSync(join(DIST, "dashboard.html"), "utf8");
const first = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path));

/** What a file names of the other files, and what those name. */
const all = new Set(first);
const names = readdirSync(join(DIST, "assets")).filter((name) => name.endsWith(".js"));
for (const path of all) {
  const text = readFileSync(join(DIST, path), "utf8");
  for (const name of names) if (text.includes(name)) all.add(`assets/${name}`);
}

const sum = (paths) => [...paths].reduce((bytes, path) => bytes + size(path), 0);
const later = [...all].filter((path) => !first.has(path));
const largest = Math.max(0, ...later.map(size));
console.log(`dashboard: first view ${sum(first)} bytes gzip, largest later part ${largest}, all ${sum(all)}`);
if (sum(first) > FIRST_MAX || largest > PART_MAX || sum(all) > ALL_MAX) {
  console.error(`allowed: ${FIRST_MAX}, ${PART_MAX} and ${ALL_MAX}`);
  process.exitCode = 1;
}
