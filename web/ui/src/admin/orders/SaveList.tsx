/** The whole list as a file: read a page after the other, as long as nobody stops it. */
import { useEffect, useRef, useState } from "react";
import { Failure } from "../../design/Panel";
import { useAdmin } from "../words";
import { save, toCsv } from "./csv";
import { everyOrder, type Wanted } from "./data";

export function SaveList({ wanted }: { wanted: Wanted }) {
  const { a, n } = useAdmin();
  const running = useRef<AbortController>(undefined);
  const [read, setRead] = useState<number>();
  const [error, setError] = useState<Error>();
  useEffect(() => () => running.current?.abort(), []);
  async function go(): Promise<void> {
    const stop = new AbortController();
    running.current = stop;
    setError(undefined);
    setRead(0);
    try {
      const orders = await everyOrder(wanted, stop.signal, setRead);
      save("orders.csv", toCsv(orders));
    } catch (problem) {
      if (!stop.signal.aborted) setError(problem as Error);
    } finally {
      setRead(undefined);
    }
  }
  if (error) return <Failure error={error} at={Date.now()} whole={false} retry={go} />;
  if (read === undefined) {
    return (
      <button type="button" className="button" onClick={() => void go()}>
        {a.ordering.csvAll}
      </button>
    );
  }
  return (
    <span className="saving" role="status">
      {a.ordering.reading(n.whole(read))}{" "}
      <button type="button" className="button small" onClick={() => running.current?.abort()}>
        {a.ordering.stop}
      </button>
    </span>
  );
}
