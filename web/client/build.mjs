// Writes src/operations.ts from docs/openapi.json, and builds dist/index.js, an ES module without dependencies. The licence goes along.
import { build } from "esbuild";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { operations } from "./operations.mjs";

const document = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/openapi.json"), "utf8"));
writeFileSync(join(import.meta.dirname, "src/operations.ts"), operations(document));
await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["src/index.ts"],
  outfile: "dist/index.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
});
copyFileSync(join(import.meta.dirname, "../../LICENSE"), join(import.meta.dirname, "LICENSE"));
