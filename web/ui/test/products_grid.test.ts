import { expect, test } from "vitest";
import { reversed, shownIn, withChanges } from "../src/admin/products/grid/changes";
import { bodyOf, columnOf, meant, wrongIn, type GridRow } from "../src/admin/products/grid/columns";
import { block, moveOf, pasted } from "../src/admin/products/grid/moving";
import { parseBlock, writeBlock } from "../src/admin/products/grid/tsv";
import { asCsv, asJsonLines, linesOf, type Item } from "../src/admin/products/moving/items";
import { parseCsv, safe, unsafe, writeCsv } from "../src/admin/products/moving/csv";
import type { Category, Seen } from "../src/admin/products/product";

const row = (sku: string, lead = true): GridRow => {
  const variant = { sku, price: { amount_minor: 1000, currency: "EUR" }, barcode: null, cost: null, weight_g: null, track_stock: true };
  const product = { id: 1, name: "Mug", status: "active", category_slug: "mugs", price: variant.price };
  return { sku, lead, low: 5, variant, seen: { etag: '"1"', product, variants: [variant] } as unknown as Seen } as unknown as GridRow;
};
const categories = [{ id: 3, slug: "mugs", name: "Mugs and cups" }] as Category[];

test("a block from a spreadsheet comes in and goes out as it was", () => {
  for (const [text, cells] of [
    ["a", [["a"]]],
    [
      "a\tb\r\nc\td\r\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      '"a ""b""\nc"\t\n\t',
      [
        ['a "b"\nc', ""],
        ["", ""],
      ],
    ],
    ["", [[""]]],
  ] as [string, string[][]][])
    expect(parseBlock(text)).toEqual(cells);
  const block_ = [
    ["plain", 'with "quotes"', "two\nlines"],
    ["", "tab\there", "x"],
  ];
  expect(parseBlock(writeBlock(block_))).toEqual(block_);
});

test("keys lead on, Tab over the end of a row, and nowhere at the end of all", () => {
  const bounds = { rows: 2, rtl: false };
  expect(moveOf("ArrowDown", false, { row: 0, column: 1 }, bounds)).toEqual({ row: 1, column: 1 });
  expect(moveOf("ArrowDown", false, { row: 1, column: 1 }, bounds)).toBeUndefined();
  expect(moveOf("ArrowLeft", false, { row: 0, column: 1 }, { ...bounds, rtl: true })).toEqual({ row: 0, column: 2 });
  expect(moveOf("Tab", false, { row: 0, column: 7 }, bounds)).toEqual({ row: 1, column: 0 });
  expect(moveOf("Tab", false, { row: 1, column: 7 }, bounds)).toBeUndefined();
  expect(moveOf("Tab", true, { row: 1, column: 0 }, bounds)).toEqual({ row: 0, column: 7 });
  expect(moveOf("End", false, { row: 0, column: 1 }, { ...bounds, command: true })).toEqual({ row: 1, column: 7 });
});

test("what is pasted goes in from the upper corner; one cell fills the block; what lies outside is left out", () => {
  const at = { row: 1, column: 6 };
  expect(pasted([["a", "b", "c"], ["d"]], at, at, { rows: 2 })).toEqual([
    [{ row: 1, column: 6 }, "a"],
    [{ row: 1, column: 7 }, "b"],
  ]);
  expect(pasted([["x"]], { row: 1, column: 1 }, { row: 0, column: 0 }, { rows: 2 }).length).toBe(4);
  expect(block({ row: 1, column: 1 }, { row: 0, column: 1 })).toEqual([[{ row: 0, column: 1 }], [{ row: 1, column: 1 }]]);
});

test("what is typed is meant as the server knows it, and judged", () => {
  const known = { categories, statuses: { active: "im Verkauf", draft: "Entwurf", archived: "archiviert" } };
  expect(meant("category", "mugs AND cups", known)).toBe("mugs");
  expect(meant("status", "entwurf", known)).toBe("draft");
  expect(meant("price", " 12 ", known)).toBe("12");
  for (const [column, value, why] of [
    ["name", "", "missing"],
    ["price", "12.50", undefined],
    ["price", "twelve", "amount"],
    ["cost", "", undefined],
    ["low", "", "missing"],
    ["low", "1.5", "whole"],
    ["status", "archived", "status"],
    ["category", "nowhere", "category"],
  ] as const)
    expect(wrongIn(row("a"), column, value, categories)).toBe(why);
  expect(columnOf("variants.barcode has at most 64 characters")).toBe("barcode");
  expect(columnOf("category_id must be a category")).toBe("category");
  expect(columnOf("the database is busy")).toBe("row");
});

test("a step is taken back whole, and what is as the server has it is no edit", () => {
  const rows = new Map([["a", row("a")]]);
  const step = [{ sku: "a", column: "price" as const, before: "10.00", after: "12" }];
  const edits = withChanges(new Map(), rows, step);
  expect(shownIn(row("a"), "price", edits)).toBe("12");
  expect(withChanges(edits, rows, reversed(step)).size).toBe(0);
  const onItsWay = withChanges(edits, rows, reversed(step), () => true);
  expect(onItsWay.get("a")).toEqual({ price: "10.00" });
});

test("all edits of a product are one change of it", () => {
  expect(
    bodyOf(
      [
        [row("a"), { name: "Cup", category: "", price: "12", low: "3" }],
        [row("b", false), { cost: "", weight_g: "300" }],
      ],
      categories,
    ),
  ).toEqual({
    name: "Cup",
    category_id: null,
    variants: [
      { sku: "a", price: { amount_minor: 1200, currency: "EUR" } },
      { sku: "b", cost: null, weight_g: 300 },
    ],
  });
  expect(bodyOf([[row("a"), { low: "3" }]], categories)).toBeUndefined();
});

test("CSV is read as spreadsheets write it, and no cell of ours is a formula", () => {
  expect(parseCsv('\uFEFFa;b\r\n"x;""y""\r\nz";2\r\n\r\n3;4')).toEqual([
    { line: 1, cells: ["a", "b"] },
    { line: 2, cells: ['x;"y"\r\nz', "2"] },
    { line: 5, cells: ["3", "4"] },
  ]);
  for (const text of ["Mug", "=1+1", "'=1+1", "''=1", "'Mug'", "-5 %", "+49", "@a", "", "'"]) {
    expect(/^[=+\-@\t\r]/.test(safe(text))).toBe(false);
    expect(unsafe(safe(text))).toBe(text);
    if (text) expect(parseCsv(writeCsv([[safe(text), "x"]]))[0]?.cells).toEqual([safe(text), "x"]);
  }
});

const item: Item = {
  slug: "cap",
  name: '=Cap, "of" felt',
  status: "active",
  category: "Hats",
  category_path: [{ slug: "hats", name: "Hats", position: 0 }],
  description: "Two\nlines",
  options: ["Size"],
  attributes: { colour: "red" },
  images: [],
  variants: [
    {
      sku: "cap-s",
      options: ["S"],
      title: null,
      price: { amount_minor: 1900, currency: "EUR" },
      cost: { amount_minor: 750, currency: "EUR" },
      weight_g: 180,
      track_stock: true,
      archived: false,
      on_hand: 4,
      low_stock_at: 5,
    },
    { sku: "cap-m", options: ["M"], price: { amount_minor: 210, currency: "JPY" }, track_stock: false, archived: true },
  ],
};

test("what is written comes in again, as CSV and as JSON Lines", () => {
  const [line] = linesOf(asCsv([item]), "USD");
  expect(line).toMatchObject({
    line: 2,
    item: {
      slug: "cap",
      name: '=Cap, "of" felt',
      category_path: [{ slug: "hats" }],
      description: "Two\nlines",
      options: ["Size"],
      attributes: { colour: "red" },
      variants: [
        {
          sku: "cap-s",
          options: ["S"],
          price: { amount_minor: 1900, currency: "EUR" },
          cost: { amount_minor: 750 },
          weight_g: 180,
          track_stock: true,
          on_hand: 4,
        },
        { sku: "cap-m", options: ["M"], price: { amount_minor: 210, currency: "JPY" }, track_stock: false, archived: true },
      ],
    },
  });
  expect(linesOf(asJsonLines([item]), "USD")).toEqual([{ line: 1, item }]);
});

test("a line that cannot be read says why, and the others come", () => {
  const lines = linesOf("name,price\nMug,nineteen\nCup,2\nJug,", "EUR");
  expect(lines.map((one) => ("refused" in one ? one.refused : "item"))).toEqual([
    "price: nineteen is no amount of EUR",
    "item",
    "price is missing",
  ]);
  expect(() => linesOf("title,cost\nMug,1", "EUR")).toThrow("name");
  expect(linesOf('{"name":1}\n[]\n', "EUR").length).toBe(2);
});
