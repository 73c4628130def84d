/** The ES module: `import { createTracker } from "@kassa/tracker"`. */
export { isPrivate } from "./consent";
export { createTracker } from "./tracker";
export type { Config, Properties, Tracker } from "./tracker";
