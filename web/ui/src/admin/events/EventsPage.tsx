/** Events: what was refused, what did not count, the sites that send them, and the rules of what counts. */
import { SubPages } from "../SubPages";
import { usePath } from "../place";
import { useAdmin } from "../words";
import { DropsPage } from "./DropsPage";
import { LettersPage } from "./LettersPage";
import { RulesPage } from "./RulesPage";
import { SitesPage } from "./SitesPage";
import "./events.css";

const PAGES = {
  letters: "/admin/events",
  drops: "/admin/events/drops",
  sites: "/admin/events/sites",
  rules: "/admin/events/rules",
} as const;
const CONTENTS = { letters: LettersPage, drops: DropsPage, sites: SitesPage, rules: RulesPage };
type Name = keyof typeof PAGES;

export default function EventsPage() {
  const { a } = useAdmin();
  const path = usePath();
  const names = Object.keys(PAGES) as Name[];
  const Content = CONTENTS[names.find((name) => PAGES[name] === path) ?? "letters"];
  return (
    <>
      <div className="page-top">
        <h1>{a.pages.events}</h1>
        <SubPages
          label={a.events.nav}
          links={names.map((name) => ({ path: PAGES[name], label: a.events.pages[name], scopes: ["admin"] }))}
        />
      </div>
      <Content />
    </>
  );
}
