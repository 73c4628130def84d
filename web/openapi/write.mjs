// Writes docs/openapi.json from the areas and the answers that are kept, without a kassa: after a merge, or when words alone have changed.
import { readFileSync, writeFileSync } from "node:fs";
import { ANSWERS, DOCUMENT, document, text } from "./document.mjs";

writeFileSync(DOCUMENT, text(document(JSON.parse(readFileSync(ANSWERS, "utf8")))));
