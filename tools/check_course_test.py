#!/usr/bin/env python3
"""check_course.py against courses with one page that is right and some that aren't."""

import tempfile
import unittest
from pathlib import Path

from check_course import anchor, check

PAGE = "# 2.1 {title}\n\n```cpp\nint x = {x};\n```\n\n## 2.1.1 {title}\n\n[back](../contents.md)\n"
INDEX = ("# Course\n\n[2.1](en/page.md#21-sums) [2.1.1](en/page.md#211-sums) [2.1](zh/page.md#21-和) "
         "[2.1.1](zh/page.md#211-和)\n")


def page(title, x=1):
    return PAGE.format(title=title, x=x)


def course(**changed):
    pages = {"contents.md": INDEX, "en/page.md": page("Sums"), "zh/page.md": page("和"), **changed}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in pages.items():
            path = root / "docs/course" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check(root.resolve())


class Course(unittest.TestCase):
    def test_pages_that_are_alike_are_counted(self):
        self.assertEqual(course(), ([], "course: 1 pages, alike in both languages"))

    def test_another_program_is_found_by_its_line(self):
        findings, _ = course(**{"zh/page.md": page("和", 2)})
        self.assertEqual(findings, ["page.md: the blocks at line 3 (en) and 3 (zh) differ"])

    def test_a_block_that_is_missing_is_found(self):
        text = page("和")
        findings, _ = course(**{"zh/page.md": text[:text.index("```")] + text[text.index("## "):]})
        self.assertEqual(findings, ["page.md: 1 blocks (en) and 0 (zh)"])

    def test_another_number_of_a_section_is_found(self):
        findings, _ = course(**{"zh/page.md": page("和").replace("2.1.1", "2.1.2")})
        self.assertEqual(findings[0], "page.md: sections 2.1, 2.1.1 (en) and 2.1, 2.1.2 (zh)")

    def test_a_page_in_one_language_is_found(self):
        findings, _ = course(**{"en/other.md": "# Other\n"})
        self.assertEqual(findings, ["docs/course: other.md is in one language only"])

    def test_links_that_lead_nowhere_are_found_but_not_in_programs(self):
        findings, _ = course(**{"contents.md": "[a](none.md) [b](en/page.md#22-more) [c](https://example.org/x)\n\n"
                                             "```cpp\n[](auto x) { return x; }\n```\n" + INDEX})
        self.assertEqual(findings, ["docs/course/contents.md: there is no none.md",
                                    "docs/course/contents.md: en/page.md has no heading 22-more"])

    def test_a_section_that_is_not_in_the_index_is_found(self):
        findings, _ = course(**{"contents.md": INDEX.replace("[2.1.1](zh/page.md#211-和)", "")})
        self.assertEqual(findings, ["docs/course/contents.md: doesn't lead to zh/page.md, 2.1.1 和"])

    def test_anchors_are_as_github_makes_them(self):
        self.assertEqual(anchor("2.3.1.2 run(), placeholders and feeds"), "2312-run-placeholders-and-feeds")
        self.assertEqual(anchor("2.4.1 什么是张量"), "241-什么是张量")


if __name__ == "__main__":
    unittest.main()
