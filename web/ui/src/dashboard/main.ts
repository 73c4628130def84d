/** The dashboard: puts the parts together and keeps them fresh. */
import { el, picture } from "../lib/dom";
import { loginPath, logOut, readSession } from "../lib/session";
import { themeButton } from "../lib/theme";
import { AskError, follow, type Now } from "./api";
import { createChart } from "./chart";
import { countText } from "./format";
import { createHeadline, setNumber } from "./headline";
import { explain, help } from "./help";
import { createPanel } from "./panel";
import { createRefresher } from "./refresher";
import { loadReports, minutePoints, type Reports } from "./reports";
import { PERIODS, readState, writeState, type State } from "./state";

const MARK =
  '<rect width="32" height="32" rx="9" fill="var(--accent)"/><path d="M8 23V13M13.3 23V9M18.6 23v-7M24 23V11" stroke="var(--accent-ink)" stroke-width="3.2" stroke-linecap="round"/>';
const DEVICE_TABS = [
  ["visit:device", "Device"],
  ["visit:browser", "Browser"],
  ["visit:os", "System"],
] as const;

const state: State = readState();
let device: string = DEVICE_TABS[0][0];
let now: Now | null = null;

const notice = el("div", { class: "alert", role: "alert", hidden: true });
const filterBar = el("div", { class: "filters", hidden: true });
const liveNumber = el("strong", {}, "–");
const liveWord = el("span", {}, "connecting…");
const live = el(
  "p",
  { class: "live", role: "status" },
  el("span", { class: "pulse", "aria-hidden": "true" }),
  liveNumber,
  liveWord,
  help("current visitors"),
);
const headline = createHeadline();
const chart = createChart();
const chartTitle = el("h2", { class: "hidden-text" }, "Visitors and page views over time");
const pages = createPanel({
  title: "Top pages",
  of: "Page",
  columns: ["Visitors", "Views"],
  definition: "event:page",
  empty: "No pages yet.",
  choose: choosePage,
});
const events = createPanel({
  title: "Events",
  of: "Event",
  columns: ["Events", "Visitors"],
  definition: "event:name",
  empty: "No events yet.",
});
const sources = createPanel({
  title: "Sources",
  of: "Source",
  columns: ["Visitors"],
  definition: "visit:source",
  empty: "No sources yet.",
  name: (source) => (source === "(none)" ? "Direct / none" : source),
});
const devices = createPanel(
  {
    title: "Devices",
    of: "Device",
    columns: ["Visitors"],
    definition: "visit:device",
    empty: "No devices yet.",
    name: (name) => (name === "(none)" ? "Unknown" : name),
  },
  deviceTabs(),
);

const emptyChart = el(
  "div",
  { class: "chart-empty" },
  el("p", {}, "No visits in this period yet."),
  el(
    "p",
    {},
    "Open ",
    el("a", { href: "/", target: "_blank" }, "the shop"),
    " in another window and look around: it shows here within a second.",
  ),
);

const to: Reports = {
  headline: (row) => headline.show(row, PERIODS.find(({ range }) => range === state.range)?.before ?? ""),
  series: (points) => chart.show(points, emptyChart),
  pages: (rows) => pages.show(rows, state.page),
  sources: (rows) => sources.show(rows),
  devices: (rows) => devices.show(rows),
  events: (rows) => events.show(rows),
};

const refresher = createRefresher(async (signal) => {
  if (state.range === "realtime" && now) chart.show(minutePoints(now), emptyChart);
  try {
    await loadReports(state, device, to, signal);
    if (!signal.aborted) alert(undefined);
  } catch (error) {
    if (!signal.aborted) alert(error instanceof AskError ? error.message : String(error));
  } finally {
    document.body.classList.remove("loading");
  }
});

/** Shows why there is nothing new to see; the numbers stay, as the last that are known. */
function alert(text: string | undefined): void {
  notice.hidden = text === undefined;
  notice.replaceChildren(text ?? "", el("button", { type: "button", class: "small-button", click: () => refresher.force() }, "Try again"));
}

function change(next: Partial<State>): void {
  Object.assign(state, next);
  writeState(state);
  showChoice();
  document.body.classList.add("loading");
  refresher.force();
}

function choosePage(page: string): void {
  change({ page: state.page === page ? undefined : page });
}

const periodButtons = PERIODS.map(({ range, title }) =>
  el("button", { type: "button", "data-range": range, click: () => change({ range }) }, title),
);

function showChoice(): void {
  for (const button of periodButtons) button.setAttribute("aria-pressed", String(button.dataset.range === state.range));
  filterBar.hidden = state.page === undefined;
  filterBar.replaceChildren(
    el("span", {}, "Only the page "),
    el(
      "button",
      {
        type: "button",
        class: "filter-chip",
        "aria-label": `Remove the filter for page ${state.page ?? ""}`,
        click: () => change({ page: undefined }),
      },
      el("code", {}, state.page ?? ""),
      el("span", { "aria-hidden": "true" }, "×"),
    ),
  );
}

function deviceTabs(): HTMLElement {
  const buttons: HTMLButtonElement[] = DEVICE_TABS.map(([dimension, title]) =>
    el(
      "button",
      {
        type: "button",
        "aria-pressed": String(dimension === DEVICE_TABS[0][0]),
        click: () => {
          device = dimension;
          for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === title));
          refresher.force();
        },
      },
      title,
    ),
  );
  return el("div", { class: "tabs", role: "group", "aria-label": "Kind of device" }, ...buttons);
}

function heard(next: Now | null): void {
  live.classList.toggle("lost", next === null);
  if (next === null) {
    liveWord.textContent = navigator.onLine ? "connection lost, trying again…" : "offline";
    liveNumber.textContent = "";
    now = null;
    return;
  }
  now = next;
  setNumber(liveNumber, countText(next.current_visitors));
  liveWord.textContent = next.current_visitors === 1 ? "visitor now" : "visitors now";
  document.title = `${next.current_visitors} now · ${state.site}`;
  if (state.range === "realtime") chart.show(minutePoints(next), emptyChart);
  refresher.nudge();
}

// Only where there is a session to end.
const logOutButton = el(
  "button",
  { type: "button", class: "small-button", hidden: true, click: () => void logOut().finally(() => location.replace(loginPath(location))) },
  "Log out",
);
void readSession().then((session) => (logOutButton.hidden = session?.caller !== "session"));

function layout(): HTMLElement[] {
  const header = el(
    "header",
    { class: "wrap top" },
    el(
      "div",
      { class: "who" },
      el("a", { href: "/dashboard", class: "mark", "aria-label": "kassa, to the dashboard" }, picture("0 0 32 32", MARK)),
      el("div", {}, el("h1", {}, state.site), live),
    ),
    el(
      "div",
      { class: "tools" },
      el("div", { class: "periods", role: "group", "aria-label": "Period" }, ...periodButtons),
      el("a", { href: "/", class: "to-shop" }, "Shop"),
      logOutButton,
      themeButton(),
    ),
  );
  const main = el(
    "main",
    { id: "main", class: "wrap" },
    notice,
    filterBar,
    headline.node,
    el("section", { class: "panel wide" }, chartTitle, chart.node),
    el("div", { class: "grid" }, pages.node, events.node, sources.node, devices.node),
  );
  return [
    header,
    main,
    el(
      "footer",
      { class: "wrap foot" },
      "Counted by kassa, without cookies and without a third party. Bots are left out. ",
      el("a", { href: "/dashboard/definitions" }, "What each number means"),
    ),
  ];
}

document.querySelector("#dashboard")?.append(...layout());
document.body.classList.add("loading");
showChoice();
follow(state.site, heard);
void explain();
refresher.force();
