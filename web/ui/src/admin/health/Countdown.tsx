/** How long it still is until a time, to the second. */
import { useEffect, useState } from "react";
import { useAdmin } from "../words";

export function Countdown({ until }: { until: string | undefined }) {
  const { a, n } = useAdmin();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (!until) return null;
  const seconds = Math.max(0, Math.round((Date.parse(until) - now) / 1000));
  return <span>{a.chaos.ends(n.duration(seconds))}</span>;
}
