"""What compilers say of the mistakes in misspelt.cpp.

usage: misspelt_test.py MISSPELT.CPP INCLUDE...

Each line with `// says: TEXT` leads to one error, which has the text; nothing else is an error. With each of
g++ and clang++ that is there.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

SAYS = re.compile(r"// says: (.*)$")
LIMITS = {"g++": "-fmax-errors=0", "clang++": "-ferror-limit=0"}


def findings(compiler, source, includes):
    """Texts that weren't said, and errors beyond them."""
    command = [compiler, "-std=c++20", "-fsyntax-only", LIMITS[compiler], *(f"-I{i}" for i in includes), source]
    said = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    errors = [line for line in said.stderr.splitlines() if re.search(r"\berror: ", line)]
    for line in Path(source).read_text(encoding="utf-8").splitlines():
        wanted = SAYS.search(line)
        if not wanted:
            continue
        found = next((error for error in errors if wanted[1] in error), None)
        if found is None:
            yield f"{compiler}: nobody says {wanted[1]!r} of: {line.split('//')[0].strip()}"
        else:
            errors.remove(found)
    yield from (f"{compiler}: says besides: {error}" for error in errors)


def main(source, *includes):
    compilers = [compiler for compiler in LIMITS if shutil.which(compiler)]
    if not compilers:
        sys.exit("misspelt_test.py: neither g++ nor clang++ is there")
    found = [finding for compiler in compilers for finding in findings(compiler, source, includes)]
    print("\n".join(found) or f"misspelt: {', '.join(compilers)} say what to write")
    sys.exit(bool(found))


main(*sys.argv[1:])
