// As applications of system B's package are configured: everything is given, `debug` and `log` are switches. Pages go on to the test's server.
import type { TrackerConfig } from "@kassa/tracker/react";

export const config: TrackerConfig = {
  endpointUrl: process.env.NEXT_PUBLIC_TRACKER_URL || "/__to__/track",
  batchSize: 5,
  flushInterval: 100,
  appName: "Next shop",
  appVersion: "0.1.0",
  debug: false,
  log: true,
};
