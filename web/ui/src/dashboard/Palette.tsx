/** Everything that can be gone to or done, found by a few letters. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { Finder, matching, type Action } from "../design/Finder";
import { chooseLanguage, LANGUAGES } from "../design/language";
import { useWords, type Words } from "../design/words";
import { toggleTheme } from "../lib/theme";
import { api } from "../server/call";
import { useReport, type Site } from "./data";
import { LISTS, listQuestion } from "./questions";
import { COMPARES, PRESETS } from "./ranges";
import { toggled, type View } from "./view";
import { useAccess, type Access } from "./access";
import { figuresOf, listsOf, pagesOf } from "./pages";

interface Props {
  view: View;
  change: (next: Partial<View>) => void;
  zone: string;
  sites: Site[];
  owner: boolean;
  close: () => void;
}

const FOUND = 6;

export default function Palette(props: Props) {
  const { close } = props;
  const words = useWords();
  const { t } = words;
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  // What was looked up for fewer letters is none of what is asked for now.
  const lookedUp = useFound(props, wanted);
  const first = wanted === text.trim() ? lookedUp : [];
  const found = [...first, ...matching(actions(props, words, useAccess()), text)];
  return <Finder title={t.palette.title} hint={t.palette.hint} text={text} setText={setText} found={found} close={close} />;
}

function actions({ view, change, sites }: Props, { t }: Words, access: Access): Action[] {
  const group = (name: string, all: [id: string, title: string, act: () => void][]): Action[] =>
    all.map(([id, title, act]) => ({ id: `${name}-${id}`.replaceAll(/\W/g, "-"), group: name, title, act }));
  const go = (next: Partial<View>) => () => change(next);
  const places: [string, string, () => void][] = [
    ["definitions", t.meanings, () => location.assign("/dashboard/definitions")],
    ["shop", t.shop, () => location.assign("/")],
    ...(access.owner ? [["admin", t.admin, () => location.assign("/admin")] as [string, string, () => void]] : []),
  ];
  return [
    ...group(t.reports, [
      ["overview", t.overview, go({ page: undefined })],
      ...pagesOf(access).map((page): [string, string, () => void] => [page, t.pages[page] ?? page, go({ page })]),
    ]),
    ...group(
      t.period,
      PRESETS.map(({ period }) => [period, t.periods[period] ?? period, go({ period, interval: undefined })]),
    ),
    ...group(
      t.compare,
      COMPARES.map((compare) => [compare, t.compares[compare] ?? compare, go({ compare })]),
    ),
    ...group(
      t.palette.chart,
      figuresOf(access).map(({ id }) => [id, t.metrics[id] ?? id, go({ metric: id, page: undefined })]),
    ),
    ...group(
      t.palette.list,
      listsOf(access).map(({ id }) => [id, t.tabs[id] ?? id, go({ sheet: id, page: undefined })]),
    ),
    ...(sites.length > 1
      ? group(
          t.site,
          sites.map(({ id }) => [id, id, go({ site: id, filters: [], page: view.page })]),
        )
      : []),
    ...group(t.palette.action, [
      ["theme", t.palette.theme, toggleTheme],
      ...(access.share ? [] : places),
      ...(view.filters.length ? [["filters", t.dropFilters, go({ filters: [] })] as [string, string, () => void]] : []),
      ...LANGUAGES.filter((one) => one !== t.lang).map((one): [string, string, () => void] => [
        one,
        `${t.language}: ${one.toUpperCase()}`,
        () => chooseLanguage(one),
      ]),
    ]),
  ];
}

/** Orders of this number, pages and products that are called so, and the event of this id. */
function useFound(props: Props, text: string): Action[] {
  const { view, change, zone, owner } = props;
  const { t } = useWords();
  const { share } = useAccess();
  const orders = useOrders(text, owner);
  const list = LISTS[0];
  const pages = useReport(
    (clock) =>
      listQuestion(
        { ...view, filters: [] },
        list ?? { id: "page", dimension: "event:page", metrics: [] },
        { limit: FOUND, search: text },
        clock,
      ),
    zone,
    text !== "",
  );
  const products = useQuery({
    queryKey: ["products", text],
    queryFn: async ({ signal }) => (await api.listProducts({ query: { limit: FOUND, q: text } }, { signal })).results,
    enabled: text !== "" && owner,
  });
  if (!text) return [];
  const where =
    (id: string): (() => void) =>
    () =>
      change({ sheet: "where", options: { id: [id] } });
  // What an order's number names is an order: an event of this id is looked for where there is none.
  const event = !share && !orders.length && ID.test(text);
  return [
    ...orders.map((order): Action => ({
      id: `order-${order.number}`,
      group: t.of["order"] ?? "",
      title: order.title,
      act: where(order.id),
    })),
    ...(event ? [{ id: "where", group: t.palette.action, title: t.where.find(text), act: where(text) }] : []),
    ...(pages.data?.results ?? []).map((row, index): Action => ({
      id: `page-${index}`,
      group: t.of["page"] ?? "",
      title: row.dimensions[0] ?? "",
      act: () =>
        change(toggled({ ...view, filters: view.filters.filter((one) => one.name !== "page") }, "event:page", row.dimensions[0] ?? "")),
    })),
    ...(products.data ?? []).map((product, index): Action => ({
      id: `product-${index}`,
      group: t.of["product"] ?? "",
      title: product.name,
      act: () => location.assign(`/p/${encodeURIComponent(product.sku)}`),
    })),
  ];
}

// An id has a digit and no space.
const ID = /^\S*\d\S*$/;

/** The orders that this is the number, the UUID or the reference of. */
function useOrders(text: string, enabled: boolean): { id: string; number: number; title: string }[] {
  const { n } = useWords();
  const wanted = text.replace(/^#/, "");
  const { data } = useQuery({
    queryKey: ["orders", wanted],
    queryFn: async ({ signal }) => (await api.listOrders({ query: { limit: FOUND, q: wanted } }, { signal })).results,
    enabled: enabled && ID.test(wanted),
  });
  // The server looks for a SKU, too.
  const named = data?.filter((one) => [String(one.number), one.id, one.client_reference].includes(wanted)) ?? [];
  return named.map(({ id, number, total }) => ({ id, number, title: `#${number} · ${n.money(total)}` }));
}
