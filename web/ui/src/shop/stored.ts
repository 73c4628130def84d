/** Values kept in the browser, shared by its tabs or of this tab alone. Where nothing can be kept they last as long as the page. */

/** A value that is kept; what is read is the same object until it changes. */
export interface Stored<T> {
  get(): T;
  set(value: T): void;
  /** Calls when it changes, here or in another tab, until the returned function is called. */
  subscribe(changed: () => void): () => void;
}

/** `parse` makes a value of what was kept, which may be anything, and of nothing. */
export function stored<T>(key: string, parse: (kept: unknown) => T, where: () => Storage = () => localStorage): Stored<T> {
  const listeners = new Set<() => void>();
  let text: string | null = null;
  let value: T | undefined;

  const read = (): string | null => {
    try {
      return where().getItem(key);
    } catch {
      return text;
    }
  };
  const get = (): T => {
    const now = read();
    if (value === undefined || now !== text) {
      text = now;
      value = parse(fromJson(now));
    }
    return value;
  };
  const tell = (): void => listeners.forEach((changed) => changed());
  return {
    get,
    set(next) {
      text = JSON.stringify(next);
      value = next;
      try {
        where().setItem(key, text);
      } catch {
        // Then it lasts as long as the page.
      }
      tell();
    },
    subscribe(changed) {
      const heard = (event: StorageEvent): void => {
        if (event.key === key || event.key === null) changed();
      };
      // A page that the browser kept aside has heard of nothing meanwhile.
      const shown = (event: PageTransitionEvent): void => void (event.persisted && changed());
      listeners.add(changed);
      addEventListener("storage", heard);
      addEventListener("pageshow", shown);
      return () => {
        listeners.delete(changed);
        removeEventListener("storage", heard);
        removeEventListener("pageshow", shown);
      };
    },
  };
}

function fromJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The members of what was kept, where it is an object. */
export const membersOf = (kept: unknown): Record<string, unknown> =>
  typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
