/** The dashboard, also behind a share link. Nothing is asked before it is known that this browser may ask. */
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { Empty } from "../design/Panel";
import { loadWords, wantedLanguage, WordsProvider, type Words } from "../design/words";
import { bear, loginPath, readSession, type Session } from "../lib/session";
import { AccessProvider, accessOf } from "./access";
import { App } from "./App";
import { createClient } from "./data";
import "./dashboard.css";

const SharePassword = lazy(() => import("./SharePassword"));

/** The token of `/share/{token}`, which is taken for every call and for nothing else. */
const shared = /^\/share\/([^/]+)/.exec(location.pathname)?.[1];

async function start(root: Root): Promise<void> {
  if (shared) bear(shared);
  const [session, words] = await Promise.all([readSession(), loadWords(wantedLanguage())]);
  const render = (page: ReactNode): void => root.render(<WordsProvider words={words}>{page}</WordsProvider>);
  if (!shared) {
    if (session && !session.signed_in) return location.replace(loginPath(location));
    return render(<Dashboard session={session} />);
  }
  if (!session) return render(<Gone words={words} />);
  if (!session.signed_in)
    return render(<Suspense fallback={null}>{<SharePassword token={shared} opened={() => void opened(render)} />}</Suspense>);
  showShare(session, render);
}

async function opened(render: (page: ReactNode) => void): Promise<void> {
  const session = await readSession();
  if (session) showShare(session, render);
}

function showShare(session: Session, render: (page: ReactNode) => void): void {
  document.documentElement.dataset["site"] = session.share?.site_id ?? "";
  if (new URLSearchParams(location.search).has("embed")) document.documentElement.classList.add("embedded");
  render(<Dashboard session={session} />);
}

function Dashboard({ session }: { session: Session | undefined }) {
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={createClient()}>
        <AccessProvider value={accessOf(session)}>
          <App />
        </AccessProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}

const Gone = ({ words: { t } }: { words: Words }) => (
  <main id="main" className="wrap">
    <section className="panel no-site">
      <Empty title={t.share.gone} why={t.share.goneWhy} />
    </section>
  </main>
);

const root = document.querySelector("#dashboard");
if (root) void start(createRoot(root));
