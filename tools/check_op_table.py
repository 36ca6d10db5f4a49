#!/usr/bin/env python3
"""Every operation with a derivative has a row in the operation table of the tests.

An operation is a struct in lib/ops or lib/autograd that says
`static constexpr std::string_view name = "matmul";`. It has a derivative when it or a struct that it
is made from says vjp(), df() or pull(). A row is what ROW matches, in a file of tests/ that includes
support/op_table.hpp. What cannot have a row is in EXEMPT, with the reason.

A function whose documentation in include/tapegrad/ops speaks of a kink has a kink row: kink("abs", ...)
in a file of tests/ that includes support/kinks.hpp.
"""

import re
from pathlib import Path

from findings import report

OPERATION_FOLDERS = ("lib/ops", "lib/autograd")
NAME = re.compile(r"\bstd::string_view\s+name\s*=\s*([^;]+);")
STRUCT = re.compile(r"\bstruct\s+(\w+)\s*(?::([^{};]*))?\{")
DERIVATIVE = re.compile(r"\b(vjp|df|pull)\s*\(")
TABLE = re.compile(r'#include\s*["<]support/op_table\.hpp[">]')
ROW = re.compile(r'(?:\.name\s*=|\bOpRow\s*\{|\w*row\s*\()\s*"([^"]+)"')
LITERAL = re.compile(r'"([^"]+)"')
COMMENT = re.compile(r"//[^\n]*")

HEADERS = "include/tapegrad/ops"
DOCUMENTED = re.compile(r"((?:^[ \t]*///[^\n]*\n)+)([^;{]*?\b(\w+)\()", re.MULTILINE)
KINK = re.compile(r"\bkinks?\b")
KINK_TABLE = re.compile(r'#include\s*["<]support/kinks\.hpp[">]')
KINK_ROW = re.compile(r'\bkink\(\s*"([^"]+)"')

EXEMPT = {}  # name -> why no row can check it


def texts(root, folder):
    """(path, text without comments) of each C++ file below folder."""
    for path in sorted((root / folder).rglob("*")):
        if path.suffix in {".cpp", ".hpp"}:
            yield path.relative_to(root), COMMENT.sub("", path.read_text(encoding="utf-8"))


def body_end(text, start):
    """Where the braces that open just before `start` close again."""
    depth = 1
    for match in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    return len(text)


def without_arguments(names):
    """`Unary<Exp>, Base<Pair<A, B>>` -> `Unary, Base`"""
    shorter = re.sub(r"<[^<>]*>", "", names)
    return names if shorter == names else without_arguments(shorter)


class Struct:
    def __init__(self, path, text, match):
        self.path = path
        self.text = text
        self.start = match.start()
        self.body = text[match.end():body_end(text, match.end())]
        self.bases = re.findall(r"\w+", without_arguments(match.group(2) or ""))

    def operations(self):
        """(operation's name, line) of each name that the struct gives itself."""
        for name in NAME.finditer(self.body):
            offset = self.text.index(self.body, self.start) + name.start()
            for literal in LITERAL.findall(name.group(1)):
                yield literal, self.text.count("\n", 0, offset) + 1

    def has_derivative(self, structs):
        return bool(DERIVATIVE.search(self.body)) or any(
            structs[base].has_derivative(structs) for base in self.bases if base in structs)


def operations_of(root):
    """name -> (path, line, whether it has a derivative)"""
    found = [(match.group(1), Struct(path, text, match))
             for folder in OPERATION_FOLDERS for path, text in texts(root, folder)
             for match in STRUCT.finditer(text)]
    structs = dict(found)
    return {name: (struct.path, line, struct.has_derivative(structs))
            for _, struct in found for name, line in struct.operations()}


def rows_of(root):
    return {name for _, text in texts(root, "tests") if TABLE.search(text)
            for name in ROW.findall(text)}


def documented_kinks(root):
    """function -> (path, line) of the documentation that speaks of a kink"""
    found = {}
    for path in sorted((root / HEADERS).rglob("*.hpp")):
        text = path.read_text(encoding="utf-8")
        for match in DOCUMENTED.finditer(text):
            if KINK.search(match.group(1)):
                place = (path.relative_to(root), text.count("\n", 0, match.start()) + 1)
                found.setdefault(match.group(3), place)
    return found


def kink_findings(root):
    rows = {name for _, text in texts(root, "tests") if KINK_TABLE.search(text)
            for name in KINK_ROW.findall(text)}
    documented = documented_kinks(root)
    return ([f"{path}:{line}: {name} has a kink without a kink row in tests/"
             for name, (path, line) in documented.items() if name not in rows] +
            [f'a kink row of "{name}", whose documentation in {HEADERS} speaks of no kink'
             for name in sorted(rows - documented.keys())])


def check(root):
    """(findings, what was checked)"""
    operations = operations_of(root)
    rows = rows_of(root)
    this = Path(__file__).name
    findings = [f'{path}:{line}: "{name}" has no row in the operation table of tests/'
                for name, (path, line, derivative) in operations.items()
                if derivative and name not in rows and name not in EXEMPT]
    findings += [f'{this}: "{name}" is exempt, but no operation with a derivative has that name'
                 for name in EXEMPT if not operations.get(name, (None, None, False))[2]]
    findings += [f'{this}: "{name}" is exempt, but it has a row' for name in EXEMPT if name in rows]
    findings += kink_findings(root)
    checked = sum(derivative for _, _, derivative in operations.values())
    if not checked:
        findings.append(f"{this}: no operation found in {' or '.join(OPERATION_FOLDERS)}")
    return findings, f"operation table: {checked} operations with a derivative, each has a row"


if __name__ == "__main__":
    report(__doc__, check)
