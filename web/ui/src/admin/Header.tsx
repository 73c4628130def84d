/** The head of the admin: its pages, who is logged in, and the way out. */
import { useEffect, useRef } from "react";
import { LanguageMenu, ThemeButton } from "../design/Choices";
import { Mark } from "../design/Icon";
import { IconButton } from "../design/Panel";
import { loginPath, logOut } from "../lib/session";
import type { Page } from "./pages";
import { Link } from "./place";
import { useWho } from "./who";
import { useAdmin } from "./words";

interface Props {
  pages: Page[];
  here: string | undefined;
  open: (what: "palette" | "keys") => void;
}

export function Header({ pages, here, open }: Props) {
  const { t, a } = useAdmin();
  const { caller } = useWho();
  const nav = useRef<HTMLElement>(null);
  // On a phone the pages are a line that is moved: the one that is open is in sight.
  useEffect(() => {
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [here]);
  return (
    <header className="wrap top admin-top">
      <div className="who">
        <Link to="/admin" label={a.home}>
          <Mark />
        </Link>
        <div>
          <p className="who-name">kassa</p>
          <WhoName />
        </div>
      </div>
      <nav ref={nav} aria-label={a.nav} className="admin-nav">
        <ul>
          {pages.map((page) => (
            <li key={page.id}>
              <Link to={page.path} current={page.id === here}>
                {a.pages[page.id]}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="tools">
        <a href="/dashboard" className="to-shop">
          {a.dashboard}
        </a>
        <a href="/" className="to-shop">
          {t.shop}
        </a>
        {caller === "session" && (
          <button type="button" className="button" onClick={() => void logOut().finally(() => location.replace(loginPath(location)))}>
            {t.logOut}
          </button>
        )}
        <IconButton icon="search" label={t.palette.title} onClick={() => open("palette")} />
        <ThemeButton />
        <LanguageMenu />
      </div>
    </header>
  );
}

function WhoName() {
  const { a } = useAdmin();
  const { name, caller } = useWho();
  if (name) return <p className="hint-line">{a.as(name)}</p>;
  return <p className="hint-line">{caller === "open" ? a.asOpen : a.asAdmin}</p>;
}
