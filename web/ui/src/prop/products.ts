/** What the demo shop sells. The real catalogue comes with the shop. */
import { ART } from "./art";

/** A product; the price in cents. */
export interface Product {
  slug: string;
  name: string;
  category: Category;
  cents: number;
  tile: "sand" | "sage" | "sky" | "rose";
  line: string;
  text: string;
  art: string;
}

/** The shelves; each is a page of its own. */
export const CATEGORIES = ["Kitchen", "Desk", "Home", "Carry"] as const;
export type Category = (typeof CATEGORIES)[number];

type Row = [name: string, category: Category, cents: number, tile: Product["tile"], line: string, text: string];

const ROWS: Row[] = [
  [
    "Stoneware Mug",
    "Kitchen",
    1800,
    "sand",
    "Holds 350 ml and its heat",
    "Thrown by hand, glazed twice, and heavy enough to stay where you put it. Goes in the dishwasher; comes out the same.",
  ],
  [
    "Gooseneck Kettle",
    "Kitchen",
    6400,
    "sky",
    "Pours exactly where you look",
    "A slow, thin stream for coffee that deserves it. Brushed steel, one litre, for any stove.",
  ],
  [
    "Walnut Board",
    "Kitchen",
    4200,
    "sage",
    "One piece, oiled, 38 cm",
    "Cut from a single plank so that there is no glue to give up. Gets better with every loaf.",
  ],
  [
    "Field Notebook",
    "Desk",
    1200,
    "rose",
    "96 pages that lie flat",
    "Thread-sewn, dotted, and thin enough for a back pocket. The paper takes a fountain pen without a ghost.",
  ],
  [
    "Brass Pen",
    "Desk",
    3400,
    "sage",
    "Turns warm, then golden",
    "Solid brass that ages with your hand. Takes the common refill that every shop has.",
  ],
  [
    "Desk Lamp",
    "Desk",
    8900,
    "sand",
    "Three joints, no wobble",
    "Warm light where the work is and none in your eyes. Counterweighted, so that it stays.",
  ],
  [
    "Potted Fern",
    "Home",
    2600,
    "sky",
    "Forgives a week away",
    "A Boston fern in a clay pot. Likes shade, a drink on Sundays, and being talked to.",
  ],
  [
    "Soy Candle",
    "Home",
    2200,
    "rose",
    "Cedar, smoke, a little fig",
    "Burns for forty hours with a cotton wick. The jar is a good glass afterwards.",
  ],
  [
    "Wall Clock",
    "Home",
    5800,
    "sage",
    "Silent sweep, ash rim",
    "No tick at night. One battery lasts about two years, and the hands stay readable from across a room.",
  ],
  [
    "Linen Tote",
    "Carry",
    2800,
    "sand",
    "Folds to nothing, carries a lot",
    "Heavy washed linen with long handles. Room for a week of vegetables or one large idea.",
  ],
  [
    "Everyday Pack",
    "Carry",
    9600,
    "sky",
    "18 litres, weatherproof",
    "A roll-top that keeps out an honest rain, and a sleeve that keeps a laptop off the ground.",
  ],
  [
    "Wool Beanie",
    "Carry",
    3200,
    "rose",
    "Merino, knitted in the round",
    "No seams, no itch, one size. Warm when wet, and it knows its way back into shape.",
  ],
];

export const PRODUCTS: Product[] = ROWS.map(([name, category, cents, tile, line, text]) => {
  const slug = name.toLowerCase().replaceAll(" ", "-");
  return { slug, name, category, cents, tile, line, text, art: ART[slug] ?? "" };
});

export const productAt = (slug: string): Product | undefined => PRODUCTS.find((product) => product.slug === slug);

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

export const priceText = (cents: number): string => dollars.format(cents / 100);
