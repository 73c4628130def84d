/** How often a list is asked again by itself: not once many of its pages are shown, all of which would be. */
const PAGES_MAX = 3;

export const every =
  (ms: number) =>
  (query: { state: { data: { pages: unknown[] } | undefined } }): number | false =>
    (query.state.data?.pages.length ?? 0) > PAGES_MAX ? false : ms;
