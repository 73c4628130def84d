// The storefront: written against React, built with Preact in its place, which is a tenth of the size; beside the other pages in dist/. With
// KASSA_SHOP_WITH=react it is built with React itself, to KASSA_SHOP_OUT.
import { defineConfig } from "vite";
import base from "./vite.config.mjs";

const PREACT = {
  "react-dom/client": `${import.meta.dirname}/src/shop/root.ts`,
  "react-dom": "preact/compat",
  "react/jsx-runtime": "preact/jsx-runtime",
  react: "preact/compat",
};
const { build } = base;

export default defineConfig({
  ...base,
  // What lies in public/ comes with the other pages.
  publicDir: false,
  resolve: { alias: process.env.KASSA_SHOP_WITH === "react" ? {} : PREACT },
  build: {
    ...build,
    outDir: process.env.KASSA_SHOP_OUT ?? "dist",
    emptyOutDir: false,
    rolldownOptions: { ...build.rolldownOptions, input: `${import.meta.dirname}/shop.html` },
  },
});
