/** The dashboard, also behind a share link. Nothing is asked before it is known that this browser may ask. */
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { Mark } from "../design/Icon";
import { Empty } from "../design/Panel";
import { wantedLanguage } from "../design/language";
import { loadWords, WordsProvider, type Words } from "../design/words";
import { askSession, bear, loginPath, readSession, SessionError, type Session } from "../lib/session";
import { AccessProvider, accessOf } from "./access";
import { App } from "./App";
import { Guard } from "./Broken";
import { createClient } from "./data";
import "./dashboard.css";

const SharePassword = lazy(() => import("./SharePassword"));

/** The token of `/share/{token}`, which is taken for every call and for nothing else. */
const shared = /^\/share\/([^/]+)/.exec(location.pathname)?.[1];

async function start(root: Root): Promise<void> {
  if (shared) bear(shared);
  const [session, words] = await Promise.all([askSession().catch(asError), loadWords(wantedLanguage())]);
  const render = (page: ReactNode): void =>
    root.render(
      <WordsProvider words={words}>
        <Guard>{page}</Guard>
      </WordsProvider>,
    );
  if (!shared) {
    if (session instanceof Error) return render(<Dashboard session={undefined} />);
    if (!session.signed_in) return location.replace(loginPath(location));
    return render(<Dashboard session={session} />);
  }
  if (session instanceof Error) return render(<NoShare error={session} words={words} />);
  // What is no link at all is not sent as one: whoever is logged in would see their own page under its address.
  if (session.caller !== "share") return render(<NoShare error={new SessionError(404, 0, "")} words={words} />);
  if (!session.signed_in)
    return render(<Suspense fallback={null}>{<SharePassword token={shared} opened={() => void opened(render)} />}</Suspense>);
  showShare(session, render);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

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

/** A link that the server refuses is gone; a server that does not answer says nothing of the link. */
function NoShare({ error, words: { t } }: { error: Error; words: Words }) {
  const gone = error instanceof SessionError && error.status >= 400 && error.status < 500 && error.status !== 429;
  const again = (
    <button type="button" className="button" onClick={() => location.reload()}>
      {t.retry}
    </button>
  );
  return (
    <main id="main" className="wrap">
      <section className="panel share-password">
        <Mark />
        {gone ? <Empty title={t.share.gone} why={t.share.goneWhy} /> : <Empty title={t.errors.unreached} action={again} />}
      </section>
    </main>
  );
}

const root = document.querySelector("#dashboard");
if (root) void start(createRoot(root));
