#!/usr/bin/env python3
"""An operation is declared, computed and tested under one stem, in the family of one name.

For each include/tapegrad/ops/FAMILY/STEM.hpp there are lib/ops/FAMILY/STEM.cpp and tests/ops/FAMILY/STEM_test.cpp;
ops/FAMILY.hpp includes it, and tapegrad.hpp includes ops/FAMILY.hpp. What has no code of its own is in NO_CODE, with
the reason. Each source there has a header of its stem, public or beside it, but those of DECLARED_ELSEWHERE.
"""

import re
from pathlib import Path

from findings import report

HEADERS = "include/tapegrad/ops"
NO_CODE = {"loss/reduction": "a type, and the options of the simplest losses"}
IN_TENSOR = "members of Tensor, which is one header"
DECLARED_ELSEWHERE = {
    "create/random": "tapegrad/random.hpp, which layers and tests need without operations",
    "create/generator": "tapegrad/random.hpp, which layers and tests need without operations",
    "index/row_gradient": "autograd/row_gradient.hpp, for the reverse pass",
    "index/brackets": IN_TENSOR, "shape/select": IN_TENSOR, "shape/view": IN_TENSOR,
    **{f"tensor/{stem}": IN_TENSOR for stem in ("convert", "elements", "fill", "print", "properties")},
    "tensor/results": "how the structs of several headers are printed",
}
INCLUDE = re.compile(r'^#include "tapegrad/(ops/[\w/]+\.hpp)"', re.MULTILINE)


def included_by(path):
    return set(INCLUDE.findall(path.read_text(encoding="utf-8"))) if path.exists() else set()


def partners(stem):
    """Where the code of a header lies, and its test."""
    return [] if stem in NO_CODE else [f"lib/ops/{stem}.cpp", f"tests/ops/{stem}_test.cpp"]


def check(root):
    """(findings, what was checked)"""
    headers = sorted((root / HEADERS).glob("*/*.hpp"))
    families = sorted({header.parent.name for header in headers})
    everything = included_by(root / "include/tapegrad/tapegrad.hpp")
    findings = [f"include/tapegrad/tapegrad.hpp doesn't include ops/{family}.hpp"
                for family in families if f"ops/{family}.hpp" not in everything]
    for header in headers:
        stem = f"{header.parent.name}/{header.stem}"
        findings += [f"{header.relative_to(root)}: there is no {partner}"
                     for partner in partners(stem) if not (root / partner).exists()]
        whole = header.parent.with_suffix(".hpp")
        if f"ops/{stem}.hpp" not in included_by(whole):
            findings.append(f"{whole.relative_to(root)} doesn't include ops/{stem}.hpp")
    sources = {f"{source.parent.name}/{source.stem}" for source in (root / "lib/ops").glob("*/*.cpp")}
    findings += [f"lib/ops/{stem}.cpp: there is no header {stem}.hpp in {HEADERS} or lib/ops"
                 for stem in sorted(sources - DECLARED_ELSEWHERE.keys())
                 if not any((root / folder / f"{stem}.hpp").exists() for folder in (HEADERS, "lib/ops"))]
    this = Path(__file__).name
    findings += [f'{this}: "{stem}" is declared elsewhere, but it isn\'t there'
                 for stem in sorted(DECLARED_ELSEWHERE.keys() - sources)] if sources else []
    findings += [f'{this}: "{stem}" has no code, but it isn\'t there'
                 for stem in NO_CODE if not (root / HEADERS / f"{stem}.hpp").exists()]
    return findings, f"families: {len(headers)} headers in {len(families)}, each with its source and its test"


if __name__ == "__main__":
    report(__doc__, check)
