/** Every page, order, product and customer of the admin, found by a few letters. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { Finder, matching, type Action } from "../design/Finder";
import { chooseLanguage, LANGUAGES } from "../design/language";
import { toggleTheme } from "../lib/theme";
import { api } from "../server/call";
import { findOrders } from "./orders/data";
import { pagesOf } from "./pages";
import { go } from "./place";
import { useWho } from "./who";
import { withinOf } from "./within";
import { useAdmin } from "./words";

const FOUND = 6;

export default function Palette({ close }: { close: () => void }) {
  const { t, a } = useAdmin();
  const who = useWho();
  const pages = pagesOf(who);
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const lookedUp = useFound(wanted);
  const first = wanted === text.trim() ? lookedUp : [];
  const languages = LANGUAGES.filter((one) => one !== t.lang);
  const known: Action[] = [
    ...pages.map(({ id, path }) => ({ id, group: a.nav, title: a.pages[id], act: () => go(path) })),
    ...withinOf(who).map(({ path, title, acts }) => ({
      id: path,
      group: acts ? t.palette.action : a.nav,
      title: title(a),
      act: () => go(path),
    })),
    { id: "dashboard", group: a.nav, title: a.dashboard, act: () => location.assign("/dashboard") },
    { id: "shop", group: a.nav, title: t.shop, act: () => location.assign("/") },
    { id: "theme", group: t.palette.action, title: t.palette.theme, act: toggleTheme },
    ...languages.map((one) => ({
      id: one,
      group: t.palette.action,
      title: `${t.language}: ${one.toUpperCase()}`,
      act: () => chooseLanguage(one),
    })),
  ];
  const found = [...first, ...matching(known, text)];
  return <Finder title={t.palette.title} hint={a.keys.hint} text={text} setText={setText} found={found} close={close} />;
}

/** Orders, products and customers of this name, number or SKU. */
function useFound(text: string): Action[] {
  const { a, n } = useAdmin();
  const { can } = useWho();
  const asked = text.length > 1;
  const orders = useQuery({
    queryKey: ["found", "orders", text],
    queryFn: ({ signal }) => findOrders(text.replace(/^#/, ""), signal),
    enabled: can("orders") && text !== "",
  });
  const customers = useQuery({
    queryKey: ["found", "customers", text],
    queryFn: async ({ signal }) => (await api.listCustomers({ query: { q: text, limit: FOUND } }, { signal })).results,
    enabled: can("orders") && asked,
  });
  const products = useQuery({
    queryKey: ["found", "products", text],
    queryFn: async ({ signal }) => (await api.listProducts({ query: { q: text, limit: FOUND } }, { signal })).results,
    enabled: can("read", "catalog", "inventory") && asked,
  });
  if (!text) return [];
  return [
    ...(orders.data ?? []).slice(0, FOUND).map((order) => ({
      id: `order-${order.number}`,
      group: a.orders.heads.order,
      title: [`#${order.number}`, order.customer?.name ?? order.customer?.email, n.money(order.total)].filter(Boolean).join(" · "),
      act: () => go(`/admin/orders/${order.id}`),
    })),
    ...(customers.data ?? []).map((one) => ({
      id: `customer-${one.id}`,
      group: a.order.customer,
      title: [one.name, one.email].filter(Boolean).join(" · "),
      act: () => go(`/admin/customers?id=${encodeURIComponent(one.id)}`),
    })),
    ...(products.data ?? []).map((one) => ({
      id: `product-${one.id}`,
      group: can("read", "catalog") ? a.pages.products : a.pages.stock,
      title: one.name,
      act: () =>
        go(
          can("read", "catalog")
            ? `/admin/products/${one.id}`
            : one.sku
              ? `/admin/stock?sku=${encodeURIComponent(one.sku)}`
              : `/admin/stock?q=${encodeURIComponent(one.name)}`,
        ),
    })),
  ];
}
