/** The shell: the pages that this caller may see, who they are, and the page of the address. */
import { Suspense, useEffect, useRef, useState } from "react";
import { fetchAhead, later } from "../design/Floating";
import { Empty } from "../design/Panel";
import { TableSkeleton } from "../design/Table";
import { ChaosBanner } from "./ChaosBanner";
import { Closed } from "./Closed";
import { Header } from "./Header";
import { useKeys } from "./keys";
import { PAGES, pagesOf } from "./pages";
import { go, Link, usePath } from "./place";
import { useWho } from "./who";
import { useAdmin } from "./words";
import { zoneName } from "./when";

const Palette = later(async () => (await import("./Palette")).default);
const KeySheet = later(async () => (await import("./KeySheet")).default);

export function App() {
  const { t, a } = useAdmin();
  const who = useWho();
  const path = usePath();
  const [opened, setOpened] = useState<"palette" | "keys">();
  useKeys(setOpened);
  const open = pagesOf(who);
  const first = open[0]?.path;
  const page = PAGES.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  useEffect(() => {
    if (path === "/admin" && first) go(first, { replace: true });
  }, [path, first]);
  // Who goes on by keyboard goes on from the page that has come, or from the field in it that has taken the focus.
  const last = useRef(path);
  useEffect(() => {
    const main = document.querySelector<HTMLElement>("#main");
    if (last.current !== path && !main?.querySelector("input:focus")) main?.focus({ preventScroll: true });
    last.current = path;
  }, [path]);
  useEffect(() => {
    document.title = page ? `${a.pages[page.id]} · kassa` : "kassa";
    fetchAhead();
  }, [page, a]);
  return (
    <>
      <Header pages={open} here={page?.id} open={setOpened} />
      <ChaosBanner />
      <main id="main" className="wrap" tabIndex={-1}>
        {page && who.can(...page.scopes) && (
          <Suspense fallback={<TableSkeleton rows={8} />}>
            <page.Content />
          </Suspense>
        )}
        {page && !who.can(...page.scopes) && <Closed scopes={page.scopes} first={first} />}
        {!page && !first && <Closed scopes={[]} first={undefined} />}
        {!page && path !== "/admin" && (
          <section className="panel">
            <Empty title={a.noPage} action={first && <Link to={first}>{a.pages[open[0]?.id ?? "orders"]}</Link>} />
          </section>
        )}
      </main>
      <Suspense fallback={null}>
        {opened === "palette" && <Palette close={() => setOpened(undefined)} />}
        {opened === "keys" && <KeySheet close={() => setOpened(undefined)} />}
      </Suspense>
      <footer className="wrap foot">{t.zone(zoneName())}</footer>
    </>
  );
}
