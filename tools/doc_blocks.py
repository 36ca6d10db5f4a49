#!/usr/bin/env python3
"""Make a program of the C++ blocks of a document, and compare what it prints with the document.

    doc_blocks.py program FILE.md OUT.cpp    the program
    doc_blocks.py check FILE.md PROGRAM      run it; every ```text block that follows a C++ block
                                             must be what that block printed

Blocks opened with ```cpp continue one another, as if they stood in one main(). A block opened with
```cpp standalone has a scope of its own. A block that has its own main() must be the only one.
Numbers are compared as text: a block prints what every machine agrees on.
"""

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(.*)$")
INCLUDE = re.compile(r"^\s*#include\b")
MAIN = re.compile(r"^int main\(", re.MULTILINE)
END_OF_BLOCK = "\x1e"


@dataclass
class Block:
    line: int  # of its first line of code
    code: list
    standalone: bool
    expected: str = None


def blocks_of(text):
    """The C++ blocks of a document, each with the text block that follows it directly."""
    found, fence, lines, last = [], None, [], None
    for number, line in enumerate(text.splitlines(), 1):
        match = FENCE.match(line)
        if fence is None and match:
            fence, lines, start = match.group(1).split(), [], number + 1
        elif match and not match.group(1):
            if fence[:1] == ["cpp"]:
                last = Block(start, lines, "standalone" in fence)
                found.append(last)
            elif fence == ["text"] and last:
                last.expected, last = "\n".join(lines), None
            fence = None
        elif fence is not None:
            lines.append(line)
        elif line.strip():
            last = None
    return found


def program_of(text, name):
    """The C++ source; compilers see the lines of the document."""
    blocks = blocks_of(text)
    with_main = [b for b in blocks if MAIN.search("\n".join(b.code))]
    if with_main and len(blocks) > 1:
        raise ValueError(f"{name}: a block with main() must be the only C++ block")
    source, body = ["#include <iostream>"], []
    for block in blocks:
        body.append(f'#line {block.line} "{name}"')
        body += ["{"] if block.standalone else []
        for line in block.code:
            hoisted = INCLUDE.match(line) and not with_main
            (source if hoisted else body).append(line)
            body += [""] if hoisted else []
        body += ["}"] if block.standalone else []
        body += [] if with_main else [f"std::cout << '\\x{ord(END_OF_BLOCK):x}';"]
    if not with_main:
        body = ["int main() {", *body, "}"]
    return "\n".join(source + body) + "\n"


def difference(text, output):
    """What a document promises and its program doesn't print; None when all is as it says."""
    blocks = blocks_of(text)
    parts = output.split(END_OF_BLOCK)
    for block, printed in zip(blocks, parts):
        if block.expected is not None and printed.rstrip() != block.expected.rstrip():
            return (f"the block at line {block.line} prints\n{printed.rstrip()}\n"
                    f"but the document says\n{block.expected}")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["program", "check"])
    parser.add_argument("document", type=Path)
    parser.add_argument("other", type=Path, metavar="OUT.cpp|PROGRAM")
    options = parser.parse_args()
    text = options.document.read_text(encoding="utf-8")
    if options.verb == "program":
        options.other.write_text(program_of(text, options.document.name), encoding="utf-8")
        return 0
    run = subprocess.run([options.other.resolve()], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{options.document.name}: status {run.returncode}\n{run.stdout}{run.stderr}")
    wrong = difference(text, run.stdout)
    if wrong:
        sys.exit(f"{options.document.name}: {wrong}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
