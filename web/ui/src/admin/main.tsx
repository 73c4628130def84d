/** The admin: where the shop is run. Nothing is asked before it is known who this browser is. */
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { wantedLanguage } from "../design/language";
import { UndoProvider } from "../design/Undo";
import { loadWords, WordsProvider } from "../design/words";
import { Guard } from "../dashboard/Broken";
import { askSession, loginPath, type Session } from "../lib/session";
import { App } from "./App";
import { WhoProvider, whoOf } from "./who";
import { AdminWords, loadAdmin } from "./words";
import "./admin.css";

const createClient = (): QueryClient =>
  new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 5_000, refetchOnWindowFocus: false, networkMode: "always" } } });

async function start(root: Root): Promise<void> {
  const language = wantedLanguage();
  const [session, words, texts] = await Promise.all([askSession().catch(() => undefined), loadWords(language), loadAdmin(language)]);
  if (session && !session.signed_in) return location.replace(loginPath(location));
  const skip = document.querySelector(".skip");
  if (skip) skip.textContent = texts.skip;
  root.render(
    <WordsProvider words={words}>
      <AdminWords texts={texts}>
        <Guard>
          <Parts session={session}>
            <App />
          </Parts>
        </Guard>
      </AdminWords>
    </WordsProvider>,
  );
}

const Parts = ({ session, children }: { session: Session | undefined; children: ReactNode }) => (
  <CSPProvider disableStyleElements>
    <QueryClientProvider client={createClient()}>
      <UndoProvider>
        <WhoProvider value={whoOf(session)}>{children}</WhoProvider>
      </UndoProvider>
    </QueryClientProvider>
  </CSPProvider>
);

const root = document.querySelector("#admin");
if (root) void start(createRoot(root));
