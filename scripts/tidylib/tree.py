"""The files of the repository, and which of them are tests."""

import re
import subprocess

from tidylib.rust import Rust


class Tree:
    """The files under version control (and new ones not ignored), by path."""

    def __init__(self, files, pictures=()):
        self.files = files
        # Paths of what has no text.
        self.pictures = frozenset(pictures)
        self.rust = {path: Rust(path, text) for path, text in files.items() if path.endswith(".rs")}
        self.test_modules = set()
        for path, rust in self.rust.items():
            self.test_modules |= declared_test_modules(path, rust)

    @classmethod
    def read(cls, root):
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        files, pictures = {}, set()
        for path in filter(None, listing.stdout.split("\0")):
            try:
                files[path] = (root / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                pictures.add(path)
            except (FileNotFoundError, IsADirectoryError):
                continue
        return cls(files, pictures)

    def is_test(self, path):
        """Whether the whole file is tests."""
        parts = path.split("/")
        name = parts[-1]
        if "tests" in parts[:-1] or "test" in parts[:-1] or "e2e" in parts[:-1] or "conformance" in parts[:-1]:
            return True
        if re.search(r"(^|[_.])(tests?|spec|conformance)\.\w+$", name):
            return True
        return any(path == module + ".rs" or path.startswith(module + "/") for module in self.test_modules)

    def product(self):
        """Rust files that are not tests."""
        return {path: rust for path, rust in self.rust.items() if not self.is_test(path)}


def declared_test_modules(path, rust):
    """Path without suffix of each module that the file declares for tests only."""
    folder, name = path.rsplit("/", 1) if "/" in path else ("", path)
    if name not in ("mod.rs", "lib.rs", "main.rs"):
        folder = path.removesuffix(".rs")
    items = (rust.code[start:end] for start, end in rust.test_spans)
    declared = (re.search(r"\bmod\s+(\w+)\s*;$", item) for item in items)
    return {f"{folder}/{module[1]}" for module in declared if module}
