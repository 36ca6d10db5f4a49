#!/usr/bin/env python3
"""Methods of Tensor, made of the functions in include/tapegrad/ops.

A function there whose first parameter is `const Tensor&` is a method, too: x.softmax(1) is softmax(x, 1). The headers are
the only list; what isn't to be one says so behind its declaration: `// no method`. Operators have
none, nor has what stands in a namespace of its own.

Where the comment that opens a header says "In-place forms", its functions that give a Tensor have one each: x.exp_()
writes exp(x) into x; but those that say `// no in-place form`. In other headers those that say `// in-place form` have one.

A function that says `// also without braces` takes its list of integers as arguments, too: x.repeat(2, 3); one that says
`// also with a dtype` takes a dtype in the place of its options, which come last: x.new_zeros({2}, float64).

usage: make_methods.py declarations|definitions OUTPUT HEADER...
"""

import re
import sys
from collections import namedtuple
from pathlib import Path

NAMESPACE = re.compile(r"^namespace\b[^{]*\{$", re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*")
DECLARATION = re.compile(r"^(?P<result>bool|[A-Z]\w*|std::\w+<[\w, ]+>) (?P<name>[a-z]\w*)\(const Tensor& (?P<first>\w+)"
                         r"(?P<others>[^;]*?)\);(?P<remark>[^\n]*)$", re.MULTILINE)


Function = namedtuple("Function", "result name parameters remark")
HAVE_IN_PLACE_FORMS = re.compile(r"\A(//[^\n]*\n)*//[^\n]*\bIn-place forms\b")


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
    """Each function that is a method, in the header's order."""
    for match in DECLARATION.finditer(outermost(path.read_text(encoding="utf-8"), path)):
        others = COMMENT.sub("", match["others"])
        is_inline = re.search(r"\)\s*\{", others)
        if not is_inline and "// no method" not in match["remark"]:
            parameters = split_parameters(others.lstrip(", \n"))
            yield Function(match["result"], match["name"], parameters, match["remark"])


def in_place_forms_of(path):
    """(name, further parameters) of each function that has an in-place form."""
    all_have = HAVE_IN_PLACE_FORMS.match(path.read_text(encoding="utf-8"))
    for function in functions_of(path):
        said = re.search(r"(no )?in-place form", function.remark)
        if function.result == "Tensor" and (not said[1] if said else all_have):
            yield function.name, function.parameters


def named(path):
    """.../include/tapegrad/ops/reduce/sum.hpp -> ops/reduce/sum.hpp"""
    return "ops/" + path.as_posix().rpartition("/ops/")[2]


def declarations(headers):
    """Text for the inside of class Tensor."""
    for path in headers:
        yield f"// ---- {named(path)} ----"
        for result, name, parameters, remark in functions_of(path):
            yield f"/// {name}() of {named(path)}, with this as its first argument."
            yield f"{result} {name}({', '.join(parameters)}) const;"
            if re.search(r"also.* with a dtype", remark):
                others = ", ".join(parameters[:-1])
                call_with = ", ".join([*map(name_of, parameters[:-1]), "TensorOptions{.dtype = dtype}"])
                yield f"{result} {name}({others}, std::same_as<DType> auto dtype) const {{ return {name}({call_with}); }}"
            if re.search(r"also.* without braces", remark):
                yield "template <detail::Integral... N>"
                yield f"requires(sizeof...(N) > 1) {result} {name}(N... list) const {{ return {name}({{list...}}); }}"
        for name, parameters in in_place_forms_of(path):
            yield f"/// {name}() of {named(path)}, written into this tensor."
            yield f"Tensor& {name}_({', '.join(parameters)});"


def plain(parameters):
    """Without their defaults."""
    return ", ".join(p.split(" = ")[0] for p in parameters)


def kept(tensor):
    """As its record may keep it, whatever becomes of *this."""
    return f"intact({tensor}, *this, recorded)"


def call(name, parameters, tensor=str):
    """The function with a method's arguments, those that are tensors by way of `tensor`."""
    others = [tensor(name_of(p)) if p.startswith("const Tensor& ") else name_of(p) for p in parameters]
    return f"tapegrad::{name}({', '.join([tensor('*this'), *others])})"


def definitions(headers):
    """A source of the library."""
    yield '#include "ops/in_place.hpp"'
    for path in headers:
        yield f'#include "tapegrad/{named(path)}"'
    yield "namespace tapegrad {"
    for path in headers:
        for result, name, parameters, _ in functions_of(path):
            yield f"{result} Tensor::{name}({plain(parameters)}) const {{"
            yield f"  return {call(name, parameters)};"
            yield "}"
        for name, parameters in in_place_forms_of(path):
            yield f"Tensor& Tensor::{name}_({plain(parameters)}) {{"
            others = ", ".join(f"{{{place}, &{name_of(p)}}}" for place, p in enumerate(parameters, 1)
                               if p.startswith("const Tensor& "))
            yield f'  return write("{name}_", *this, {{{others}}}, [&](bool recorded) {{'
            yield f"    return {call(name, parameters, kept)};"
            yield "  });"
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
