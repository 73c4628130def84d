/** The shop's site: when its days begin, how long events are kept, and what counts; changed here where it does not stand in the configuration. */
import { Failure } from "../../design/Panel";
import { TableSkeleton } from "../../design/Table";
import { Row } from "../health/Row";
import { useAdmin } from "../words";
import { useSavingSite, useShopSite } from "./data";
import { SiteForm } from "./SiteForm";

export function SitePanel({ id }: { id: string | undefined }) {
  const { a, n } = useAdmin();
  const { data, error, dataUpdatedAt, refetch } = useShopSite(id);
  const words = a.settings.site;
  const saving = useSavingSite(id ?? "");
  const configured = data?.version === 0;
  return (
    <section className="panel" aria-label={words.title} data-site={data?.id}>
      <h2>{words.title}</h2>
      {data === undefined && !error && <TableSkeleton rows={4} />}
      {error && <Failure error={error} at={dataUpdatedAt} whole={!data} retry={refetch} />}
      {data && (
        <>
          {!configured && <SiteForm key={data.version} site={data} saving={saving} />}
          <dl className="rows">
            {configured && (
              <>
                <Row title={words.zone} text={<bdi>{data.timezone}</bdi>} />
                <Row title={words.keep} text={data.keep_days ? words.days(data.keep_days, n.whole(data.keep_days)) : words.forEver} />
                <Row title={words.keyless} text={data.allow_keyless ? words.taken : words.refused} />
              </>
            )}
            <Row title={words.privacy} text={words.privacySays} />
            <Row title={words.consent} text={words.consentSays} />
          </dl>
          {configured && <p className="hint-line">{words.configured}</p>}
        </>
      )}
    </section>
  );
}
