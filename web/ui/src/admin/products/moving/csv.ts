/** Rows of CSV (RFC 4180), as spreadsheets write it: commas, semicolons or tabs, quotes around cells that hold them. */

export interface CsvRow {
  /** Its first line, from 1. */
  line: number;
  cells: string[];
}

/** The rows that are not empty; the separator is what the first line has most of. */
export function parseCsv(text: string): CsvRow[] {
  const plain = text.replace(/^\uFEFF/, "");
  const separator = separatorOf(plain.split("\n", 1)[0] ?? "");
  const rows: CsvRow[] = [];
  let row: CsvRow = { line: 1, cells: [] };
  let [cell, quoted, line] = ["", false, 1];
  const endRow = (): void => {
    row.cells.push(cell);
    cell = "";
    if (row.cells.some(Boolean)) rows.push(row);
    row = { line: line + 1, cells: [] };
  };
  for (let at = 0; at < plain.length; at++) {
    const one = plain[at] as string;
    if (quoted) {
      if (one === '"' && plain[at + 1] === '"') cell += plain[++at];
      else if (one === '"') quoted = false;
      else cell += one;
      if (one === "\n") line++;
    } else if (one === '"' && cell === "") quoted = true;
    else if (one === separator) {
      row.cells.push(cell);
      cell = "";
    } else if (one === "\n") {
      endRow();
      line++;
    } else if (one !== "\r" || plain[at + 1] !== "\n") cell += one;
  }
  endRow();
  return rows;
}

const separatorOf = (header: string): string =>
  [",", ";", "\t"].reduce((best, one) => (header.split(one).length > header.split(best).length ? one : best), ",");

export const writeCsv = (rows: string[][]): string =>
  rows.map((row) => row.map((cell) => (/[,"\n\r;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",") + "\r\n").join("");

/** Whether a spreadsheet would run the text, with however many apostrophes before it. */
const isFormula = (text: string): boolean => /^'*[=+\-@\t\r]/.test(text);

/** The text as a cell that no spreadsheet runs, and the text that such a cell was. */
export const safe = (text: string): string => (isFormula(text) ? `'${text}` : text);
export const unsafe = (cell: string): string => (cell.startsWith("'") && isFormula(cell.slice(1)) ? cell.slice(1) : cell);
