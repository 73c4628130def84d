// A shop of another origin for the tracker's tests: pages that load /kassa.js from the server under test, and React pages that speak the batch
// dialect. Two addresses on loopback are two origins.
import { build } from "esbuild";
import { createServer } from "node:http";
import { join } from "node:path";

const REACT_PAGE = `
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { TrackerProvider, useTracker } from "./react.tsx";

function BuyButton() {
  const tracker = useTracker("BuyButton");
  return <button id="buy" className="btn" {...tracker}>Buy</button>;
}
const query = new URLSearchParams(location.search);
const config = {
  endpointUrl: query.get("to"), writeKey: query.get("key") ?? undefined,
  batchSize: 10, flushInterval: 100, appName: "fixture", appVersion: "2.0.0", user: { userId: 7 }, log: true,
};
createRoot(document.getElementById("root")).render(
  <StrictMode>
    <TrackerProvider config={config}>
      <BuyButton />
      <p id="text">Only text</p>
    </TrackerProvider>
  </StrictMode>,
);
`;

/** Of React's two builds: strict mode mounts everything twice in that for development only. */
async function bundleReact(mode) {
  const { outputFiles } = await build({
    stdin: { contents: REACT_PAGE, loader: "tsx", resolveDir: join(import.meta.dirname, "../tracker/src") },
    bundle: true,
    write: false,
    format: "iife",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": JSON.stringify(mode), __VERSION__: '"e2e"', __MODULE__: "true" },
  });
  return outputFiles[0].text;
}

/**
 * Serves `/shop?from=<server>&key=<site>` and `/react?to=<endpoint>`; `pages` has further ones by path, made of the query; any other path is the shop again,
 * for its own history. A page may wait for another one: `GET /until?<word>` is answered when somebody has asked for `/say?<word>`.
 */
export async function startFixture(pages = {}) {
  const react = await bundleReact("development");
  const saying = new Map();
  const word = (text) => {
    if (!saying.has(text)) {
      const said = {};
      said.promise = new Promise((resolve) => (said.resolve = resolve));
      saying.set(text, said);
    }
    return saying.get(text);
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://fixture");
    if (url.pathname === "/react.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(react);
    if (url.pathname === "/say") word(url.search).resolve();
    if (url.pathname === "/until") await word(url.search).promise;
    const make = pages[url.pathname] ?? (url.pathname === "/react" ? () => '<div id="root"></div><script src="/react.js"></script>' : shop);
    const content = make(url.searchParams);
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

/** The line that a shop puts into its pages; `more` are further attributes. */
export const script = (query, more = "") =>
  `<script defer src="${query.get("from")}/kassa.js" data-write-key="${query.get("key")}" ${more}></script>`;

const shop = (query) => `<button id="buy">Buy</button><a id="next" href="/next?${query}">Next</a>${script(query)}`;
