// Fails when the plain script is over its budget: 3,000 bytes after gzip -9. Builds it anew and writes nothing.
import { build } from "esbuild";
import { gzipSync } from "node:zlib";
import { SCRIPT } from "./build.mjs";

const BUDGET = 3000;
const { outputFiles } = await build({ ...SCRIPT, write: false });
const script = outputFiles[0].contents;
const size = gzipSync(script, { level: 9 }).length;
console.log(`kassa.js: ${size} bytes gzip of ${BUDGET} (${script.length} plain)`);
if (size > BUDGET) process.exit(1);
