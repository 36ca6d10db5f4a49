#!/usr/bin/env python3
"""Every operation has a row in the operation table of the tests.

An operation is a struct in lib/ops or lib/autograd that says
`static constexpr std::string_view name = "matmul";`, whether it has a derivative or not: each row
checks also what the operation says of its result. A row is what ROW matches, in a file of tests/ that
includes support/op_table.hpp. What cannot have a row is in EXEMPT, with the reason.

A function whose documentation in include/tapegrad/ops speaks of a kink has a kink row: kink("abs", ...)
in a file of tests/ that includes support/kinks.hpp.
"""

import re
from pathlib import Path

from findings import report

OPERATION_FOLDERS = ("lib/ops", "lib/autograd")
NAME = re.compile(r"\bstd::string_view\s+name\s*=\s*([^;]+);")
STRUCT = re.compile(r"\bstruct\s+\w+\s*(?::[^{};]*)?\{")
TABLE = re.compile(r'#include\s*["<]support/op_table\.hpp[">]')
ROW = re.compile(r'(?:\.name\s*=|\bOpRow\s*\{|\w*row\s*\()\s*"([^"]+)"')
LITERAL = re.compile(r'"([^"]+)"')
COMMENT = re.compile(r"//[^\n]*")

HEADERS = "include/tapegrad/ops"
DOCUMENTED = re.compile(r"((?:^[ \t]*///[^\n]*\n)+)([^;{]*?\b(\w+)\()", re.MULTILINE)
KINK = re.compile(r"\bkinks?\b")
KINK_TABLE = re.compile(r'#include\s*["<]support/kinks\.hpp[">]')
KINK_ROW = re.compile(r'\bkink\(\s*"([^"]+)"')

EXEMPT = {  # name -> why no row can check it
    "empty": "gives what was in memory", "full": "has no input",
    "linear_to_x": "linear's derivative", "linear_to_weight": "linear's derivative",
    "linear_to_bias": "linear's derivative", "softmax_to_input": "softmax's derivative",
    "max_pool_to_input": "max_pool's derivative",
    "recurrent_to_inputs": "the derivative of rnn, gru and lstm",
    "attention_to_inputs": "scaled_dot_product_attention's derivative",
    "norm_to_inputs": "the derivative of norms",
    "cross_entropy_to_input": "cross_entropy's derivative", "ctc_loss_to_input": "ctc_loss's derivative",
    "weight_of_labels": "a part of cross_entropy with smoothed labels", "check": "has no result",
}


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


def operations_of(root):
    """name -> (path, line) of the struct that gives it to itself"""
    found = {}
    for folder in OPERATION_FOLDERS:
        for path, text in texts(root, folder):
            for struct in STRUCT.finditer(text):
                for name in NAME.finditer(text, struct.end(), body_end(text, struct.end())):
                    line = text.count("\n", 0, name.start()) + 1
                    found |= {literal: (path, line) for literal in LITERAL.findall(name.group(1))}
    return found


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
                for name, (path, line) in operations.items()
                if name not in rows and name not in EXEMPT]
    findings += [f'{this}: "{name}" is exempt, but no operation has that name'
                 for name in EXEMPT if name not in operations]
    findings += [f'{this}: "{name}" is exempt, but it has a row' for name in EXEMPT if name in rows]
    findings += kink_findings(root)
    if not operations:
        findings.append(f"{this}: no operation found in {' or '.join(OPERATION_FOLDERS)}")
    return findings, f"operation table: {len(operations)} operations, each has a row"


if __name__ == "__main__":
    report(__doc__, check)
