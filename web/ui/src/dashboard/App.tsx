/** The page: what the address says, as panels. */
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { Empty } from "../design/Panel";
import { fetchAhead, later } from "../design/Floating";
import { useWords } from "../design/words";
import { useAccess, type Access } from "./access";
import { useView } from "./address";
import { Breakdown } from "./Breakdown";
import { ChartPanel } from "./ChartPanel";
import { useDefinitions, useLive, useReport, useSites, type Site } from "./data";
import { Filters } from "./Filters";
import { Head } from "./Head";
import { Header } from "./Header";
import { useKeys } from "./keys";
import { headQuestion, listOf, moneyQuestion } from "./questions";
import { figuresOf, listsOf, pagesOf, panelsOf } from "./pages";
import { Imported } from "./Imported";
import { RangeName, useCompared } from "./RangeName";
import { Today } from "./Today";
import type { View } from "./view";
import { OtherView } from "./Views";

const Palette = later(async () => (await import("./Palette")).default);
const KeySheet = later(async () => (await import("./KeySheet")).default);
const RowsSheet = later(async () => (await import("./RowsSheet")).default);
const WhereSheet = later(async () => (await import("./WhereSheet")).default);
const AuditSheet = later(async () => (await import("./AuditSheet")).default);
const ListSheet = later(async () => (await import("./ListSheet")).default);

export function App() {
  const { t, n } = useWords();
  const access = useAccess();
  const [asked, change] = useView();
  const view = allowed(asked, access);
  const sites = useSites();
  const definitions = useDefinitions();
  const known = sites.data ?? [];
  const site = known.find((one) => one.id === view.site);
  const missing = sites.data !== undefined && !site;
  const zone = site?.timezone ?? "UTC";
  const clock = { zone, now: new Date() };
  const { owner, share } = access;
  const [opened, setOpened] = useState<"palette" | "keys">();
  const close = (): void => setOpened(undefined);
  const page = pagesOf(access).find((one) => one === view.page);
  useLoading();
  useKeys({ view, change, clock, open: setOpened });
  const now = useLive(view.site, !missing && sites.isFetched && access.can("live"));
  useEffect(() => {
    document.title = now ? t.title(n.whole(now.current_visitors), view.site) : `${view.site} · kassa`;
  }, [now, t, n, view.site]);
  return (
    <>
      <Header open={setOpened} view={view} change={change} clock={clock} sites={known} now={now} definitions={definitions.data} />
      <main id="main" className="wrap">
        {missing && <NoSite site={view.site} known={known} change={change} />}
        {!missing && sites.isFetched && page && (
          <OtherView key={view.site} page={page} sites={known} view={view} change={change} zone={zone} />
        )}
        {!missing && sites.isFetched && !page && (
          <Overview
            key={view.site}
            owner={owner}
            writeKey={site?.write_keys?.[0]?.key ?? view.site}
            view={view}
            change={change}
            zone={zone}
            now={now}
            definitions={definitions.data}
          />
        )}
      </main>
      <Suspense fallback={null}>
        {opened === "palette" && <Palette view={view} change={change} zone={zone} sites={known} owner={owner} close={close} />}
        {view.sheet === "where" && <WhereSheet view={view} change={change} />}
        {view.sheet === "audit" && owner && <AuditSheet zone={zone} change={change} />}
        {opened === "keys" && <KeySheet close={close} />}
      </Suspense>
      <footer className="wrap foot">
        {t.foot}{" "}
        {share ? (
          t.share.of(share.name)
        ) : (
          <>
            <a href="/dashboard/definitions">{t.meanings}</a> · <a href="/docs/api">API</a>
          </>
        )}
      </footer>
    </>
  );
}

/** What a link shows of this view, whatever its address says: its own site, its figures, and no rows where it has none. */
function allowed(view: View, access: Access): View {
  if (!access.share) return view;
  const seen = figuresOf(access).some((one) => one.id === view.metric) && view.metric;
  const list = listsOf(access).some((one) => one.id === view.sheet) || (view.sheet === "rows" && !access.share);
  return { ...view, site: access.share.site_id, metric: seen || "visitors", sheet: list ? view.sheet : undefined };
}

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
  now: ReturnType<typeof useLive>;
  definitions: Map<string, string> | undefined;
  /** Who may see the shop's orders and stock, and has them in front. */
  owner: boolean;
  writeKey: string;
}

function Overview({ view, change, zone, now, definitions, owner, writeKey }: Props) {
  const access = useAccess();
  const traffic = useReport((clock) => headQuestion(view, clock, access.can("revenue")), zone);
  const money = useReport((clock) => moneyQuestion(view, clock), zone, access.can("revenue"));
  const before = useCompared(traffic.data, zone);
  const list = listOf(view.sheet);
  return (
    <>
      <RangeName view={view} zone={zone} before={before} />
      <Imported report={traffic.data} />
      <Filters view={view} change={change} zone={zone} />
      {owner && <Today view={view} change={change} zone={zone} />}
      <Head
        traffic={traffic}
        money={money}
        metric={view.metric}
        choose={(metric) => change({ metric })}
        definitions={definitions}
        before={before}
      />
      <ChartPanel view={view} change={change} zone={zone} now={now} writeKey={writeKey} />
      <div className="grid">
        {panelsOf(access).map((panel) => (
          <Breakdown key={panel.id} panel={panel} view={view} change={change} zone={zone} definitions={definitions} />
        ))}
      </div>
      <Suspense fallback={null}>
        {list && <ListSheet list={list} view={view} change={change} zone={zone} />}
        {view.sheet === "rows" && <RowsSheet view={view} change={change} zone={zone} />}
      </Suspense>
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
