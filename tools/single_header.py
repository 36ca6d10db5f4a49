#!/usr/bin/env python3
"""Makes one file of gradtest's headers, for projects that copy what they use.

    single_header.py INCLUDE_FOLDER [FACE] > gradtest.hpp
    single_header.py INCLUDE_FOLDER --into FOLDER

FACE is catch, gtest, doctest or boost_test, whose test macros are in the file then; without one it
holds the checks alone; complex_step has nothing but those. --into writes them all, gradtest.hpp and gradtest_FACE.hpp; while Meson installs,
FOLDER is one of the installation's. Headers of ours stand where they are first included, each once, in a guard
of its own, so that a source may include several of these files. The engine's definitions stand last, outside of the
others' guards: a source may ask for them after a precompiled header had the file without.
"""

import argparse
import os
import re
import sys
from pathlib import Path

OWN = re.compile(r'^#include "(tapegrad/[\w/]+\.hpp)"\n', re.MULTILINE)
FACES = ("catch", "gtest", "doctest", "boost_test")
FILES = (*FACES, "complex_step")
DEFINITIONS = "tapegrad/gradtest/definitions.hpp"
ENGINE_HERE = "defined(TAPEGRAD_GRADTEST_DEFINE) || !defined(TAPEGRAD_GRADTEST_SEPARATE)"


def inlined(folder, header, seen):
    """The text of a header with all headers of ours in place of their #include."""
    if header in seen:
        return ""
    seen.add(header)
    guard = re.sub(r"\W", "_", header).upper()
    text = (folder / header).read_text(encoding="utf-8").replace("#pragma once\n", "", 1)
    text = OWN.sub(lambda match: inlined(folder, match.group(1), seen), text)
    return f"#ifndef {guard}\n#define {guard}\n{text}#endif  // {guard}\n"


def single_header(folder, face=None):
    start = f"tapegrad/gradtest/{face}.hpp" if face else "tapegrad/gradtest.hpp"
    source = f"gradtest with its face for {face}" if face in FACES else "gradtest"
    seen = {DEFINITIONS}
    text = f"// tapegrad's {source}: one file made of its headers. BSD-3-Clause.\n\n" + inlined(folder, start, seen)
    if "tapegrad/gradtest.hpp" in seen:
        definitions = inlined(folder, DEFINITIONS, seen - {DEFINITIONS})
        text += f"\n#if {ENGINE_HERE}\n{definitions}#endif\n"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("face", nargs="?", choices=FILES)
    parser.add_argument("--into", type=Path)
    arguments = parser.parse_args()
    if arguments.into:
        into = Path(os.environ.get("MESON_INSTALL_DESTDIR_PREFIX", ".")) / arguments.into
        into.mkdir(parents=True, exist_ok=True)
        for face in (None, *FILES):
            name = f"gradtest_{face}.hpp" if face else "gradtest.hpp"
            (into / name).write_text(single_header(arguments.folder, face), encoding="utf-8")
        return
    sys.stdout.write(single_header(arguments.folder, arguments.face))


if __name__ == "__main__":
    main()
