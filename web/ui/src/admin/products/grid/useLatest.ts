/** A function that stays the same one and does what the newest does: what is given it is not drawn anew for its sake. */
import { useCallback, useRef } from "react";

export function useLatest<A extends unknown[]>(work: (...given: A) => void): (...given: A) => void {
  const latest = useRef(work);
  latest.current = work;
  return useCallback((...given: A) => latest.current(...given), []);
}
