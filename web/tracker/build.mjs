// Builds the three outputs into dist/: kassa.js (plain script), index.js (ES module), react.js (ES module, React stays outside).
import { build } from "esbuild";
import { readFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const shared = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  minify: true,
  target: "es2020",
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: "none",
  logLevel: "warning",
};

/** The plain script; `size.mjs` measures what comes of it. */
export const SCRIPT = { ...shared, entryPoints: ["src/script.ts"], outfile: "dist/kassa.js", format: "iife" };
const MODULE = { ...shared, entryPoints: ["src/index.ts"], outfile: "dist/index.js", format: "esm" };
const REACT = { ...shared, entryPoints: ["src/react.tsx"], outfile: "dist/react.js", format: "esm", external: ["react", "react/jsx-runtime"] };

if (process.argv[1] === import.meta.filename) await Promise.all([SCRIPT, MODULE, REACT].map(build));
