/** The storefront. The server writes every page with its data in it; this shows the same and goes on from there. */
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { begin, readData } from "./navigation";
import { titleOf } from "./titles";
import { loadWords } from "./words";
import "./shop.css";

const root = document.querySelector("#root");
const data = readData(document);
if (root && data) {
  const words = await loadWords(data.shop.languages);
  if (data.shop.colour) document.documentElement.style.setProperty("--brand", data.shop.colour);
  begin(data, titleOf(words));
  createRoot(root).render(<App words={words} />);
}
