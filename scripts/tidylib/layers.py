"""Which crate may name which, as ARCHITECTURE.md has it."""

import re
import tomllib

# The layer table of ARCHITECTURE.md: which of our crates a crate may name.
LAYERS = {
    "model": set(),
    "service": {"model"},
    "db": {"model"},
    "access": {"model", "service", "db"},
    "eventlog": {"model"},
    "eventstore": {"model"},
    "commerce": {"model", "service", "db", "access", "eventlog"},
    "analytics": {"model", "service", "access", "eventlog", "eventstore"},
    "app": {"model", "service", "db", "access", "eventlog", "eventstore", "commerce", "analytics"},
    "bench": {"db", "model", "service", "access", "eventlog", "eventstore", "analytics"},
}
# Where the table says "and nothing else" of other people's crates, too.
EXTERNALS = {
    "model": {"serde", "serde_json", "uuid", "jiff", "siphasher", "thiserror"},
    "db": {"rusqlite", "postgres", "tokio", "tracing", "thiserror"},
}
# An engine's driver belongs to one port (or to the shop's database); the web framework to no port.
ONLY_IN = {
    "duckdb": {"eventstore", "bench"},
    "clickhouse": {"eventstore"},
    "rusqlite": {"db"},
    "postgres": {"db", "eventstore"},
    "rdkafka": {"eventlog"},
    "redis": {"eventlog"},
    "axum": {"service", "access", "commerce", "analytics", "app"},
    "anyhow": {"app", "bench"},
}


def layers(tree):
    """Which crates a crate may name, and where versions live."""
    for path, text in tree.files.items():
        found = re.fullmatch(r"(?:crates/)?(\w+)/Cargo\.toml", path)
        if not found:
            continue
        crate, manifest = found[1], tomllib.loads(text)
        if crate not in LAYERS:
            yield path, 1, f"crate {crate} is not in the layer table: add it to ARCHITECTURE.md and scripts/tidylib/layers.py"
            continue
        for section in ("dependencies", "build-dependencies", "dev-dependencies"):
            for name, spec in manifest.get(section, {}).items():
                line = line_of(text, name)
                if not (isinstance(spec, dict) and spec.get("workspace")):
                    yield path, line, f"{name} has a version of its own: versions and features live in the root Cargo.toml"
                why = forbidden(crate, name, section)
                if why:
                    yield path, line, why


def forbidden(crate, name, section):
    if name.startswith("kassa-"):
        ours = name.removeprefix("kassa-")
        if ours != crate and ours not in LAYERS[crate]:
            allowed = ", ".join(sorted(LAYERS[crate])) or "none"
            return f"{crate} may not use {ours} (layer table: of our crates {allowed})"
        return None
    if section == "dependencies" and crate in EXTERNALS and name not in EXTERNALS[crate]:
        return f"{crate} may not use {name} (layer table: {', '.join(sorted(EXTERNALS[crate]))} and nothing else)"
    if section == "dependencies" and name in ONLY_IN and crate not in ONLY_IN[name]:
        return f"{crate} may not use {name}: it belongs to {', '.join(sorted(ONLY_IN[name]))}"
    return None


def line_of(text, key):
    found = re.search(rf"^{re.escape(key)}\b", text, re.M)
    return text.count("\n", 0, found.start()) + 1 if found else 1
