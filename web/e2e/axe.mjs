// What axe finds wrong with a page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** All violations outside of `passing` (what is dimmed because it is about to go), each with the elements that it is about. By the debugger: the page's policy lets no other script in. */
export async function audit(page, passing = ".stale") {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: AXE });
  return page.evaluate(
    async (exclude) => {
      const { violations } = await globalThis.axe.run({ exclude });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
    },
    [passing],
  );
}
