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

await Promise.all([
  build({ ...shared, entryPoints: ["src/script.ts"], outfile: "dist/kassa.js", format: "iife" }),
  build({ ...shared, entryPoints: ["src/index.ts"], outfile: "dist/index.js", format: "esm" }),
  build({ ...shared, entryPoints: ["src/react.tsx"], outfile: "dist/react.js", format: "esm", external: ["react", "react/jsx-runtime"] }),
]);
