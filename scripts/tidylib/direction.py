"""Which way the files of a crate look: no circles, stores above their types, drivers behind their ports."""

import re

from tidylib.imports import USE, circles, crates, leaves

# The engines of each port, as modules of its crate. Which one runs is for app to decide; all others know the port alone.
DRIVERS = {
    "eventlog": {"local", "kafka", "redis"},
    "eventstore": {"duckdb", "clickhouse", "postgres", "memory"},
    "db": {"sqlite", "postgres"},
}
KNOWS_DRIVERS = {"app", "bench"}
TYPE = re.compile(r"[A-Z][A-Za-z0-9]*[a-z]\w*$")
IMPL = re.compile(r"\bimpl\b(?:\s*<[^{;]*?>(?=\s*[\w:&(\[]))?\s*(?:[^{;]*?\bfor\s+)?(?:\w+\s*::\s*)*(?P<type>\w+)[^{;]*\{")


def in_circles(crate):
    """(path, line, why) of each file that reaches itself."""
    arrows = crate.arrows()
    for circle in circles(arrows):
        for path in circle:
            ties = [f"{short(other)} ({', '.join(sorted(arrows[path][other]))})" for other in circle if other in arrows[path]]
            first = min(taken.at for taken in crate.taken if taken.file == path and taken.origin in circle)
            yield path, crate.files[path].line(first), f"is in a circle of {len(circle)} files: takes from {', '.join(ties)}"


def types_over_store(crate):
    """What a store takes its types from takes nothing from a store: rules use the store, the store uses the types."""
    stores = {path for path in crate.files if path.endswith("/store.rs")}
    typed = {}
    for taken in crate.taken:
        if taken.file in stores and taken.origin not in stores and TYPE.match(taken.name):
            typed.setdefault(taken.origin, (taken.name, taken.file))
    for taken in sorted(crate.taken, key=lambda taken: (taken.file, taken.at)):
        if taken.origin in stores and taken.file in typed:
            name, store = typed[taken.file]
            why = f"takes {taken.name} from {short(taken.origin)}, but {short(store)} takes {name} from here: types apart from rules"
            yield taken.file, crate.files[taken.file].line(taken.at), why


def drivers_named(tree, folder, crate):
    """A driver's types are named in its own crate and where engines are chosen, and are given no `impl` but at home."""
    user = folder.rsplit("/", 1)[-1]
    for port, names in driver_types(tree).items():
        for path, rust in crate.files.items() if user != port else ():
            known = {name: alias for alias, name in names_from(rust, f"kassa_{port}") if name in names}
            for name, alias in known.items():
                if user not in KNOWS_DRIVERS:
                    at = re.search(rf"\b{name}\b", rust.plain_code).start()
                    yield path, rust.line(at), f"names {name}, a driver of {port}: {user} knows the port alone"
                for found in IMPL.finditer(rust.plain_code):
                    if found["type"] == alias:
                        yield path, rust.line(found.start()), f"an impl of {name} outside {port}, whose driver it is"


def names_from(rust, crate):
    """(name here, name there) of all that the file names of another crate."""
    for found in USE.finditer(rust.plain_code):
        for alias, segments in leaves(found[2]):
            if segments[0] == crate:
                yield alias, segments[-1]
    for found in re.finditer(rf"\b{crate}(?:\s*::\s*(\w+))+", USE.sub(" ", rust.plain_code)):
        yield found[1], found[1]


def driver_types(tree):
    """{port: names of the public types that its drivers declare}."""
    found = {port: set() for port in DRIVERS}
    for path, rust in tree.product().items():
        place = re.match(r"crates/(\w+)/src/(\w+)", path)
        if place and place[2] in DRIVERS.get(place[1], ()):
            found[place[1]].update(re.findall(r"\bpub (?:struct|enum|trait|type) (\w+)", rust.plain_code))
    return found


def picture(tree):
    """The lines of `scripts/tidy --imports`: of each crate its files, arrows, circles, and the arrows that run up in them."""
    lines = [f"{'crate':12} {'files':>5} {'arrows':>6} {'circles':>7} {'up':>3}"]
    ties = []
    for folder, crate in crates(tree).items():
        arrows = crate.arrows()
        found = circles(arrows)
        up = [pair for circle in found for pair in upward(arrows, circle)]
        lines.append(f"{folder.split('/')[-1]:12} {len(arrows):5} {sum(map(len, arrows.values())):6} {len(found):7} {len(up):3}")
        for circle in found:
            ties.append(f"circle of {len(circle)} in {folder}:")
            for path in circle:
                for other in sorted(set(arrows[path]) & set(circle)):
                    ties.append(f"  {short(path)} -> {short(other)}: {', '.join(sorted(arrows[path][other]))}")
    return lines + ties


def upward(arrows, circle):
    """The arrows of a circle that run up when each file stands above what it takes from, as far as one walk from the top can have it."""
    up, done, open_files = [], set(), set()

    def walk(path):
        open_files.add(path)
        for other in sorted(set(arrows[path]) & set(circle)):
            if other in open_files:
                up.append((path, other))
            elif other not in done:
                walk(other)
        open_files.discard(path)
        done.add(path)

    for path in circle:
        if path not in done:
            walk(path)
    return up


def short(path):
    return path.split("/src/", 1)[-1]
