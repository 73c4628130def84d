// A shop of another origin for the tracker's tests: a page that loads /kassa.js from the server under test, and a React page that speaks the batch
// dialect. Two addresses on loopback are two origins.
import { build } from "esbuild";
import { createServer } from "node:http";
import { join } from "node:path";

const REACT_PAGE = `
import { createRoot } from "react-dom/client";
import { TrackerProvider, useTracker } from "./react.tsx";

function BuyButton() {
  const tracker = useTracker("BuyButton");
  return <button id="buy" className="btn" {...tracker}>Buy</button>;
}
const query = new URLSearchParams(location.search);
const config = { endpointUrl: query.get("to"), batchSize: 10, flushInterval: 100, appName: "fixture", appVersion: "2.0.0", user: { userId: 7 } };
createRoot(document.getElementById("root")).render(
  <TrackerProvider config={config}>
    <BuyButton />
    <p id="text">Only text</p>
  </TrackerProvider>,
);
`;

async function bundleReact() {
  const { outputFiles } = await build({
    stdin: { contents: REACT_PAGE, loader: "tsx", resolveDir: join(import.meta.dirname, "../tracker/src") },
    bundle: true,
    write: false,
    format: "iife",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"', __VERSION__: '"e2e"' },
  });
  return outputFiles[0].text;
}

/** Serves `/shop?kassa=<server>&key=<site>` and `/react?to=<endpoint>`; any other path is the shop again, for its own history. */
export async function startFixture() {
  const react = await bundleReact();
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://fixture");
    if (url.pathname === "/react.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(react);
    const content = url.pathname === "/react" ? '<div id="root"></div><script src="/react.js"></script>' : shop(url.searchParams);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html><title>Fixture</title>${content}`);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const shop = (query) => `<button id="buy">Buy</button><a id="next" href="/next?${query}">Next</a>
<script defer src="${query.get("kassa")}/kassa.js" data-write-key="${query.get("key")}"></script>`;
