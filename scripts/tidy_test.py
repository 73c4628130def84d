#!/usr/bin/env python3
"""Proves of each rule of scripts/tidy that it passes what is right and fails what is wrong."""

import importlib.machinery
import importlib.util
import unittest
from pathlib import Path

from tidylib import direction, sizes

loader = importlib.machinery.SourceFileLoader("tidy", str(Path(__file__).with_name("tidy")))
tidy = importlib.util.module_from_spec(importlib.util.spec_from_loader("tidy", loader))
loader.exec_module(tidy)

HEAD = "//! A file.\n"
POINTS = HEAD + 'pub const ALL: &[&str] = &[\n    "log.a",\n    "log.b",\n];\n'


def found(files):
    return tidy.problems(tidy.Tree(files))


class Checked(unittest.TestCase):
    def check(self, files, *expected):
        """`expected`: the start of each problem and a part of its message, joined by " … "."""
        problems = found(files)
        self.assertEqual(len(problems), len(expected), problems)
        for problem, (place, part) in zip(problems, (item.split(" … ") for item in expected)):
            self.assertTrue(problem.startswith(place + ":") and part in problem, f"{problem!r} is not {place!r} … {part!r}")

    def check_code(self, code, *expected):
        self.check({"crates/app/src/a.rs": HEAD + code}, *(f"crates/app/src/a.rs:{item}" for item in expected))


class Rules(Checked):
    def test_layers(self):
        manifest = "[dependencies]\nkassa-model.workspace = true\n"
        self.check({"crates/service/Cargo.toml": manifest})
        self.check({"crates/model/Cargo.toml": "[dependencies]\nserde.workspace = true\n"})
        self.check({"crates/model/Cargo.toml": "[dependencies]\ntokio.workspace = true\n"}, "crates/model/Cargo.toml:2 … nothing else")
        self.check({"crates/model/Cargo.toml": "[dev-dependencies]\nproptest.workspace = true\n"})
        self.check(
            {"crates/eventlog/Cargo.toml": "[dependencies]\nkassa-eventstore.workspace = true\n"},
            "crates/eventlog/Cargo.toml:2 … may not use eventstore",
        )
        self.check(
            {"crates/eventstore/Cargo.toml": "[dependencies]\naxum.workspace = true\n"}, "crates/eventstore/Cargo.toml:2 … may not use axum"
        )
        self.check(
            {"crates/analytics/Cargo.toml": "[dependencies]\nduckdb.workspace = true\n"}, "crates/analytics/Cargo.toml:2 … belongs to"
        )
        self.check(
            {"crates/analytics/Cargo.toml": "[dev-dependencies]\nkassa-commerce.workspace = true\n"},
            "crates/analytics/Cargo.toml:2 … may not use commerce",
        )
        self.check({"crates/app/Cargo.toml": '[dependencies]\nserde = "1"\n'}, "crates/app/Cargo.toml:2 … version of its own")
        self.check({"crates/other/Cargo.toml": manifest}, "crates/other/Cargo.toml:1 … layer table")

    def test_headers(self):
        self.check({"crates/app/src/a.rs": "//! Says why.\n"})
        self.check({"crates/app/src/a.rs": "fn a() {}\n"}, "crates/app/src/a.rs:1 … //!")

    def test_parameters(self):
        self.check_code("fn a<F: Fn(u8) -> u8>(&self, a: A<u8, u8>, b: (u8, u8), c: F, d: [u8; 4], e: impl Fn(u8, u8)) {}\n")
        self.check_code("fn a(\n    a: u8, b: u8, c: u8, d: u8, e: u8, f: u8,\n) {}\n", "2 … 6 parameters")
        self.check_code("#[cfg(test)]\nmod tests {\n fn a(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {}\n}\n")

    def test_glob_imports(self):
        self.check_code("use a::{b, c};\nconst X: u8 = 2 * 3;\n")
        self.check_code("use a::*;\n", "2 … glob")
        self.check_code("use a::{b,\n c::*};\n", "2 … glob")
        self.check_code("#[cfg(test)]\nmod tests {\n    use super::*;\n}\n")

    def test_unwraps(self):
        self.check_code('fn a() { b().expect("x is y"); c().unwrap_or(1); }\n')
        self.check_code("fn a() {\n    b()\n        .unwrap();\n}\n", "4 … unwrap")
        self.check_code('// a.unwrap() in a comment\nconst A: &str = ".unwrap()";\n')
        self.check_code("#[cfg(test)]\nmod tests {\n    #[test]\n    fn a() { b().unwrap(); }\n}\n")
        self.check_code("#[cfg(test)]\nmod tests { fn a() { b().unwrap(); } }\nfn c() { d().unwrap(); }\n", "4 … unwrap")

    def test_prints(self):
        self.check_code('fn a() { console::print("x"); let eprintln = "println!"; }\n')
        self.check_code('fn a() { println!("x"); }\n', "2 … println!")
        self.check_code('fn a() {\n    std::io::stderr().write_all(b"x"); }\n', "3 … stderr")
        self.check({"crates/service/src/console.rs": HEAD + "fn a() { io::stdout().lock(); }\n"})
        self.check({"bench/src/main.rs": HEAD + 'fn a() { println!("x"); }\n'})

    def test_test_files(self):
        bad = HEAD + "fn a() { b().unwrap(); }\n"
        self.check({"crates/app/tests/it/main.rs": bad})
        self.check({"crates/app/src/a/tests.rs": bad})
        self.check({"crates/app/src/a.rs": HEAD + "#[cfg(test)]\nmod samples;\n", "crates/app/src/a/samples.rs": bad})
        self.check({"crates/app/src/lib.rs": HEAD + "#[cfg(test)]\nmod samples;\n", "crates/app/src/samples.rs": bad})
        self.check(
            {"crates/app/src/lib.rs": HEAD + "mod samples;\n", "crates/app/src/samples.rs": bad}, "crates/app/src/samples.rs:2 … unwrap"
        )

    def test_open_ends(self):
        self.check_code("// TODO later\n", "2 … TODO")
        self.check_code("fn a() { todo!() }\n", "2 … todo!(")
        self.check({"web/a.ts": "// FIXME\n"}, "web/a.ts:1 … FIXME")
        self.check_code("fn todos() {}\n")

    def test_sql(self):
        statement = 'const A: &str = "SELECT a FROM b";\n'
        self.check_code(statement, "2 … SQL")
        self.check_code('const A: &str = r#"\n  INSERT INTO b VALUES (1)"#;\n', "2 … SQL")
        self.check({"crates/commerce/src/orders/store.rs": HEAD + statement})
        self.check({"crates/eventstore/src/duckdb/rows.rs": HEAD + statement})
        self.check_code('// SELECT a FROM b\nconst A: &str = "select a product from the list";\n')

    def test_config_keys(self):
        good = '# The address, host:port.\n[server]\n# Where to listen.\nlisten = "a"\n# Shops.\n[[sites]]\n'
        self.check({"config/default.toml": good})
        self.check({"config/default.toml": "# Listens.\na = 1\nb = 2\n"}, "config/default.toml:3 … b has no comment")
        self.check({"config/default.toml": "\n[[sites]]\n"}, "config/default.toml:2 … sites")

    def test_metrics(self):
        code = {"crates/app/src/a.rs": HEAD + 'fn a() { r.register(\n    "log_appends_total", "Appends.", b); }\n'}
        self.check({**code, "docs/operations.md": "| `log_appends_total{site}` | appends |\n"})
        self.check({**code, "docs/operations.md": "log_appends_total\n"}, "crates/app/src/a.rs:2 … log_appends_total is not")
        described = HEAD + 'const A: Description =\n    Description { name: "up_seconds", help: "How long." };\n'
        self.check({"crates/app/src/a.rs": described}, "crates/app/src/a.rs:3 … up_seconds is not")
        self.check_code('const A: &[(&str, u8)] = &[("kassa_log_x", 1)];\n', "2 … kassa_log_x is not")

    def test_problem_types(self):
        code = {"crates/app/src/a.rs": HEAD + 'fn a() { Problem::new(\n    StatusCode::OK, "not-a-thing", "No") }\n'}
        explained = {"docs/api.md": "`not-a-thing`\n", "docs/problems.json": '[{"name": "not-a-thing", "status": 200}]'}
        self.check({**code, **explained})
        self.check({**code, "docs/api.md": "`not-a-thing`\n"}, "crates/app/src/a.rs:2 … docs/problems.json")
        self.check({**code, **explained, "docs/api.md": ""}, "crates/app/src/a.rs:2 … not explained in docs/api.md")
        other = '[{"name": "not-a-thing", "status": 400}]'
        self.check({**code, **explained, "docs/problems.json": other}, "crates/app/src/a.rs:2 … another status")
        self.check(explained, "docs/problems.json:1 … no code answers it")

    def test_fail_points(self):
        home, user = "crates/model/src/failpoint.rs", "crates/app/src/a.rs"
        self.check({home: POINTS, user: HEAD + 'fn a() { hit("log.a"); failpoint::hit("log.b"); }\n'})
        self.check({home: POINTS, user: HEAD + 'fn a() { hit("log.a"); }\n'}, home + ":4 … no code hits it")
        self.check(
            {home: POINTS, user: HEAD + 'fn a() { hit("log.a"); hit("log.b");\n hit("log.c"); }\n'}, user + ":3 … no test can arm it"
        )

    def test_links(self):
        page = {"docs/a.md": "[b](../src/b.rs#x), [folder](../src), [web](https://a.test/b), [here](#a)\n"}
        self.check({**page, "src/b.rs": HEAD})
        self.check({"docs/a.md": "\n[c](c.md)\n"}, "docs/a.md:2 … docs/c.md, which is not there")

    def test_registries(self):
        host = "https://registry." + "npmjs.org/a"
        self.check({"web/package-lock.json": f'{{"resolved": "{host}"}}\n'}, "web/package-lock.json:1 … written out")
        self.check({"Cargo.lock": "https://index." + "crates.io/"})

    def test_file_sizes(self):
        lines = lambda count: HEAD + "// A line.\n" * (count - 1)
        self.check({"crates/app/src/a.rs": lines(400)})
        self.check({"crates/app/src/a.rs": lines(401)}, "crates/app/src/a.rs:1 … 401 lines")
        self.check({"crates/app/src/a.rs": lines(380) + "#[cfg(test)]\nmod tests {\n" + "\n" * 99 + "}\n"})
        self.check({"web/ui/a.tsx": "\n" * 401}, "web/ui/a.tsx:1 … 401 lines")

    def test_function_sizes(self):
        function = lambda count: "fn a() -> [u8; 2] {\n" + "    b();\n" * (count - 2) + "}\n"
        self.check_code(function(70))
        self.check_code(function(71), "2 … a has 71 lines")

    def test_ratchet(self):
        code = {"crates/app/src/a.rs": HEAD + "// A line.\n" * 449}
        self.check({**code, sizes.BASELINE: '{"crates/app/src/a.rs": 450}'})
        self.check({**code, sizes.BASELINE: '{"crates/app/src/a.rs": 449}'}, "crates/app/src/a.rs:1 … 450 lines")
        self.check({**code, sizes.BASELINE: '{"crates/app/src/a.rs": 460}'}, sizes.BASELINE + ":1 … only shrinks")
        self.check({sizes.BASELINE: '{"crates/app/src/gone.rs": 460}'}, sizes.BASELINE + ":1 … gone.rs")

    def test_python_sizes(self):
        self.check({"scripts/a": "#!/usr/bin/env python3\n" + "\n" * 399})
        self.check({"scripts/a": "#!/usr/bin/env python3\n" + "\n" * 400}, "scripts/a:1 … 401 lines")
        self.check({"a.py": "\ndef a():\n" + "    b()\n" * 70}, "a.py:2 … a has 71 lines")

    def test_lexer(self):
        self.check_code("fn a<'a>(b: &'a str) -> char { if b == \"}\" { '{' } else { '\\'' } }\nfn c() { d().unwrap(); }\n", "3 … unwrap")
        self.check_code('const A: &str = r#"a " .unwrap() "#;\nfn c() { d().unwrap(); }\n', "3 … unwrap")


class Direction(Checked):
    """What a file takes from which, through modules, re-exports and the code itself."""

    def check_arrows(self, files, *expected):
        """`files` of a crate by their names under src/; `expected`: "file -> origin: names"."""
        tree = tidy.Tree({f"crates/app/src/{path}": HEAD + code for path, code in files.items()})
        crate = tidy.sizes.crates(tree)["crates/app"]
        arrows = [
            f"{direction.short(file)} -> {direction.short(origin)}: {', '.join(sorted(names))}"
            for file, origins in crate.arrows().items()
            for origin, names in origins.items()
        ]
        self.assertEqual(sorted(arrows), sorted(expected))

    def test_an_arrow_ends_where_the_name_is_declared(self):
        below = {"lib.rs": "mod a;\nmod b;\n", "b/c.rs": "pub struct C;\n"}
        self.check_arrows({**below, "a.rs": "use crate::b::c::C;\n", "b.rs": "mod c;\n"}, "a.rs -> b/c.rs: C")
        self.check_arrows({**below, "a.rs": "use crate::b::C as D;\n", "b/mod.rs": "mod c;\npub use c::C;\n"}, "a.rs -> b/c.rs: C")
        self.check_arrows({**below, "a.rs": "use super::b::{self, c::{C}};\n", "b.rs": "pub mod c;\n"}, "a.rs -> b/c.rs: C")
        self.check_arrows({**below, "a.rs": "use crate::b;\nfn a() { b::c::C }\n", "b.rs": "pub mod c;\n"}, "a.rs -> b/c.rs: C")
        self.check_arrows({**below, "a.rs": "fn a() -> crate::b::c::C {}\n", "b.rs": "pub mod c;\n"}, "a.rs -> b/c.rs: C")
        self.check_arrows({**below, "a.rs": "use std::c::C;\nuse c::{d, e::*};\n// crate::b::c::C\n", "b.rs": "pub mod c;\n"})

    def test_a_child_that_goes_through_its_parent(self):
        files = {"lib.rs": "mod a;\nmod b;\npub use b::B;\n", "a.rs": "use super::B;\n", "b.rs": "pub struct B;\n"}
        self.check_arrows(files, "a.rs -> b.rs: B", "a.rs -> lib.rs: B")
        self.check_arrows({**files, "a.rs": "use crate::b::B;\n"}, "a.rs -> b.rs: B")

    def test_what_is_no_arrow(self):
        parent = "mod b;\npub use b::B;\n"
        self.check_arrows({"lib.rs": parent, "b.rs": "pub struct B;\n"})
        self.check_arrows({"lib.rs": parent + "fn a() -> B {}\n", "b.rs": "pub struct B;\n"}, "lib.rs -> b.rs: B")
        self.check_arrows({"lib.rs": "mod b;\nfn a() { b::f() }\n", "b.rs": "pub fn f() {}\n"}, "lib.rs -> b.rs: f")
        self.check_arrows({"lib.rs": parent, "b.rs": "pub(in crate::b) struct B;\n#[cfg(test)]\nmod tests { use crate::A; }\n"})
        self.check_arrows({"lib.rs": "mod b;\n", "b.rs": "mod c { use super::D; }\nstruct D;\n"})

    def test_a_child_that_takes_from_its_parent(self):
        child = "use super::A;\npub fn f(a: A) {}\n"
        self.check({"crates/app/src/lib.rs": HEAD + "mod b;\npub struct A;\n", "crates/app/src/b.rs": HEAD + child})
        self.check(
            {"crates/app/src/lib.rs": HEAD + "mod b;\npub struct A;\nfn g() { b::f(A) }\n", "crates/app/src/b.rs": HEAD + child},
            "crates/app/src/b.rs:2 … circle of 2 files: takes from lib.rs (A)",
            "crates/app/src/lib.rs:4 … circle of 2 files: takes from b.rs (f)",
        )

    def test_a_circle_of_many(self):
        files = {
            "crates/app/src/main.rs": HEAD + "mod a;\nmod b;\nmod c;\nfn main() { a::a() }\n",
            "crates/app/src/a.rs": HEAD + "use crate::b::b;\n",
            "crates/app/src/b.rs": HEAD + "use crate::c::c;\n",
            "crates/app/src/c.rs": HEAD + "fn c() { super::a::a() }\n",
        }
        self.check(files, *(f"crates/app/src/{name}.rs:2 … circle of 3 files" for name in "abc"))
        self.check({**files, sizes.BASELINE: '{"crates/app: files in circles": 3}'})
        self.check({**files, sizes.BASELINE: '{"crates/app: files in circles": 4}'}, sizes.BASELINE + ":1 … only shrinks")
        drawn = direction.picture(tidy.Tree(files))
        self.assertEqual(drawn[1].split(), ["app", "4", "4", "1", "1"])
        self.assertEqual(drawn[2:], ["circle of 3 in crates/app:", "  a.rs -> b.rs: b", "  b.rs -> c.rs: c", "  c.rs -> a.rs: a"])

    def test_types_apart_from_rules(self):
        def noun(order):
            return {
                "crates/app/src/lib.rs": HEAD + "mod orders;\nmod stock;\n",
                "crates/app/src/orders/mod.rs": HEAD + "mod order;\nmod store;\n",
                "crates/app/src/orders/order.rs": HEAD + order,
                "crates/app/src/orders/store.rs": HEAD + "use super::order::Order;\npub fn insert(order: &Order) {}\n",
                "crates/app/src/stock/mod.rs": HEAD + "pub mod store;\n",
                "crates/app/src/stock/store.rs": HEAD + "pub fn take() {}\n",
            }

        self.check(noun("pub struct Order;\n"))
        self.check(
            noun("pub struct Order;\nfn take() { crate::stock::store::take() }\n"),
            "crates/app/src/orders/order.rs:3 … types apart from rules",
        )

    def test_drivers(self):
        def user(crate, code):
            return {
                "crates/eventlog/src/local/mod.rs": HEAD + "pub struct LocalLog;\npub enum Poison {}\n",
                f"crates/{crate}/src/lib.rs": HEAD + code,
            }

        self.check(user("commerce", "use kassa_eventlog::EventLog;\nstruct Poison;\nimpl Poison {}\n"))
        self.check(user("commerce", "use kassa_eventlog::LocalLog;\n"), "crates/commerce/src/lib.rs:2 … commerce knows the port alone")
        self.check(user("commerce", "fn a(b: &kassa_eventlog::LocalLog) {}\n"), "crates/commerce/src/lib.rs:2 … the port alone")
        self.check(user("app", "use kassa_eventlog::LocalLog;\nfn a(b: &LocalLog) {}\n"))
        self.check(
            user("app", "use kassa_eventlog::LocalLog as Log;\nimpl<T> Books<T> for Log {}\n"),
            "crates/app/src/lib.rs:3 … an impl of LocalLog",
        )


if __name__ == "__main__":
    unittest.main()
