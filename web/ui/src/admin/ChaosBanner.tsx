/** That faults are on, on every page and in red: whoever wonders why orders are slow sees why. */
import { Countdown } from "./health/Countdown";
import { useChaos } from "./health/data";
import { useWho } from "./who";
import { useAdmin } from "./words";

export function ChaosBanner() {
  const { a } = useAdmin();
  const { can } = useWho();
  const { data } = useChaos(can("read"));
  if (!data?.chaos_enabled) return null;
  return (
    <p className="wrap chaos-banner" role="status">
      <strong>{a.chaos.on}</strong> <Countdown until={data.expires_at} />
    </p>
  );
}
