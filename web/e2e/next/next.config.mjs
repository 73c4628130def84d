// A page of Next's app router for next.test.mjs, as static files.
import { join } from "node:path";

export default {
  output: "export",
  turbopack: { root: join(import.meta.dirname, "../..") },
};
