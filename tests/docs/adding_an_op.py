#!/usr/bin/env python3
"""The operations of docs/adding_an_op.md as one source: adding_an_op.py PAGE.md OUT.cpp

The word after ```cpp says where a block belongs: in the vocabulary of kernels/simd.hpp, in a kernel, a public
header or an operation's source. Blocks without a word are not taken.
"""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^```cpp (vocabulary|kernel|header|operation)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DECLARED = "#include \"docs/adding_an_op.hpp\""  # what the page's other functions look like
INCLUDES = """#include <cmath>
#include <numbers>
#include "core/dispatch.hpp"
#include "kernels/lines.hpp"
#include "kernels/scan.hpp"
#include "ops/beside.hpp"
#include "ops/formulas.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/pointwise.hpp"
"""


def source_of(page):
    blocks = {}
    for kind, code in BLOCK.findall(page):
        blocks.setdefault(kind, []).append(code)
    if set(blocks) != {"vocabulary", "kernel", "header", "operation"}:
        raise ValueError(f"kinds of blocks: {sorted(blocks)}")
    text = {kind: "\n".join(code) for kind, code in blocks.items()}
    return (f"{INCLUDES}{DECLARED}\nnamespace tapegrad::kernels {{\n{text['vocabulary']}{text['kernel']}}}\n"
            f"namespace tapegrad {{\n{text['header']}using namespace kernels;\n{text['operation']}}}\n")


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(source_of(Path(sys.argv[1]).read_text(encoding="utf-8")), encoding="utf-8")
