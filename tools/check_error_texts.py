#!/usr/bin/env python3
"""Every error of an operation says whose it is and what it was given.

A text of check<...>() or fail<...>() in lib/ops and lib/autograd begins with the name of a function, or with "{}:" for it.
Behind that it has a value, or says itself what was given: "rank 0", "the list has no tensor". What can say neither is
in WITHOUT_VALUES, with the reason.
Whose name it is can't be read off a source: tests/ops/hostile_test.cpp compares that with who was called.
"""

import re
from pathlib import Path

from check_hints import PIECE, code_of, files
from findings import report

SOURCES = ("lib/ops", "lib/autograd")
CALL = re.compile(r"\b(check|fail)<\w*Error>\(")
NAME = re.compile(r"(\{\}|[A-Za-z_][\w:.]*): ")

# What was given, in words.
SAID = re.compile(r"\brank 0\b|\bbool|\bempty\b|\bNaN\b|\bundefined\b|\bthe list has no\b|\bno gradients\b|\bis 0\b|\bby 0\b")

# The text -> why it has no value.
WITHOUT_VALUES = {
    "grad: is_grads_batched needs grad_outputs, whose first dimension is the batch": "an option that isn't given",
    "{}: has no results() of its own": "for who adds an operation",
    "{}: has no into() of its own": "for who adds an operation",
    "{}: has no forward() of its own": "for who adds an operation",
}


PART = re.compile(rf"{PIECE}|[()\[\]{{}},]")


def arguments(code, start):
    """What stands between the commas of a call whose bracket was opened before `start`."""
    depth, begin = 0, start
    for match in PART.finditer(code, start):
        sign = match.group()
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(sign, 0)
        if depth < 0 or (sign == "," and depth == 0):
            yield code[begin:match.start()]
            begin = match.end()
        if depth < 0:
            return


def texts_in(code):
    """The text of each error in a source."""
    for call in CALL.finditer(code):
        place = 1 if call[1] == "check" else 0
        text = list(arguments(code, call.end()))[place]
        yield "".join(re.findall(PIECE, text))


def fault_of(text):
    """What is missing, or nothing."""
    named = NAME.match(text)
    if not named:
        return "doesn't begin with a function's name"
    rest = text[named.end():]
    if "{" not in rest and not SAID.search(rest) and text not in WITHOUT_VALUES:
        return "has no value"
    return ""


def check(root):
    """(findings, what was checked)"""
    findings, count = [], 0
    for folder in SOURCES:
        for path in files(root, folder):
            for text in texts_in(code_of(path)):
                count += 1
                if fault := fault_of(text):
                    findings.append(f'{path.relative_to(root)}: an error {fault}: "{text}"')
    return findings, f"{count} texts of errors, each with a name and a value"


if __name__ == "__main__":
    report(__doc__, check)
