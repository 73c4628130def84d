/** English: stock counted by typing or scanning. */
export const counting = {
  title: "Count the stock",
  to: "Count",
  back: "The stock",
  field: "SKU or barcode",
  hint: "Scan, or type a SKU and press Enter",
  help: "Each scan adds one. A SKU, a space and a number sets how many there are: “mug-1 12”.",
  unknown: (text: string) => `Nothing is counted under “${text}”.`,
  added: (sku: string, units: string) => `${sku}: ${units} counted`,
  none: "Nothing is counted yet.",
  noneWhy: "What you count stays in this browser until it is written into the books.",
  table: "What is counted",
  counted: "Counted",
  onHand: "In the books",
  difference: "Difference",
  units: (sku: string) => `Counted of ${sku}`,
  drop: (sku: string) => `Count ${sku} no longer`,
  reset: "Begin anew",
  wasReset: "The count is empty.",
  post: (count: number, text: string) =>
    count === 1 ? `Write ${text} difference into the books` : `Write ${text} differences into the books`,
  same: "All is as the books say.",
  progress: "Written so far",
  done: (done: string, of: string) => `${done} of ${of} written`,
  written: "written",
  failed: (text: string) => `not written: ${text}`,
  again: "Try what is left again",
  finished: (count: number, text: string) =>
    count === 1 ? `${text} difference is in the books.` : `${text} differences are in the books.`,
  undoReason: "count taken back",
  reading: "being looked up…",
};

export type CountingTexts = typeof counting;
