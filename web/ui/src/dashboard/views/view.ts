/** What every view beside the overview has: the page's state, how to change it, and where the site is. */
import { askedRange, type Clock } from "../ranges";
import { askedFilters, type View } from "../view";

export interface ViewProps {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
}

/** Site, range and filters, as every report takes them. */
export function scope(view: View, clock: Clock): { site_id: string; date_range: string | [string, string]; filters?: unknown[] } {
  const filters = askedFilters(view.filters);
  return { site_id: view.site, date_range: askedRange(view.period, clock), ...(filters.length ? { filters } : {}) };
}

/** One option of the view, or what it is without. */
export const option = (view: View, name: string, usual: string): string => view.options[name]?.[0] ?? usual;

/** The view with this option. */
export const withOption = (view: View, name: string, ...values: string[]): Pick<View, "options"> => ({
  options: { ...view.options, [name]: values },
});

/** `page:/cart` or `event:Product Added`, in the words of funnels and paths. */
export function place(text: string): { page: string } | { event: string } | undefined {
  const [, kind, name] = /^(page|event):(.+)$/s.exec(text) ?? [];
  if (!name) return undefined;
  return kind === "page" ? { page: name } : { event: name };
}
