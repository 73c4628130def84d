/** The ES module: `import { createTracker } from "@kassa/tracker"`. */
export { createTracker, isPrivate } from "./tracker";
export type { Config, Properties, Tracker } from "./tracker";
