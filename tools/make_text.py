#!/usr/bin/env python3
"""Write samples/text/data from the novel that Debian's package r-cran-janeaustenr has.

    apt-get download r-cran-janeaustenr && dpkg-deb -x r-cran-janeaustenr_*.deb unpacked
    pip install rdata
    python3 tools/make_text.py unpacked [FOLDER]

The package keeps R objects in one file, each compressed by itself, and where each lies in another.
"""

import pathlib
import sys
import tempfile
import zlib

import rdata

FOLDER = pathlib.Path(__file__).parent.parent / "samples/text/data"
NOVEL, FIRST, BEHIND = "prideprejudice", "Chapter 1", "Chapter 29"


def lines_of(package):
    stem = pathlib.Path(package) / "usr/lib/R/site-library/janeaustenr/data/Rdata"
    places = rdata.read_rds(stem.with_suffix(".rdx"))["variables"]
    begin, length = map(int, places[NOVEL])
    content = stem.with_suffix(".rdb").read_bytes()[begin:begin + length]
    with tempfile.NamedTemporaryFile() as file:
        file.write(zlib.decompress(content[4:]))  # behind the length of what is compressed
        file.flush()
        return [str(line).rstrip() for line in rdata.read_rds(file.name)]


def main():
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER
    lines = lines_of(sys.argv[1])
    text = "\n".join(lines[lines.index(FIRST):lines.index(BEHIND)]).strip() + "\n"
    assert text.isascii()
    (folder / "pride_and_prejudice.txt").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
