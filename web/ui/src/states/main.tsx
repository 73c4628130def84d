/** Every component in every state, for those who work on the design and for the tests of it. The binary has no route to this page. */
import { createRoot } from "react-dom/client";
import { wantedLanguage } from "../design/language";
import { loadWords, WordsProvider } from "../design/words";
import { States } from "./States";
import "../dashboard/dashboard.css";

const root = document.querySelector("#states");
if (root) {
  const words = await loadWords(wantedLanguage());
  createRoot(root).render(
    <WordsProvider words={words}>
      <States />
    </WordsProvider>,
  );
}
