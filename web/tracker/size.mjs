// Fails when the plain script is over its budget: 2,048 bytes after gzip -9.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 2048;
const script = readFileSync(new URL("dist/kassa.js", import.meta.url));
const size = gzipSync(script, { level: 9 }).length;
console.log(`kassa.js: ${size} bytes gzip of ${BUDGET} (${script.length} plain)`);
if (size > BUDGET) process.exit(1);
