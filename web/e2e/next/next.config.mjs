// A shop of Next's app router for next.test.mjs, as static files. Its types are checked when it is built.
import { join } from "node:path";

export default {
  output: "export",
  turbopack: { root: join(import.meta.dirname, "../..") },
};
