"""Which file of a crate takes what from which: every path in `use` and in the code, followed to the file that declares the name.

Followed means through modules and re-exports, so an arrow ends where the item stands; a second one ends at the parent where a child goes
through what the parent hands on. `mod x;` is no arrow, nor is `pub use x::Name` by which a module hands on what is below it; items that only
tests compile do not count.
"""

import re
from dataclasses import dataclass, field

from tidylib.rust import matching

USE = re.compile(r"\b(pub(?:\s*\([^)]*\))?\s+)?use\s+([^;]+);")
INLINE_MODULE = re.compile(r"\bmod\s+(\w+)\s*\{")
PATH = re.compile(r"(?<![\w:.])(?:\w+\s*::\s*)+\w+")
VISIBLE_IN = re.compile(r"\bpub\s*\(\s*in\s[^)]*\)")
ROOTS = ("lib.rs", "main.rs")


@dataclass
class Import:
    """One name that a `use` brings in, or one path in the code: where it stands, what it says."""

    at: int
    segments: tuple
    reexported: bool = False


@dataclass
class Module:
    """A file, or a `mod x { … }` within one."""

    path: tuple
    file: str
    names: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """`file` takes `name` from `origin`, at this position."""

    file: str
    origin: str
    name: str
    at: int


def crates(tree):
    """{folder: Crate} of every crate in the tree."""
    folders = {path.rsplit("/src/", 1)[0] for path in tree.rust if path.endswith(tuple(f"/src/{root}" for root in ROOTS))}
    return {folder: Crate(tree, folder) for folder in sorted(folders)}


class Crate:
    """The modules of one crate's product files and the arrows between its files."""

    def __init__(self, tree, folder):
        self.files = {path: rust for path, rust in tree.product().items() if path.startswith(folder + "/src/")}
        self.modules, self.spans = {}, {}
        for path, rust in self.files.items():
            self.add_file(path, rust, module_path(path.removeprefix(folder + "/src/")))
        self.taken = {taken for path in self.files for taken in self.read(path)}

    def add_file(self, path, rust, name):
        """The file's module and those within it, each with the names that its `use` declarations bring in."""
        self.modules[name] = Module(name, path)
        self.spans[path] = [(0, len(rust.plain_code), name)]
        for found in INLINE_MODULE.finditer(rust.plain_code):
            inner = (*self.module_at(path, found.start()).path, found[1])
            self.modules[inner] = Module(inner, path)
            self.spans[path].append((found.end(), matching(rust.plain_code, found.end() - 1), inner))
        for found in USE.finditer(rust.plain_code):
            names = self.module_at(path, found.start()).names
            for alias, segments in leaves(found[2]):
                names[alias] = Import(found.start(), segments, bool(found[1]))

    def module_at(self, path, position):
        """The innermost module of the file that encloses the position."""
        inside = [(start, name) for start, end, name in self.spans[path] if start <= position < end]
        return self.modules[max(inside)[1]]

    def read(self, path):
        """What a file takes from other files of the crate."""
        code = self.files[path].plain_code
        rest = VISIBLE_IN.sub(" ", USE.sub(lambda found: " " * len(found[0]), code))
        for _, _, name in self.spans[path]:
            module = self.modules[name]
            for alias, imported in module.names.items():
                origin, _ = self.resolve(module, imported.segments, {}) or (module, None)
                if not imported.reexported or origin.path[: len(name)] != name or is_used(rest, alias):
                    yield from self.take(module, imported.segments, imported.at)
        for found in PATH.finditer(rest):
            segments = tuple(re.split(r"\s*::\s*", found[0]))
            yield from self.take(self.module_at(path, found.start()), segments, found.start())

    def take(self, module, segments, at):
        """What a path in `module` takes, and from each module above it that hands it on."""
        through = {}
        origin, name = self.resolve(module, segments, through) or (module, None)
        above = {self.modules[by].file: handed for by, handed in through.items() if module.path[: len(by)] == by and by != module.path}
        for file, item in {**above, origin.file: name}.items():
            if name and file != module.file:
                yield Taken(module.file, file, item, at)

    def resolve(self, module, segments, through):
        """(module that declares it, name) of a path, or None where it leads out of the crate; the name is None for a module. Fills
        `through` with the modules that hand it on, and as what."""
        first, rest = segments[0], segments[1:]
        if first == "crate":
            module = self.modules.get((), module)
        elif first == "super":
            module = self.modules.get(module.path[:-1], module)
        elif first != "self":
            rest = segments
        for at, segment in enumerate(rest):
            below = self.modules.get((*module.path, segment))
            handed_on = module.names.get(segment)
            is_last = at == len(rest) - 1
            if segment == "super":
                module = self.modules.get(module.path[:-1], module)
            elif handed_on and through.get(module.path) != segment and not (below and not is_last):
                through[module.path] = segment
                return self.resolve(module, handed_on.segments + rest[at + 1 :], through)
            elif below:
                module = below
            elif rest is segments and at == 0:
                return None
            else:
                return module, segment
        return module, None

    def arrows(self):
        """{file: {origin: names}}."""
        arrows = {path: {} for path in self.files}
        for taken in self.taken:
            arrows[taken.file].setdefault(taken.origin, set()).add(taken.name)
        return arrows


def module_path(file):
    """("a", "b") of a/b.rs and of a/b/mod.rs; () of lib.rs."""
    parts = file.removesuffix(".rs").split("/")
    return tuple(parts[:-1]) if parts[-1] == "mod" or file in ROOTS else tuple(parts)


def leaves(tree):
    """(name brought in, path) of each name in what stands between `use` and its semicolon."""
    tokens = re.findall(r"\w+|[{},*]", tree)
    open_groups, prefix, found = [], (), []
    start = ()
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ","
        if token == "{":
            open_groups.append(start)
            start = prefix
        elif token == "}":
            start = open_groups.pop()
        elif token == ",":
            prefix = start
        elif token == "as" or at and tokens[at - 1] == "as":
            continue
        elif following in (",", "}", "as"):
            path = prefix if token == "self" and prefix else (*prefix, token)
            found.append((tokens[at + 2] if following == "as" else path[-1], path))
        else:
            prefix = (*prefix, token)
    return found


def is_used(code, name):
    return re.search(rf"(?<![\w.:])(?<!\bfn )(?<!\bmod ){name}\b(?!\s*:[^:])", code) is not None


def circles(arrows):
    """The sets of more than one node that all reach each other, largest first (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(arrows.get(node, ())):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            circle = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(circle) > 1:
                found.append(sorted(circle))

    for node in sorted(arrows):
        if node not in index:
            visit(node)
    return sorted(found, key=lambda circle: (-len(circle), circle))
