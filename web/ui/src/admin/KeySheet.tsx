/** Every key of the admin. */
import { KeyLists } from "../design/KeyLists";
import { LETTERS } from "./keys";
import { pagesOf } from "./pages";
import { useWho } from "./who";
import { useAdmin } from "./words";

export default function KeySheet({ close }: { close: () => void }) {
  const { t, a } = useAdmin();
  const pages = pagesOf(useWho());
  return (
    <KeyLists
      close={close}
      lists={[
        [
          t.keys.page,
          [
            ["⌘K, Ctrl K", t.palette.title],
            ["/", a.keys.find],
            ["↑ ↓", a.keys.rows],
            ["X", a.ordering.keys.pick],
            ["⇧ X", a.ordering.keys.range],
            ["Esc", t.close],
            ["?", t.keys.title],
          ],
        ],
        [a.nav, pages.map(({ id }): [string, string] => [`G ${LETTERS[id].toUpperCase()}`, a.pages[id]])],
      ]}
    />
  );
}
