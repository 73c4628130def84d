/** What is put into pages and programs so that events come, in the ways that there are. */
export type Way = "script" | "module" | "react" | "server";
export const WAYS: Way[] = ["script", "module", "react", "server"];

export function snippetOf(way: Way, origin: string, writeKey: string): string {
  const key = JSON.stringify(writeKey);
  switch (way) {
    case "script":
      return `<script defer src="${origin}/kassa.js" data-write-key="${attribute(writeKey)}"></script>`;
    case "module":
      return `import { createTracker } from "@kassa/tracker";

const kassa = createTracker({ writeKey: ${key}, endpoint: "${origin}" });
kassa.track("Product Viewed", { sku: "mug" });`;
    case "react":
      return `import { TrackerProvider } from "@kassa/tracker/react";

<TrackerProvider config={{ endpointUrl: "${origin}/v1/batch", writeKey: ${key} }}>
  <App />
</TrackerProvider>;`;
    case "server":
      return `curl ${origin}/v1/batch -u ${quoted(`${writeKey}:`)} \\
  -d '{"batch":[{"type":"track","event":"Product Viewed","userId":"customer-7","properties":{"sku":"mug"}}]}'`;
  }
}

const attribute = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w:.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
