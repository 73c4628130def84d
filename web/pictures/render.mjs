// Writes the demo's pictures into a folder: node pictures/render.mjs FOLDER [what their names begin with...]
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp"; // comes with Next, which the tests of the tracker use
import { Canvas } from "./canvas.mjs";
import { PICTURES } from "./list.mjs";

/** Bytes of a picture; it gets as many colours as fit in. */
const BYTES_MAX = 13_000;
const QUALITIES = [100, 99, 98, 97, 95, 93, 90, 85, 80];

async function png(svg) {
  for (const quality of QUALITIES) {
    const bytes = await sharp(svg).removeAlpha().png({ palette: true, quality, dither: 0, effort: 10, compressionLevel: 9 }).toBuffer();
    if (bytes.length <= BYTES_MAX || quality === QUALITIES.at(-1)) return { bytes, quality };
  }
}

const [folder, ...wanted] = process.argv.slice(2);
const names = Object.keys(PICTURES).filter((name) => !wanted.length || wanted.some((one) => name.startsWith(one)));
mkdirSync(folder, { recursive: true });
let sum = 0;
for (const name of names) {
  const [draw, background, colours, part] = PICTURES[name];
  const canvas = new Canvas(...background);
  draw(canvas, colours ?? {});
  const { bytes, quality } = await png(Buffer.from(canvas.svg(part)));
  writeFileSync(join(folder, `${name}.png`), bytes);
  sum += bytes.length;
  console.log(`${name}: ${bytes.length} bytes, quality ${quality}`);
}
console.log(`${names.length} pictures, ${sum} bytes`);
