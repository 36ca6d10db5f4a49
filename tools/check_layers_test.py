#!/usr/bin/env python3
"""check_layers.py finds each kind of fault in a small bad tree, and nothing in a good one."""

import tempfile
import unittest
from pathlib import Path

import check_layers

GOOD = {
    "include/tapegrad/tensor.hpp": "#pragma once\n#include <vector>\n",
    "include/tapegrad/autograd.hpp": "#pragma once\n#include <tapegrad/tensor.hpp>\n",
    "include/tapegrad/xtensor.hpp": "#include <xtensor/xarray.hpp>\n",
    "include/tapegrad/catch.hpp": "#include <catch2/catch.hpp>\n#define CHECK_GRAD(f) f\n",
    "lib/core/layout.hpp": "#include <tapegrad/tensor.hpp>\n",
    "lib/kernels/gemm.hpp": '#include "core/layout.hpp"\n',
    "lib/kernels/gemm.cpp": '#include "kernels/gemm.hpp"\n#include <cblas.h>\n#include <fmt/core.h>\n',
    "lib/kernels/map.cpp": '#include "gemm.hpp"\n#include <xsimd/xsimd.hpp>\n',
    "lib/autograd/node.hpp": '#include "core/layout.hpp"\n#include <tapegrad/ops/pointwise.hpp>\n',
    "lib/ops/linalg.cpp": '#include "autograd/node.hpp"\n#include "kernels/gemm.hpp"\n',
    "lib/core/check.hpp": "#include <fmt/core.h>\n",
    "lib/nn/linear.cpp": '#include "core/check.hpp"\n#include <tapegrad/autograd.hpp>\n',
    "lib/optim/sgd.cpp": '#include "kernels/gemm.hpp"\n#include "core/layout.hpp"\n',
    "tests/kernels/gemm_test.cpp": '#include "kernels/gemm.hpp"\n#include <xtensor/xarray.hpp>\n',
    "lib/ops/meson.build": "tapegrad_sources += files(\n  'loop.cpp',\n)\nother_sources += files('linalg.cpp')\n",
    "lib/ops/loop.cpp": '#include "ops/map.hpp"\n',
    "lib/ops/map.hpp": '#include "kernels/simd.hpp"\n',
    "lib/kernels/simd.hpp": "#include <xsimd/xsimd.hpp>\n",
    "build/generated.cpp": "\n" * 1000,
}


class CheckLayers(unittest.TestCase):
    def findings(self, changes):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**GOOD, **changes}.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return [f"{path}:{line}: {message}"
                    for path, line, message in check_layers.check_tree(Path(folder))]

    def finds(self, place, word, changes):
        found = self.findings(changes)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ": "), found[0])
        self.assertIn(word, found[0])

    def test_a_good_tree_has_no_findings(self):
        self.assertEqual(self.findings({}), [])

    def test_what_has_loops_is_compiled_for_each_level(self):
        self.finds("lib/ops/meson.build:4", "linalg.cpp has loops",
                   {"lib/ops/linalg.cpp": '#include "ops/map.hpp"\n'})

    def test_core_includes_nothing_above_it(self):
        self.finds("lib/core/pool.cpp:2", "lib/kernels",
                   {"lib/core/pool.cpp": '#include <new>\n#include "kernels/gemm.hpp"\n'})

    def test_kernels_do_not_see_the_tape(self):
        self.finds("lib/kernels/sum.cpp:1", "lib/autograd",
                   {"lib/kernels/sum.cpp": '#include "autograd/node.hpp"\n'})

    def test_kernels_do_not_see_public_headers_about_gradients(self):
        self.finds("lib/kernels/sum.cpp:1", "tapegrad/autograd.hpp",
                   {"lib/kernels/sum.cpp": "#include <tapegrad/autograd.hpp>\n"})

    def test_the_tape_does_not_see_kernels(self):
        self.finds("lib/autograd/engine.cpp:1", "lib/kernels",
                   {"lib/autograd/engine.cpp": '#include "../kernels/gemm.hpp"\n'})

    def test_modules_see_public_headers_only(self):
        self.finds("lib/nn/linear.cpp:1", "lib/core",
                   {"lib/nn/linear.cpp": '#include "core/layout.hpp"\n'})

    def test_samples_see_public_headers_only(self):
        self.finds("samples/tour.cpp:1", "lib/core",
                   {"samples/tour.cpp": '#include "core/layout.hpp"\n'})

    def test_optimizers_do_not_see_the_tape(self):
        self.finds("lib/optim/sgd.cpp:1", "lib/autograd",
                   {"lib/optim/sgd.cpp": '#include "autograd/node.hpp"\n'})

    def test_errors_are_thrown_the_same_way_everywhere_in_lib_but_not_outside(self):
        self.finds("samples/tour.cpp:1", "lib/core",
                   {"samples/tour.cpp": '#include "core/check.hpp"\n'})

    def test_public_headers_see_no_private_ones(self):
        self.finds("include/tapegrad/shape.hpp:1", "lib/core",
                   {"include/tapegrad/shape.hpp": '#include "core/layout.hpp"\n'})

    def test_public_headers_include_no_other_library(self):
        for header in ("fmt/core.h", "xtensor/xarray.hpp", "xsimd/xsimd.hpp", "cblas.h",
                       "catch2/catch.hpp", "gtest/gtest.h", "doctest/doctest.h",
                       "boost/test/unit_test.hpp"):
            self.finds("include/tapegrad/shape.hpp:1", header,
                       {"include/tapegrad/shape.hpp": f"#include <{header}>\n"})

    def test_an_opt_in_header_meets_its_own_library_only(self):
        self.finds("include/tapegrad/catch.hpp:1", "fmt/core.h",
                   {"include/tapegrad/catch.hpp": "#include <fmt/core.h>\n"})
        self.finds("include/tapegrad/gtest.hpp:1", "catch2/catch.hpp",
                   {"include/tapegrad/gtest.hpp": "#include <catch2/catch.hpp>\n"})

    def test_gradtest_stands_by_itself(self):
        for path in ("include/tapegrad/gradtest.hpp", "include/tapegrad/gradtest/slope.hpp"):
            self.finds(path + ":1", "tapegrad/tensor.hpp",
                       {path: "#include <tapegrad/tensor.hpp>\n"})
            self.assertEqual(
                self.findings({path: '#include "tapegrad/gradtest/extrapolate.hpp"\n'}), [])

    def test_only_io_includes_the_libraries_of_file_formats(self):
        for header in ("nlohmann/json.hpp", "zip.h", "zlib.h"):
            self.finds("lib/nn/save.cpp:1", header, {"lib/nn/save.cpp": f"#include <{header}>\n"})
            self.assertEqual(self.findings({"lib/io/save.cpp": f"#include <{header}>\n"}), [])

    def test_only_kernels_include_vector_libraries(self):
        self.finds("lib/ops/sort.cpp:1", "xtensor/xsort.hpp",
                   {"lib/ops/sort.cpp": "#include <xtensor/xsort.hpp>\n"})

    def test_precompiled_are_others_headers(self):
        path = "lib/pch/outside.hpp"
        self.assertEqual(self.findings({path: "#include <vector>\n#include <xsimd/xsimd.hpp>\n"}), [])
        for ours in ("core/layout.hpp", "tapegrad/tensor.hpp"):
            self.finds(path + ":1", ours, {path: f'#include "{ours}"\n'})

    def test_one_file_includes_cblas(self):
        self.finds("lib/kernels/solve.cpp:1", "lib/kernels/gemm.cpp",
                   {"lib/kernels/solve.cpp": "#include <cblas.h>\n"})

    def test_public_headers_define_no_macros(self):
        self.finds("include/tapegrad/shape.hpp:2", "TG_MAX",
                   {"include/tapegrad/shape.hpp": "#pragma once\n#  define TG_MAX 8\n"})
        self.assertEqual(self.findings({"include/tapegrad/shape.hpp": "#define TG_MAX 8\n#undef TG_MAX\n"}), [])

    def test_a_test_names_the_headers_that_it_uses(self):
        everything = "#include <vector>\n#include <tapegrad/tapegrad.hpp>\n"
        self.finds("tests/ops/sum_test.cpp:2", "the headers that it uses",
                   {"tests/ops/sum_test.cpp": everything})
        self.finds("tests/values.hpp:2", "the headers that it uses", {"tests/values.hpp": everything})
        for users in ("tests/consumer/main.cpp", "samples/tour.cpp", "bench/tour.cpp"):
            self.assertEqual(self.findings({users: everything}), [])

    def test_files_end_before_line_401(self):
        self.assertEqual(self.findings({"lib/core/pool.cpp": "\n" * 400}), [])
        self.finds("lib/core/pool.cpp:401", "401 lines", {"lib/core/pool.cpp": "\n" * 401})
        self.finds("dev:401", "500 lines", {"dev": "\n" * 500})


if __name__ == "__main__":
    unittest.main()
