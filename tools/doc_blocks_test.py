#!/usr/bin/env python3
"""doc_blocks.py finds the blocks, makes one program of them and compares what it prints."""

import unittest

from doc_blocks import blocks_of, difference, program_of

DOCUMENT = """# Title

```cpp
#include <vector>
int a = 1;
std::cout << a;
```

```text
1
```

Words.

```text
not output: words stand before it
```

```sh
./dev test
```

```cpp standalone
int a = 2;
```

```cpp
std::cout << a + 1;
```
```text
2
```
"""


class Blocks(unittest.TestCase):
    def test_only_cpp_blocks_are_taken(self):
        blocks = blocks_of(DOCUMENT)
        self.assertEqual([b.line for b in blocks], [4, 24, 28])
        self.assertEqual([b.standalone for b in blocks], [False, True, False])

    def test_output_belongs_to_the_block_right_before_it(self):
        self.assertEqual([b.expected for b in blocks_of(DOCUMENT)], ["1", None, "2"])

    def test_continued_blocks_share_main_and_standalone_ones_have_a_scope(self):
        source = program_of(DOCUMENT, "doc.md")
        self.assertEqual(source.count("int main("), 1)
        self.assertLess(source.index("#include <vector>"), source.index("int main("))
        self.assertIn('#line 24 "doc.md"\n{\nint a = 2;\n}', source)

    def test_a_block_with_main_stands_alone(self):
        whole = "```cpp\n#include <cstdio>\nint main() {}\n```\n"
        self.assertEqual(program_of(whole, "d").count("main"), 1)
        with self.assertRaises(ValueError):
            program_of(whole + "```cpp\nint a;\n```\n", "d")

    def test_a_difference_names_the_line(self):
        self.assertIsNone(difference(DOCUMENT, "1\n\x1e\x1e2 \x1e"))
        self.assertIn("line 28", difference(DOCUMENT, "1\x1e\x1e3\x1e"))
        self.assertIn("line 4", difference(DOCUMENT, ""))


if __name__ == "__main__":
    unittest.main()
