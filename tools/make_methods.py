#!/usr/bin/env python3
"""Methods of Tensor, made of the functions in include/tapegrad/ops.

A function there whose first parameter is `const Tensor&` is a method, too: x.softmax(1) is softmax(x, 1). The headers are
the only list; what isn't to be one says so behind its declaration: `// no method`. Operators have
none, nor has what stands in a namespace of its own.

usage: make_methods.py declarations|definitions OUTPUT HEADER...
"""

import re
import sys
from pathlib import Path

NAMESPACE = re.compile(r"^namespace\b[^{]*\{$", re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*")
DECLARATION = re.compile(r"^(?P<result>[A-Z]\w*|std::\w+<[\w, ]+>) (?P<name>[a-z]\w*)\(const Tensor& (?P<first>\w+)"
                         r"(?P<others>[^;]*?)\);(?P<remark>[^\n]*)$", re.MULTILINE)


class Refused(Exception):
    """What a header says can't be made a method."""


def outermost(text, path):
    """The header's text in namespace tapegrad itself, without that of the namespaces within it."""
    openings = [match.end() for match in NAMESPACE.finditer(text)]
    if not openings:
        raise Refused(f"{path}: there is no namespace")
    inner = []
    for start in openings[1:]:
        end = re.compile(r"^\}  // namespace", re.MULTILINE).search(text, start)
        inner.append((start, end.start() if end else len(text)))
    kept, at = [], openings[0]
    for start, end in inner:
        kept.append(text[at:start])
        at = end
    return "".join(kept) + text[at:]


def split_parameters(text):
    """At the commas that stand in no bracket."""
    parts, depth, part = [], 0, ""
    for letter in text:
        depth += (letter in "<({[") - (letter in ">)}]")
        if letter == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += letter
    return [" ".join(p.split()) for p in [*parts, part] if p.strip()]


def name_of(parameter):
    """`Keepdim keep = Keepdim::no` -> keep"""
    return re.search(r"(\w+)$", parameter.split(" = ")[0]).group(1)


def functions_of(path):
    """(result, name, further parameters) of each function that is a method, in the header's order."""
    for match in DECLARATION.finditer(outermost(path.read_text(encoding="utf-8"), path)):
        others = COMMENT.sub("", match["others"])
        is_inline = re.search(r"\)\s*\{", others)
        if not is_inline and "// no method" not in match["remark"]:
            yield match["result"], match["name"], split_parameters(others.lstrip(", \n"))


def named(path):
    """.../include/tapegrad/ops/reduce/sum.hpp -> ops/reduce/sum.hpp"""
    return "ops/" + path.as_posix().rpartition("/ops/")[2]


def declarations(headers):
    """Text for the inside of class Tensor."""
    for path in headers:
        yield f"// ---- {named(path)} ----"
        for result, name, parameters in functions_of(path):
            yield f"/// {name}() of {named(path)}, with this as its first argument."
            yield f"{result} {name}({', '.join(parameters)}) const;"


def definitions(headers):
    """A source of the library."""
    for path in headers:
        yield f'#include "tapegrad/{named(path)}"'
    yield "namespace tapegrad {"
    for path in headers:
        for result, name, parameters in functions_of(path):
            plain = [p.split(" = ")[0] for p in parameters]
            arguments = ["*this", *(name_of(p) for p in plain)]
            yield f"{result} Tensor::{name}({', '.join(plain)}) const {{"
            yield f"  return tapegrad::{name}({', '.join(arguments)});"
            yield "}"
    yield "}  // namespace tapegrad"


def main(what, output, *headers):
    """Writes the file."""
    make = {"declarations": declarations, "definitions": definitions}[what]
    lines = ["// Made of the headers in ops/ by make_methods.py.", *make([Path(h) for h in headers])]
    Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as error:
        sys.exit(f"make_methods.py: {error}")
