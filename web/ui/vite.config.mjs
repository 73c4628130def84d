// Four pages, static output in dist/, which the binary embeds. Nothing is inlined: the server's policy is default-src 'self'.
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: ["index.html", "dashboard.html", "definitions.html", "login.html"].map((page) => `${import.meta.dirname}/${page}`),
    },
  },
});
