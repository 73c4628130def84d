/** The dashboard. Nothing is asked before it is known that this browser may ask. */
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { loadWords, wantedLanguage, WordsProvider } from "../design/words";
import { loginPath, readSession } from "../lib/session";
import { App } from "./App";
import { createClient } from "./data";
import "./dashboard.css";

async function start(root: HTMLElement): Promise<void> {
  const [session, words] = await Promise.all([readSession(), loadWords(wantedLanguage())]);
  if (session && !session.signed_in) return location.replace(loginPath(location));
  createRoot(root).render(
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={createClient()}>
        <WordsProvider words={words}>
          <App session={session} />
        </WordsProvider>
      </QueryClientProvider>
    </CSPProvider>,
  );
}

const root = document.querySelector<HTMLElement>("#dashboard");
if (root) void start(root);
