#!/usr/bin/env python3
"""Calls of every function in include/tapegrad/ops, for tests/ops/calls_test.cpp.

Made of the headers, so that no list of functions is kept by hand: each function with each of its tensors undefined, and
each with arguments that nobody sane gives. What stands for a parameter depends on its type: see PLAIN and HOSTILE.
Templates and operators are left out, which call the others, and what may be undefined (EXEMPT of check_undefined_table.py).

usage: make_calls.py OUTPUT DEPFILE INCLUDE
"""

import re
import sys
from pathlib import Path

from check_undefined_table import CALLED, EXEMPT
from declarations import functions_of, is_tensor

TENSORS = "std::vector<Tensor>"
# What any argument may be, where another one is looked at.
PLAIN = {"Tensor": "some", TENSORS: f"{TENSORS}{{some}}", "Scalar": "Scalar(1)", "std::int64_t": "std::int64_t{1}",
         "double": "1.0", "bool": "false", "char*": '""', "std::string_view": '""', "Keepdim": "Keepdim::no",
         "Generator": "default_generator()", "AsDType": "AsDType(float32)", "AsDim": "AsDim(1)",
         "detail::NoThreshold": "{}"}
# For h, which has two tensors a and b, an integer n and a number x. The first tensor is a, the others b and a in turn.
HOSTILE = {**PLAIN, TENSORS: f"{TENSORS}{{h.a, h.b}}", "Scalar": "h.x", "std::int64_t": "h.n", "AsDim": "AsDim(h.n)",
           "double": "h.number()",
           "bool": "h.n > 0", "char*": '"sum"', "std::string_view": '"sum"', "Dims": "Dims{h.n}", "Shape": "Shape{h.n}",
           "std::optional<std::int64_t>": "std::optional<std::int64_t>(h.n)",
           "std::optional<double>": "std::optional<double>(h.number())"}
# Nobody may look at their elements.
UNINITIALISED = {"empty_like", "new_empty"}


def type_of(parameter):
    """`const Shape& shape = {}` -> Shape"""
    declared = re.sub(r"\bconst\b|&", " ", parameter.split(" = ")[0])
    return " ".join(re.sub(r"\s*\w+$", "", declared.strip()).split()).replace(" *", "*")


def call(space, name, arguments):
    return f"{space}{'::' if space else 'tapegrad::'}{name}({', '.join(arguments)})"


def undefined_calls(headers):
    """A row for each tensor of each function."""
    for path in headers:
        for space, name, parameters in functions_of(path):
            for place, parameter in enumerate(parameters, 1):
                if not is_tensor(parameter) or (name, place) in EXEMPT:
                    continue
                types = [type_of(p) for p in parameters]
                arguments = [PLAIN.get(t, t + "{}") for t in types]
                is_list = types[place - 1] == TENSORS
                arguments[place - 1] = f"{TENSORS}{{some, none}}" if is_list else "none"
                said = CALLED.get(("", name), name)
                yield f'{{"{said}", {place}, {str(is_list).lower()}, [] {{ {call(space, name, arguments)}; }}}},'


def hostile_calls(headers):
    """A row for each function."""
    for path in headers:
        for space, name, parameters in functions_of(path):
            arguments, tensors = [], 0
            for kind in map(type_of, parameters):
                if kind == "Tensor":
                    arguments.append("h.b" if tensors % 2 else "h.a")
                    tensors += 1
                else:
                    arguments.append(HOSTILE.get(kind, kind + "{}"))
            said = CALLED.get(("", name), name)
            made = call(space, name, arguments)
            if name in UNINITIALISED:
                made = f"zeros_like({made})"
            yield f'{{"{said}", [](const Hostile& h) {{ return results_of({made}); }}}},'


def main(output, depfile, include):
    headers = sorted(Path(include, "tapegrad/ops").glob("*/*.hpp"))
    includes = [path.relative_to(include).as_posix() for path in headers]
    text = ["// Made of the headers in ops/ by make_calls.py.", '#include "ops/calls.hpp"', '#include "tapegrad/random.hpp"',
            *(f'#include "{include}"' for include in includes),
            "namespace tapegrad::test {", "namespace {", "const Tensor none;", "const Tensor some = ones({2, 3});",
            "using namespace tapegrad::nn;", "const UndefinedCall undefined[] = {", *undefined_calls(headers), "};",
            "const HostileCall hostile[] = {", *hostile_calls(headers), "};", "}  // namespace",
            "std::span<const UndefinedCall> undefined_calls() { return undefined; }",
            "std::span<const HostileCall> hostile_calls() { return hostile; }", "}  // namespace tapegrad::test"]
    Path(output).write_text("\n".join(text) + "\n", encoding="utf-8")
    Path(depfile).write_text(f"{output}: {' '.join(map(str, headers))}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
