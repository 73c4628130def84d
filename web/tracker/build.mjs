// Builds the three outputs into dist/: kassa.js (plain script), index.js (ES module), react.js (ES module, React stays outside).
import { build } from "esbuild";
import { readFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const shared = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  minify: true,
  target: "es2021",
  define: { __VERSION__: JSON.stringify(version), __MODULE__: "true" },
  legalComments: "none",
  logLevel: "warning",
};

// Names of members that stay within the plain script, so that they may be short there: none of the page's, the wire's or of `data-` attributes.
const INTERNAL =
  /^(flushInterval|batchSize|hashRoutes|notFound|outbox|tracker|shown|seen|left|given|set|wrap|options|waiting|leave|clear|add|log)$/;

/** The plain script; `size.mjs` measures what comes of it. */
export const SCRIPT = {
  ...shared,
  define: { ...shared.define, __MODULE__: "false" },
  tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
  entryPoints: ["src/script.ts"],
  outfile: "dist/kassa.js",
  format: "iife",
  mangleProps: INTERNAL,
};
const MODULE = { ...shared, entryPoints: ["src/index.ts"], outfile: "dist/index.js", format: "esm" };
const REACT = {
  ...shared,
  entryPoints: ["src/react.tsx"],
  outfile: "dist/react.js",
  format: "esm",
  external: ["react", "react/jsx-runtime"],
  // To Next's app router it is code for the browser.
  banner: { js: '"use client";' },
};

if (process.argv[1] === import.meta.filename) await Promise.all([SCRIPT, MODULE, REACT].map(build));
