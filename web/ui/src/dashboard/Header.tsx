/** The head of the page: which site, who is there now, which time. */
import { LanguageMenu, ThemeButton } from "../design/Choices";
import { later, Opener } from "../design/Floating";
import { Help } from "../design/Help";
import { Icon, Mark } from "../design/Icon";
import { IconButton } from "../design/Panel";
import { Bump } from "../design/Bump";
import { useWords } from "../design/words";
import { loginPath, logOut } from "../lib/session";
import type { Now } from "../server/live";
import type { Site } from "./data";
import { useAccess } from "./access";
import { pagesOf } from "./pages";
import type { Clock } from "./ranges";
import type { View } from "./view";

const RangeMenu = later(async () => (await import("./RangeMenu")).default);
const MenuPopup = later(async () => (await import("../design/MenuPopup")).MenuPopup);

const SHOWN = ["realtime", "day", "7d", "30d"];

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  clock: Clock;
  sites: Site[];
  now: Now | null | undefined;
  definitions: Map<string, string> | undefined;
  open: (what: "palette" | "keys") => void;
}

export function Header(props: Props) {
  const { view, change, clock } = props;
  const { caller, owner, share, can } = useAccess();
  const { t } = useWords();
  const known = !props.sites.length || props.sites.some(({ id }) => id === view.site);
  return (
    <header className="wrap top">
      <div className="who">
        {share ? (
          <Mark />
        ) : (
          <a href="/dashboard" aria-label={t.toDashboard}>
            <Mark />
          </a>
        )}
        <div>
          <SiteName view={view} change={change} sites={props.sites} />
          {can("live") && known && <Live now={props.now} meaning={props.definitions?.get("current visitors")} />}
        </div>
      </div>
      <div className="tools">
        <div className="periods" role="group" aria-label={t.period}>
          {SHOWN.map((period) => (
            <button
              key={period}
              type="button"
              data-range={period}
              aria-pressed={view.period === period}
              onClick={() => change({ period, interval: undefined })}
            >
              {t.periods[period]}
            </button>
          ))}
          <Opener
            popup="dialog"
            className={SHOWN.includes(view.period) ? "" : "pressed"}
            content={(floating) => <RangeMenu {...floating} view={view} change={change} clock={clock} />}
          >
            {SHOWN.includes(view.period) ? t.more : (t.periods[view.period] ?? t.custom)} <Icon name="down" />
          </Opener>
        </div>
        <Reports view={view} change={change} />
        {owner && (
          <a href="/admin" className="to-shop to-admin">
            {t.admin}
          </a>
        )}
        {!share && (
          <a href="/" className="to-shop">
            {t.shop}
          </a>
        )}
        {caller === "session" && (
          <button type="button" className="button" onClick={() => void logOut().finally(() => location.replace(loginPath(location)))}>
            {t.logOut}
          </button>
        )}
        <IconButton icon="search" label={t.palette.title} onClick={() => props.open("palette")} />
        <ThemeButton />
        <LanguageMenu />
      </div>
    </header>
  );
}

function SiteName({ view, change, sites }: Pick<Props, "view" | "change" | "sites">) {
  const { t } = useWords();
  if (sites.length < 2) return <h1>{view.site}</h1>;
  const items = sites.map(({ id }) => ({ id, title: id, checked: id === view.site, choose: () => change({ site: id, filters: [] }) }));
  return (
    <h1>
      <Opener popup="menu" className="site" content={(floating) => <MenuPopup {...floating} label={t.site} groups={[{ items }]} />}>
        <bdi>{view.site}</bdi> <Icon name="down" />
      </Opener>
    </h1>
  );
}

function Reports({ view, change }: Pick<Props, "view" | "change">) {
  const { t } = useWords();
  const pages = pagesOf(useAccess());
  const item = (page: string | undefined, title: string) => ({
    id: page ?? "overview",
    title,
    checked: view.page === page,
    choose: () => change({ page, options: {}, sheet: undefined }),
  });
  const items = [item(undefined, t.overview), ...pages.map((page) => item(page, t.pages[page] ?? page))];
  const here = view.page !== undefined && pages.includes(view.page);
  if (!pages.length) return null;
  return (
    <Opener
      popup="menu"
      className={here ? "button pressed" : "button"}
      content={(floating) => <MenuPopup {...floating} label={t.reports} groups={[{ items }]} />}
    >
      <Icon name="reports" /> <span className="on-wide">{here ? t.pages[view.page ?? ""] : t.reports}</span>
    </Opener>
  );
}

function Live({ now, meaning }: { now: Now | null | undefined; meaning: string | undefined }) {
  const { t, n } = useWords();
  const text = now && n.count(now.current_visitors).text;
  const words = now ? t.live.now(now.current_visitors, "\n").split("\n") : [];
  return (
    <p className={now === null ? "live lost" : "live"} role="status">
      <span className="pulse" aria-hidden="true" />
      {now === undefined && t.live.connecting}
      {now === null && (navigator.onLine ? t.live.lost : t.live.offline)}
      {now && text && (
        <span>
          {words[0]}
          <strong>
            <Bump text={text} />
          </strong>
          {words[1]}
        </span>
      )}
      {now && <Help text={meaning} />}
    </p>
  );
}
