"""What may only shrink: files and functions over their limit, imports in the wrong direction; scripts/tidy.baseline has what is left of them."""

import ast
import json

from tidylib import direction
from tidylib.imports import crates

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
BASELINE = "scripts/tidy.baseline"


def over_limits(tree):
    """{"path", "path::function" or "crate: what": (amount, limit, [(path, line, message)])} of all that is over its limit."""
    over = {}
    for path, lines in file_lines(tree):
        if lines > FILE_LINES_MAX:
            over[path] = (lines, FILE_LINES_MAX, [(path, 1, f"{lines} lines without tests: split by responsibility")])
    for path, name, line, lines in functions(tree):
        if lines > FUNCTION_LINES_MAX:
            message = f"{name} has {lines} lines: split by responsibility"
            over[f"{path}::{name}"] = (lines, FUNCTION_LINES_MAX, [(path, line, message)])
    for folder, crate in crates(tree).items():
        for what, found in (
            ("files in circles", direction.in_circles(crate)),
            ("types over a store", direction.types_over_store(crate)),
            ("drivers named", direction.drivers_named(tree, folder, crate)),
        ):
            places = list(found)
            if places:
                over[f"{folder}: {what}"] = (len(places), 0, places)
    return over


def file_lines(tree):
    """(path, lines without tests) of each source file that is not tests."""
    for path, text in tree.files.items():
        if path in tree.rust and not tree.is_test(path):
            yield path, tree.rust[path].lines_without_tests()
        elif is_python(path, text) or path.endswith((".ts", ".tsx")) and not tree.is_test(path):
            yield path, len(text.splitlines())


def functions(tree):
    """(path, name, line, lines) of each function in Rust and Python that is not a test."""
    for path, rust in tree.product().items():
        for name, at, _, lines in rust.functions():
            yield path, name, rust.line(at), lines
    for path, text in tree.files.items():
        if is_python(path, text):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield path, node.name, node.lineno, node.end_lineno - node.lineno + 1


def is_python(path, text):
    return path.endswith(".py") or text.startswith("#!/usr/bin/env python3\n")


def ratchet(tree):
    """What is over its limit beyond the baseline, and what the baseline no longer needs."""
    baseline = json.loads(tree.files.get(BASELINE, "{}"))
    over = over_limits(tree)
    for name, (amount, limit, places) in over.items():
        allowed = baseline.get(name, limit)
        if amount > allowed:
            for path, line, message in places:
                yield path, line, f"{message} ({amount}, at most {allowed})"
    for name, allowed in baseline.items():
        if over.get(name, (0,))[0] < allowed:
            yield BASELINE, 1, f"{name} needs no {allowed} any more: run scripts/tidy --shrink (the baseline only shrinks)"


def shrink(tree, root):
    """Lowers the baseline to what the tree needs."""
    baseline = json.loads(tree.files.get(BASELINE, "{}"))
    over = over_limits(tree)
    kept = {name: min(allowed, over[name][0]) for name, allowed in baseline.items() if name in over}
    (root / BASELINE).write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
