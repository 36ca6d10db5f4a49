#!/usr/bin/env python3
"""The course says the same in both languages, and its links lead somewhere.

Each page of docs/course/en has one of the same name in docs/course/zh, with the same blocks, programs and their output,
so that compiling the English ones is enough. The sections carry the same numbers in the same order. The index leads to
each of them, and every link of the pages and of their index to a file, and to a heading of it where it names one.
"""

import re
from pathlib import Path

from findings import report

COURSE = "docs/course"
FENCE = re.compile(r"^```(.*)$")
HEADING = re.compile(r"^#+ (.*)$")
NUMBER = re.compile(r"^\d+(?:\.\d+)+")
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")


def parts_of(text):
    """(blocks, prose): the fenced blocks, each as (number of its first line, lines), and the lines outside of them."""
    blocks, prose, fenced = [], [], False
    for number, line in enumerate(text.splitlines(), 1):
        match = FENCE.match(line)
        if not fenced and match:
            fenced = True
            blocks.append((number, [line]))
        elif fenced:
            blocks[-1][1].append(line)
            fenced = line != "```"
        else:
            prose.append(line)
    return blocks, prose


def headings_of(text):
    return [match.group(1) for match in map(HEADING.match, parts_of(text)[1]) if match]


def anchor(heading):
    """What GitHub calls a heading in links."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def difference(ours, theirs, page):
    """What the page of one language has and that of the other hasn't."""
    our_blocks, their_blocks = parts_of(ours)[0], parts_of(theirs)[0]
    for (number, block), (other_number, other) in zip(our_blocks, their_blocks):
        if block != other:
            return f"{page}: the blocks at line {number} (en) and {other_number} (zh) differ"
    if len(our_blocks) != len(their_blocks):
        return f"{page}: {len(our_blocks)} blocks (en) and {len(their_blocks)} (zh)"
    numbers, other_numbers = ([match.group() for match in map(NUMBER.match, headings_of(text)) if match]
                              for text in (ours, theirs))
    if numbers != other_numbers:
        return f"{page}: sections {', '.join(numbers)} (en) and {', '.join(other_numbers)} (zh)"
    return None


def links_of(path):
    """(target, heading or "") of each link that isn't one to the web"""
    return LINK.findall("\n".join(parts_of(path.read_text(encoding="utf-8"))[1]))


def broken_links(path, root):
    """Links to what isn't there."""
    for target, place in links_of(path):
        file = (path.parent / target).resolve() if target else path
        if not file.exists():
            yield f"{path.relative_to(root)}: there is no {target}"
        elif place and place not in map(anchor, headings_of(file.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(root)}: {target} has no heading {place}"


def unlisted(course):
    """Sections with a number that the index doesn't lead to."""
    listed = set(links_of(course / "contents.md"))
    for path in sorted(course.glob("*/*.md")):
        page = str(path.relative_to(course))
        for heading in headings_of(path.read_text(encoding="utf-8")):
            if NUMBER.match(heading) and (page, anchor(heading)) not in listed:
                yield f"{COURSE}/contents.md: doesn't lead to {page}, {heading}"


def check(root):
    """(findings, what was checked)"""
    course = root / COURSE
    pages = {language: {path.name for path in (course / language).glob("*.md")} for language in ("en", "zh")}
    findings = [f"{COURSE}: {name} is in one language only" for name in sorted(pages["en"] ^ pages["zh"])]
    for name in sorted(pages["en"] & pages["zh"]):
        ours, theirs = ((course / language / name).read_text(encoding="utf-8") for language in ("en", "zh"))
        differs = difference(ours, theirs, name)
        findings += [differs] if differs else []
    for path in sorted(course.rglob("*.md")):
        findings += broken_links(path, root)
    findings += unlisted(course)
    return findings, f"course: {len(pages['en'])} pages, alike in both languages"


if __name__ == "__main__":
    report(__doc__, check)
