/** How much room something takes, in the unit that makes it short. */
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
const STEP = 1024;

export function bytesText(bytes: number, locale: string): string {
  let [value, place] = [Math.max(0, bytes), 0];
  while (value >= STEP && place < UNITS.length - 1) [value, place] = [value / STEP, place + 1];
  const digits = place === 0 || value >= 100 ? 0 : 1;
  const unit = UNITS[place] ?? "byte";
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
}
