#!/usr/bin/env python3
"""Every operation has a row in the operation table of the tests.

An operation is a struct in lib/ops or lib/autograd that says
`static constexpr std::string_view name = "matmul";`. A row is what ROW matches in tests/.
Operations that no table can check are in EXEMPT, each with its reason.
"""

import argparse
import re
import sys
from pathlib import Path

OPERATION_FOLDERS = ("lib/ops", "lib/autograd")
OPERATION = re.compile(r'static\s+constexpr\s+std::string_view\s+name\s*=\s*"([^"]+)"')
ROW = re.compile(r'\b(?:OpRow\s*\{|row\s*\(|op\s*\()\s*\{?\s*"([^"]+)"')
COMMENT = re.compile(r"//[^\n]*")

EXEMPT = {}  # name -> why no row can check it


def names_in(root, folders, pattern, suffixes):
    """name -> (path, line) of its first mention outside comments."""
    found = {}
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in suffixes:
                continue
            text = COMMENT.sub("", path.read_text(encoding="utf-8"))
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                found.setdefault(match.group(1), (path.relative_to(root), line))
    return found


def check(root):
    """(findings, number of operations)"""
    operations = names_in(root, OPERATION_FOLDERS, OPERATION, {".cpp", ".hpp"})
    rows = names_in(root, ("tests",), ROW, {".cpp", ".hpp"})
    findings = []
    for name, (path, line) in operations.items():
        if name not in rows and name not in EXEMPT:
            findings.append(f'{path}:{line}: "{name}" has no row in the operation table of tests/')
    for name in EXEMPT:
        if name not in operations:
            findings.append(f'{Path(__file__).name}: "{name}" is exempt, but no operation has that name')
        elif name in rows:
            findings.append(f'{Path(__file__).name}: "{name}" is exempt, but it has a row')
    return findings, len(operations)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", default=Path(__file__).resolve().parent.parent, type=Path)
    root = parser.parse_args().root.resolve()
    findings, operations = check(root)
    for finding in findings:
        print(finding)
    if not findings:
        print(f"operation table: {operations} operations, each has a row")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
