/**
 * One of a kind in a page, however often the code that makes it runs: a script that stands in the page twice, or that a framework inserts again at
 * each navigation; a bundle that has its own copy of the tracker; React's strict mode.
 */

/** What was made for `key` before, else what `make` makes. */
export function once<T>(key: string, make: () => T): T {
  const page = window as unknown as Record<string, T>;
  return (page[`kassa ${key}`] ??= make());
}
