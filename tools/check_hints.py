#!/usr/bin/env python3
"""What an error says to write exists.

Messages name functions with a bracket, "use flip()", and options with what they are set to, "retain_graph = true". Each
such name in a string of lib/ or include/ is declared in a public header. What is somebody else's is in FOREIGN, texts
that are no messages are in NO_MESSAGES, both with the reason.
"""

import re
from pathlib import Path

from findings import report

SOURCES = ("lib", "include")
HEADERS = "include/tapegrad"
FOREIGN = {
    "astype": "numpy's, for who wrote the file with it",
    "numpy.save": "numpy's, for who wrote the file with it",
    "safetensors.torch.save_file": "of Python's safetensors, for who wrote the file with it",
    "zlib.decompress": "Python's, for who compressed the file with it",
    "std::span": "C++'s own",
    "into": "of an operation's struct: for who adds one",
    "results": "of an operation's struct: for who adds one",
    "module": "stands for the user's own",
    "w": "stands for the user's own",
}
NO_MESSAGES = {"lib/autograd/dump.cpp": "writes Graphviz", "lib/kernels/map.hpp": "for who adds an operation"}

COMMENT = re.compile(r"(?<!:)//[^\n]*")
INCLUDE = re.compile(r"^#include[^\n]*", re.MULTILINE)
PIECE = r'"((?:[^"\\\n]|\\.)*)"'
LITERAL = re.compile(rf"{PIECE}(?:\s*{PIECE})*")
FUNCTION = re.compile(r"\b([A-Za-z_][\w:.]*)\(")
OPTION = re.compile(r"\b([a-z]\w+) = ")


def code_of(path):
    return INCLUDE.sub("", COMMENT.sub("", path.read_text(encoding="utf-8")))


def files(root, folder):
    return sorted(path for path in (root / folder).rglob("*") if path.suffix in {".cpp", ".hpp"})


def hints_in(code):
    """(name, whether it is an option, where) of each hint in the strings of a source"""
    for literal in LITERAL.finditer(code):
        text = "".join(re.findall(PIECE, literal.group()))
        for pattern, is_option in ((FUNCTION, False), (OPTION, True)):
            for name in pattern.findall(text):
                yield name, is_option, literal.start()


def declared(name, is_option, headers):
    """A member of a class is looked for by its own name, an in-place form also by that of its function."""
    last = re.split(r"::|\.", name)[-1]
    if is_option:
        return re.search(rf"\b{last}\b\s*(=|;|\{{|:)", headers) is not None
    # A type is named as it is constructed.
    return any(re.search(rf"\b{form}\s*[({{]|\b(class|struct)\s+(\[\[.*?\]\]\s*)?{form}\b", headers)
               for form in {last, last.removesuffix("_")})


def check(root):
    """(findings, what was checked)"""
    headers = "\n".join(LITERAL.sub('""', code_of(path)) for path in files(root, HEADERS))
    findings, checked = [], set()
    for folder in SOURCES:
        for path in files(root, folder):
            place = path.relative_to(root)
            if str(place) in NO_MESSAGES:
                continue
            code = code_of(path)
            for name, is_option, start in hints_in(code):
                if name in FOREIGN and not is_option:
                    continue
                checked.add(name)
                if not declared(name, is_option, headers):
                    what = f"{name} = ..." if is_option else f"{name}()"
                    findings.append(f"{place}: a message says {what}, which no public header has: "
                                    f"{' '.join(code[start:start + 60].split())}")
    return findings, f"{len(checked)} names in messages, each in a public header"


if __name__ == "__main__":
    report(__doc__, check)
