/** Whether single keys do something: they can be turned off, for those who speak to their browser. */
const CHOICE = "kassa-single-keys";

export function keysAreOn(): boolean {
  try {
    return localStorage.getItem(CHOICE) !== "off";
  } catch {
    return true;
  }
}

export function turnKeys(on: boolean): void {
  try {
    localStorage.setItem(CHOICE, on ? "on" : "off");
  } catch {
    // Then they stay as they are.
  }
}

/** Whether a key that was pressed by itself is meant for the page, and not for a field, a menu or a sheet. */
export function isForPage(event: KeyboardEvent): boolean {
  const within = event.target instanceof Element ? event.target : document.body;
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || !keysAreOn()) return false;
  return !within.closest("input, select, textarea, [contenteditable], [role=menu], [role=dialog]");
}
