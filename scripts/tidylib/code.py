"""What stands in a file: how it opens, what it must not say, where SQL may be."""

import re

from tidylib.rust import TOKEN

PARAMETERS_MAX = 5
SQL = re.compile(
    r"\bSELECT\s[^\"]*?\sFROM\s|\bINSERT\s+INTO\s|\bDELETE\s+FROM\s|\bUPDATE\s+\w+\s+SET\s"
    r"|\b(?:CREATE|ALTER|DROP)\s+(?:TEMP\s+)?(?:TABLE|VIEW|INDEX|SCHEMA|SEQUENCE)\s"
)
SQL_ALLOWED = re.compile(r"(^|/)(store|lease|sabotage)\.rs$|/audit/|^crates/(access|db|eventstore)/|^bench/")
# The one file that writes to standard output and error.
CONSOLE = "crates/service/src/console.rs"
PRINTS = re.compile(r"\b(?:e?print(?:ln)?|dbg)!|\bio::std(?:out|err)\(\)\s*\.(?:lock|write)")
OPEN_ENDS = re.compile(r"\b(?:TODO|FIXME|XXX)\b|\b(?:todo|unimplemented)!\s*[(\[{]")
SOURCES = (".rs", ".ts", ".tsx", ".js", ".mjs", ".py", ".sh", ".html", ".css", ".toml", ".yml", ".yaml")


def headers(tree):
    """Every Rust file says first what it is for."""
    for path, rust in tree.rust.items():
        if not rust.source.startswith("//!"):
            yield path, 1, "the file does not open with //!: say what it is for and what it must not do"


def parameter_counts(tree):
    """At most five parameters."""
    for path, rust in tree.product().items():
        for name, at, count, _ in rust.functions():
            if count > PARAMETERS_MAX:
                yield path, rust.line(at), f"fn {name} has {count} parameters, at most {PARAMETERS_MAX}: pass a struct"


def glob_imports(tree):
    """No glob imports; tests may `use super::*`."""
    for path, rust in tree.product().items():
        for found in re.finditer(r"\buse\s[^;]*\*[^;]*;", rust.plain_code):
            yield path, rust.line(found.start()), "glob import: name what is used, so that a reader finds where it is from"


def unwraps(tree):
    """No unwrap outside tests."""
    for path, rust in tree.product().items():
        for found in re.finditer(r"\.unwrap\s*\(\s*\)", rust.plain_code):
            yield path, rust.line(found.start()), 'unwrap() outside tests: return an error, or expect("why it cannot happen")'


def prints(tree):
    """What is said goes through the one place that survives a failed write."""
    for path, rust in tree.product().items():
        if path == CONSOLE or not path.startswith("crates/") or "/examples/" in path or path.endswith("build.rs"):
            continue
        for found in PRINTS.finditer(rust.plain_code):
            yield path, rust.line(found.start()), f"{found[0]} panics where the write fails: use console::say, complain or print"


def open_ends(tree):
    """Nothing left open."""
    for path, text in tree.files.items():
        if path.startswith("scripts/tidy") or not (path.endswith(SOURCES) or path.startswith("scripts/")):
            continue
        for found in OPEN_ENDS.finditer(text):
            yield path, text.count("\n", 0, found.start()) + 1, f"{found[0]} left in the code: finish it, or open an issue"


def sql_places(tree):
    """SQL only in the stores."""
    for path, rust in tree.product().items():
        if SQL_ALLOWED.search(path):
            continue
        for found in TOKEN.finditer(rust.plain_text):
            if (found["text"] or found["raw"]) and SQL.search(found[0] + " "):
                yield (
                    path,
                    rust.line(found.start()),
                    "SQL outside store.rs, lease.rs, sabotage.rs, audit/, access and the store backends",
                )
