// What the stand-in shop sells: a few categories, things with and without variants, some of them sold out, and names that try the pages.
const euros = (amount_minor) => ({ amount_minor, currency: "EUR" });

export const CATEGORIES = [
  { id: 1, slug: "kitchen", name: "Kitchen", parent_id: null },
  { id: 2, slug: "cups", name: "Cups", parent_id: 1 },
  { id: 3, slug: "desk", name: "Desk", parent_id: null },
  { id: 4, slug: "wear", name: "Wear", parent_id: null },
];

const ROWS = [
  ["Stoneware Mug", 2, 1800, 12],
  ["Espresso Cup", 2, 1200, 40],
  ["Gooseneck Kettle", 1, 6400, 3],
  ["Walnut Board", 1, 4200, 8],
  ["Bread Knife", 1, 3900, 0],
  ["Field Notebook", 3, 1200, 200],
  ["Brass Pen", 3, 3400, 25],
  ["Desk Lamp", 3, 8900, 6],
  ["Wool Beanie", 4, 2900, 14],
  ["<img src=x onerror=alert(1)>", 3, 500, 5],
  ["قلم حبر للكتابة اليومية", 3, 2100, 5],
  ["Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", 3, 700, 5],
  ...Array.from({ length: 30 }, (_, index) => [`Card No. ${index + 1}`, 3, 300 + index, 50]),
];

const picture = (id, alt, variant_sku = null) => ({ id, alt, width: 800, height: 800, variant_sku });
const stockOf = (available) => ({ available, low: available > 0 && available <= 5 });
const slugOf = (name, id) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || `p-${id}`;

function variant(sku, options, price, available) {
  return {
    sku,
    title: options.join(" / ") || null,
    options,
    price: euros(price),
    track_stock: true,
    stock: stockOf(available),
    barcode: null,
  };
}

function product(id, [name, category_id, price, available]) {
  const { name: category, slug: category_slug } = CATEGORIES.find((one) => one.id === category_id);
  const slug = slugOf(name, id);
  return {
    id,
    slug,
    name,
    category,
    category_slug,
    description: `${name}, made to be used every day.\n\nSecond paragraph, with what it is made of.`,
    image_url: null,
    images: [picture(`${slug}-a`, name), picture(`${slug}-b`, `${name} from the side`)],
    options: [],
    variants: [variant(slug, [], price, available)],
    attributes: {},
  };
}

function shirt(id) {
  const colours = ["Sand", "Moss", "Ink"];
  const stock = { "S Sand": 4, "S Moss": 0, "M Sand": 9, "M Moss": 7, "M Ink": 2, "L Sand": 0, "L Ink": 6 };
  const variants = Object.entries(stock).map(([key, available]) => {
    const [size, colour] = key.split(" ");
    return variant(`shirt-${size}-${colour}`.toLowerCase(), [size, colour], size === "L" ? 3600 : 3200, available);
  });
  const images = colours.map((colour) =>
    picture(`shirt-${colour}`.toLowerCase(), `Linen Shirt in ${colour}`, `shirt-m-${colour}`.toLowerCase()),
  );
  return { ...product(id, ["Linen Shirt", 4, 3200, 1]), slug: "linen-shirt", images, options: ["Size", "Colour"], variants };
}

/** Products as the API shows them one by one; `variants` is what the rest is made of. */
export const makeProducts = () => [shirt(1), ...ROWS.map((row, index) => product(index + 2, row))];

/** The same in full: what follows from the variants. */
export function shown(one) {
  const prices = one.variants.map(({ price }) => price.amount_minor);
  const [first] = one.variants;
  return {
    ...one,
    sku: first.sku,
    price: first.price,
    price_from: euros(Math.min(...prices)),
    price_to: euros(Math.max(...prices)),
    track_stock: first.track_stock,
    stock: first.stock,
    variant_count: one.variants.length,
    status: "active",
    version: 1,
  };
}

/** As it stands in lists. */
export function listed(one) {
  const { variants: _, ...rest } = shown(one);
  return { ...rest, images: rest.images.slice(0, 1) };
}

/** Sets what can be sold of a variant. */
export const setStock = (one, available) => (one.stock = stockOf(available));
