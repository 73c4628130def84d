/** The page: what the address says, as panels. */
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { Empty } from "../design/Panel";
import { fetchAhead, later } from "../design/Floating";
import { useWords } from "../design/words";
import type { Session } from "../lib/session";
import { useView } from "./address";
import { Breakdown } from "./Breakdown";
import { ChartPanel } from "./ChartPanel";
import { useDefinitions, useLive, useReport, useSites, type Site } from "./data";
import { Filters } from "./Filters";
import { Head } from "./Head";
import { Header } from "./Header";
import { headQuestion, LISTS, moneyQuestion, PANELS } from "./questions";
import { RangeName, useCompared } from "./RangeName";
import type { View } from "./view";

const ListSheet = later(async () => (await import("./ListSheet")).default);

export function App({ session }: { session: Session | undefined }) {
  const { t, n } = useWords();
  const [view, change] = useView();
  const sites = useSites();
  const definitions = useDefinitions();
  const known = sites.data ?? [];
  const site = known.find((one) => one.id === view.site);
  const missing = sites.data !== undefined && !site;
  const zone = site?.timezone ?? "UTC";
  const clock = { zone, now: new Date() };
  const now = useLive(view.site, !missing && sites.isFetched);
  useEffect(() => {
    document.title = now ? t.title(n.whole(now.current_visitors), view.site) : `${view.site} · kassa`;
  }, [now, t, n, view.site]);
  return (
    <>
      <Header view={view} change={change} clock={clock} sites={known} session={session} now={now} definitions={definitions.data} />
      <main id="main" className="wrap">
        {missing && <NoSite site={view.site} known={known} change={change} />}
        {!missing && sites.isFetched && <Overview view={view} change={change} zone={zone} now={now} definitions={definitions.data} />}
      </main>
      <footer className="wrap foot">
        {t.foot} <a href="/dashboard/definitions">{t.meanings}</a>
      </footer>
    </>
  );
}

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
  now: ReturnType<typeof useLive>;
  definitions: Map<string, string> | undefined;
}

function Overview({ view, change, zone, now, definitions }: Props) {
  const traffic = useReport((clock) => headQuestion(view, clock), zone);
  const money = useReport((clock) => moneyQuestion(view, clock), zone);
  const before = useCompared(traffic.data, zone);
  const list = LISTS.find((one) => one.id === view.sheet);
  useLoading();
  return (
    <>
      <RangeName view={view} zone={zone} before={before} />
      <Filters view={view} change={change} zone={zone} />
      <Head
        traffic={traffic}
        money={money}
        metric={view.metric}
        choose={(metric) => change({ metric })}
        definitions={definitions}
        before={before}
      />
      <ChartPanel view={view} change={change} zone={zone} now={now} />
      <div className="grid">
        {PANELS.map((panel) => (
          <Breakdown key={panel.id} panel={panel} view={view} change={change} zone={zone} definitions={definitions} />
        ))}
      </div>
      {list && (
        <Suspense fallback={null}>
          <ListSheet list={list} view={view} change={change} zone={zone} />
        </Suspense>
      )}
    </>
  );
}

/** While a first answer is on its way the body says so; after it, what may be opened is fetched. */
function useLoading(): void {
  const client = useQueryClient();
  useEffect(() => {
    let ahead = false;
    const look = (): void => {
      const waits = client.isFetching({ queryKey: ["report"], predicate: (query) => query.state.data === undefined }) > 0;
      document.body.classList.toggle("loading", waits);
      if (waits || ahead) return;
      ahead = true;
      fetchAhead();
    };
    look();
    return client.getQueryCache().subscribe(look);
  }, [client]);
}

function NoSite({ site, known, change }: { site: string; known: Site[]; change: (next: Partial<View>) => void }) {
  const { t } = useWords();
  return (
    <section className="panel no-site">
      <Empty
        title={t.noSite.title(site)}
        why={t.noSite.text}
        action={
          <>
            <p>{t.noSite.known}</p>
            <p className="buttons">
              {known.map(({ id }) => (
                <button key={id} type="button" className="button" onClick={() => change({ site: id, filters: [] })}>
                  <bdi>{id}</bdi>
                </button>
              ))}
            </p>
          </>
        }
      />
    </section>
  );
}
