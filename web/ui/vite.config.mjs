// Five pages and the one of all states, static output in dist/, which the binary embeds. Nothing is inlined: the server's policy is default-src 'self'.
import { defineConfig } from "vite";

const AREA = /\/src\/admin\/([a-z]+)\//;
const areaOf = (file) => `admin-${AREA.exec(file)?.[1]}`;

export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: "es2022",
    // light-dark(), OKLCH and :has() as they are.
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // "use client" in a package says nothing to pages that are all client.
      onLog: (level, log, handle) => log.code === "MODULE_LEVEL_DIRECTIVE" || handle(level, log),
      // What is opened in one area of the admin is one file: many small ones are a fifth larger together.
      output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: areaOf, test: AREA }] } },
      input: ["admin.html", "api.html", "dashboard.html", "definitions.html", "login.html", "states.html"].map(
        (page) => `${import.meta.dirname}/${page}`,
      ),
    },
  },
});
