import { expect, test } from "vitest";
import { loginPath, nextPath } from "../src/lib/session";

const ORIGIN = "https://shop.example";

test("the login page leads back to pages of this origin only", () => {
  const check = (next: string | undefined, expected: string) => {
    const search = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
    expect(nextPath(search, ORIGIN), next ?? "none").toBe(expected);
  };
  check(undefined, "/dashboard");
  check("", "/dashboard");
  check("/dashboard?period=7d&page=%2Fcart", "/dashboard?period=7d&page=%2Fcart");
  check("/admin#keys", "/admin#keys");
  check("dashboard", "/dashboard");
  check("https://evil.example/", "/dashboard");
  check("//evil.example/", "/dashboard");
  check("/\\evil.example/", "/dashboard");
  check("/\t/evil.example/", "/dashboard");
  check("\\\\evil.example", "/dashboard");
  check("javascript:alert(1)", "/dashboard");
  check("/login?next=/dashboard", "/dashboard");
  check("/..//evil.example", "/dashboard");
  check("/.//evil.example", "/dashboard");
});

test("the way there and back", () => {
  const here = { pathname: "/dashboard", search: "?period=7d" };
  expect(nextPath(new URL(loginPath(here), ORIGIN).search, ORIGIN)).toBe("/dashboard?period=7d");
});
