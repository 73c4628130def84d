/** How long orders and commands to stock took in the last 30 seconds: a bar for each second, as high as the longest of it, and the same as a sentence. */
import type { PaceSecond } from "@kassa/client";
import { Failure } from "../../design/Panel";
import { useAdmin } from "../words";
import { usePace } from "./data";
import { barOf, HEIGHT, lineOf, sumOf, WIDTH } from "./pace";

export function PacePanel() {
  const { a, n } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = usePace();
  const [good = 500, slow = 1_000] = data?.bands_ms ?? [];
  return (
    <section className="panel" aria-label={a.pace.title} data-pace-panel>
      <h2>{a.pace.title}</h2>
      <p className="hint-line">{a.pace.bands(n.whole(good), n.whole(slow))}</p>
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      <OnePace name="orders" seconds={data?.orders} bands={[good, slow]} />
      <OnePace name="stock" seconds={data?.stock} bands={[good, slow]} />
    </section>
  );
}

interface Props {
  name: "orders" | "stock";
  /** Null where it plays in another process; undefined before the first answer. */
  seconds: PaceSecond[] | null | undefined;
  bands: [good: number, slow: number];
}

function OnePace({ name, seconds, bands }: Props) {
  const { a, n } = useAdmin();
  const sum = sumOf(seconds ?? []);
  const whole = sum.good + sum.slow + sum.bad;
  return (
    <figure className="pace" data-pace-of={name}>
      <figcaption>
        <strong>{a.pace.of[name]}</strong>{" "}
        {seconds === null
          ? a.pace.elsewhere
          : whole === 0
            ? a.pace.nothing
            : a.pace.told(n.whole(sum.good), n.whole(sum.slow), n.whole(sum.bad), n.whole(sum.longest_ms))}
      </figcaption>
      {seconds !== null && (
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {bands.map((ms) => (
            <line key={ms} x1="0" x2={WIDTH} y1={lineOf(ms)} y2={lineOf(ms)} className="pace-line" />
          ))}
          {(seconds ?? []).map((second, index) => {
            const bar = barOf(second, index);
            return <rect key={second.at} {...bar.box} data-band={bar.band} />;
          })}
        </svg>
      )}
    </figure>
  );
}
