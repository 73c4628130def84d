"""A Rust file, lexed as far as the rules need it."""

import re
from bisect import bisect_right
from functools import cached_property

TOKEN = re.compile(
    r'(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<raw>\bb?r(?P<hash>#*)".*?"(?P=hash))|(?P<text>b?"(?:[^"\\]|\\.)*")'
    r"|(?P<char>b?'(?:[^'\\\n]|\\[^\n][^'\n]*)')",
    re.S,
)
DELIMITER = re.compile(r"[()\[\]{};]")
TEST_ATTRIBUTE = re.compile(r"#\[(?:cfg\((?:any\()?test\b[^\]]*|(?:\w+::)?test(?:\([^\]]*\))?)\]")


class Rust:
    """A Rust file, lexed: `text` without comments, `code` without the insides of strings either, same length."""

    def __init__(self, path, source):
        self.path, self.source = path, source
        self.text = TOKEN.sub(lambda m: blank(m[0]) if m["comment"] else m[0], source)
        self.code = TOKEN.sub(blank_token, source)

    @cached_property
    def test_spans(self):
        """Where the items are that only tests compile."""
        spans, end = [], 0
        for attribute in TEST_ATTRIBUTE.finditer(self.code):
            if attribute.start() >= end:
                end = item_end(self.code, attribute.end())
                spans.append((attribute.start(), end))
        return spans

    @cached_property
    def plain_code(self):
        """`code` without test items."""
        return without(self.code, self.test_spans)

    @cached_property
    def plain_text(self):
        """`text` without test items."""
        return without(self.text, self.test_spans)

    @cached_property
    def line_starts(self):
        return [0] + [m.end() for m in re.finditer("\n", self.source)]

    def line(self, at):
        return bisect_right(self.line_starts, at)

    def lines_without_tests(self):
        tests = sum(self.source.count("\n", start, end) + 1 for start, end in self.test_spans)
        return len(self.source.splitlines()) - tests

    def functions(self):
        """(name, position, parameters, lines) of each function outside tests."""
        for found in re.finditer(r"\bfn\s+(\w+)", self.plain_code):
            opening = parameters_start(self.plain_code, found.end())
            closing = matching(self.plain_code, opening)
            end = item_end(self.plain_code, closing + 1)
            lines = self.plain_code.count("\n", found.start(), end) + 1
            yield found[1], found.start(), parameters(self.plain_code[opening + 1 : closing]), lines


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def blank_token(match):
    if match["comment"]:
        return blank(match[0])
    opening = re.match(r"b?(?:r#*)?[\"']", match[0])[0]
    closing = len(match["hash"] or "") + 1
    return opening + blank(match[0][len(opening) : -closing]) + match[0][-closing:]


def without(text, spans):
    for start, end in spans:
        text = text[:start] + blank(text[start:end]) + text[end:]
    return text


def matching(code, opening):
    """Position of the delimiter that closes the one at `opening`."""
    depth = 0
    for found in DELIMITER.finditer(code, opening):
        if found[0] in "([{":
            depth += 1
        elif found[0] in ")]}":
            depth -= 1
            if depth == 0:
                return found.start()
    return len(code) - 1


def item_end(code, at):
    """Position after the item that goes on at `at`: its block, or the semicolon when it has none."""
    while True:
        found = DELIMITER.search(code, at)
        if not found:
            return len(code)
        if found[0] == ";":
            return found.end()
        if found[0] in ")]}":
            return found.start()
        end = matching(code, found.start()) + 1
        if found[0] == "{":
            return end
        at = end


def parameters_start(code, at):
    """Position of the parenthesis that opens the parameters, past the generics."""
    depth = 0
    for found in re.finditer(r"->|[<>(]", code[at:]):
        if found[0] == "<":
            depth += 1
        elif found[0] == ">":
            depth -= 1
        elif found[0] == "(" and depth == 0:
            return at + found.start()
    return len(code) - 1


def parameters(inside):
    """How many parameters there are, not counting self."""
    depth, parts = 0, [""]
    for piece in re.split(r"(->|[<>(){}\[\],])", inside):
        if piece and piece in "<([{":
            depth += 1
        elif piece and piece in ">)]}":
            depth -= 1
        if piece == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    named = [part for part in parts if part.strip()]
    return sum(not re.match(r"\s*(&\s*('\w+\s+)?)?(mut\s+)?self\b", part) for part in named)
