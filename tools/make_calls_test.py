#!/usr/bin/env python3
"""make_calls.py calls each function with each of its tensors undefined, and once with hostile arguments."""

import tempfile
import unittest
from pathlib import Path

import make_calls

HEADER = """
namespace [[gnu::visibility("default")]] tapegrad {
/// The larger: sum(const Tensor& x).
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, Scalar b);
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0);
Tensor repeat(const Tensor& x, const Shape& repeats);  // also without braces
Tensor operator-(const Tensor& x);
Tensor zeros(const Shape& shape);
template <std::integral Dim>
Tensor sum(const Tensor& x, Dim dim) {
  return sum(x, Dims{dim});
}
namespace nn {
Tensor mse_loss(const Tensor& input, const Tensor& target, const LossOptions& options = {});
}  // namespace nn
namespace detail {
Tensor tensor_of(const Tensor& values);
}  // namespace detail
}  // namespace tapegrad
"""


class MakeCalls(unittest.TestCase):
    def made(self, calls):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "some.hpp")
            path.write_text(HEADER, encoding="utf-8")
            return list(calls([path]))

    def test_each_tensor_is_undefined_once(self):
        self.assertEqual(self.made(make_calls.undefined_calls), [
            '{"maximum", 1, false, [] { tapegrad::maximum(none, some); }},',
            '{"maximum", 2, false, [] { tapegrad::maximum(some, none); }},',
            '{"maximum", 1, false, [] { tapegrad::maximum(none, Scalar(1)); }},',
            '{"cat", 1, true, [] { tapegrad::cat(std::vector<Tensor>{some, none}, std::int64_t{1}); }},',
            '{"repeat", 1, false, [] { tapegrad::repeat(none, Shape{}); }},',
            '{"mse_loss", 1, false, [] { nn::mse_loss(none, some, LossOptions{}); }},',
            '{"mse_loss", 2, false, [] { nn::mse_loss(some, none, LossOptions{}); }},',
        ])

    def test_each_function_is_called_with_what_its_types_may_hold(self):
        calls = [call.split("results_of(")[1] for call in self.made(make_calls.hostile_calls)]
        self.assertEqual(calls, [
            "tapegrad::maximum(h.a, h.b)); }},", "tapegrad::maximum(h.a, h.x)); }},",
            "tapegrad::cat(std::vector<Tensor>{h.a, h.b}, h.n)); }},", "tapegrad::repeat(h.a, Shape{h.n})); }},",
            "nn::mse_loss(h.a, h.b, LossOptions{})); }},",
        ])


if __name__ == "__main__":
    unittest.main()
