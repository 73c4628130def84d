"""What must be explained or listed elsewhere, and what links there: configuration, metrics, errors, fail points, pages."""

import json
import posixpath
import re
from http import HTTPStatus

# What Python calls otherwise than Rust.
STATUS_NAMES = {"PAYLOAD_TOO_LARGE": "REQUEST_ENTITY_TOO_LARGE", "URI_TOO_LONG": "REQUEST_URI_TOO_LONG"}
# Where packages come from is the machine's configuration, so that a mirror works as well.
REGISTRIES = re.compile(
    r"https?://[\w.-]*(?:registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org/simple|files\.pythonhosted\.org"
    r"|index\.crates\.io|static\.crates\.io|deb\.debian\.org|archive\.ubuntu\.com|repo\d?\.maven\.org|proxy\.golang\.org)"
)
# A metric is named where it is registered, or where it describes itself to do so; ours begin with kassa_.
METRIC = re.compile(r'(?:\bregister\w*\s*\(|\bDescription\s*\{\s*name:)\s*"([a-z][a-z0-9_]*)"|"(kassa_[a-z0-9_]+)"')


def config_keys(tree):
    """Every configuration key is explained where it is."""
    path = "config/default.toml"
    previous = ""
    for number, line in enumerate(tree.files.get(path, "").splitlines(), 1):
        key = re.match(r"\s*(?:([\w.\"-]+)\s*=|\[\[?([\w.]+)\]\]?\s*$)", line)
        name = key and (key[1] or key[2])
        is_section = bool(key and key[2] and not line.strip().startswith("[["))
        if name and not is_section and not previous.strip().startswith("#"):
            yield path, number, f"{name} has no comment above it: say meaning, unit and default"
        previous = line


def metric_names(tree):
    """Every metric is explained in docs/operations.md."""
    documented = set(re.findall(r"`([a-z][a-z0-9_]*)(?:\{[^`]*\})?`", tree.files.get("docs/operations.md", "")))
    for path, rust in tree.product().items():
        for found in METRIC.finditer(rust.plain_text):
            name = found[1] or found[2]
            if name not in documented:
                yield path, rust.line(found.start()), f"metric {name} is not explained in docs/operations.md"


def problem_types(tree):
    """Every type of error answer is explained in docs/api.md and, with its status, in docs/problems.json; and no other."""
    home = "docs/problems.json"
    documented = set(re.findall(r"`([a-z_-]+)`", tree.files.get("docs/api.md", "")))
    explained = {problem["name"]: problem["status"] for problem in json.loads(tree.files.get(home, "[]"))}
    named = set()
    for path, rust in tree.product().items():
        named.update(re.findall(r'"([a-z_-]+)"', rust.plain_text))
        for found in re.finditer(r"\b(?:Problem|Self)::new\(\s*StatusCode::(\w+),\s*\"([a-z_-]+)\"", rust.plain_text):
            status = getattr(HTTPStatus, STATUS_NAMES.get(found[1], found[1]), None)
            if found[2] not in documented:
                yield path, rust.line(found.start()), f"error type {found[2]} is not explained in docs/api.md"
            if found[2] not in explained:
                yield path, rust.line(found.start()), f"error type {found[2]} is not explained in {home}"
            elif explained[found[2]] != status:
                yield path, rust.line(found.start()), f"error type {found[2]} has another status in {home}"
    for name in sorted(explained.keys() - named):
        yield home, 1, f"error type {name} is explained, and no code answers it"


def fail_points(tree):
    """The list of fail points is complete, and each is hit somewhere."""
    home = "crates/model/src/failpoint.rs"
    if home not in tree.rust:
        return
    source = tree.rust[home].text
    block = re.search(r"\bALL:[^=]*=\s*&\[(.*?)\];", source, re.S)
    listed = {m[1]: block.start(1) + m.start() for m in re.finditer(r'"([^"]+)"', block[1])}
    hit = set()
    for path, rust in tree.product().items():
        if path == home:
            continue
        for found in re.finditer(r'\bhit\(\s*"([^"]+)"\s*,?\s*\)', rust.plain_text):
            hit.add(found[1])
            if found[1] not in listed:
                yield path, rust.line(found.start()), f"fail point {found[1]} is not in {home}: no test can arm it"
    for name in sorted(listed.keys() - hit):
        yield home, tree.rust[home].line(listed[name]), f"fail point {name} is listed but no code hits it"


def links(tree):
    """What a page links to is there."""
    there = tree.files.keys() | tree.pictures
    folders = {path.rsplit("/", depth)[0] for path in there for depth in range(1, path.count("/") + 1)}
    for path, text in tree.files.items():
        if not path.endswith(".md"):
            continue
        for found in re.finditer(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), found[1]))
            if target not in there and target not in folders:
                yield path, text.count("\n", 0, found.start()) + 1, f"links to {target}, which is not there"


def registry_hosts(tree):
    """No absolute address of a package registry."""
    for path, text in tree.files.items():
        if path.startswith("scripts/tidy") or path == "Cargo.lock":
            continue
        for found in REGISTRIES.finditer(text):
            yield (
                path,
                text.count("\n", 0, found.start()) + 1,
                f"{found[0]} is written out: the machine's configuration says where packages come from",
            )
