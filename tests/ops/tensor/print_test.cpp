// Expected strings are what PyTorch 2 prints, but for what the comments say.
#include <limits>
#include <sstream>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/print.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a tensor of rank 0 prints as its number", "[print]") {
  CHECK(to_string(tensor(3)) == "tensor(3)");
  CHECK(to_string(tensor(2.5)) == "tensor(2.5000)");
  CHECK(to_string(tensor(true)) == "tensor(True)");
}

TEST_CASE("all cells are as wide as the widest", "[print]") {
  CHECK(to_string(tensor({1, 2, 3})) == "tensor([1, 2, 3])");
  CHECK(to_string(tensor({{1, -20}, {300, 4}})) ==
        "tensor([[  1, -20],\n"
        "        [300,   4]])");
  CHECK(to_string(tensor({0.5, -1.25, 100.0})) == "tensor([  0.5000,  -1.2500, 100.0000])");
  CHECK(to_string(tensor({true, false})) == "tensor([ True, False])");
}

TEST_CASE("whole floats print a point and no digits", "[print]") {
  CHECK(to_string(tensor({1.0, 2.0, 3.0})) == "tensor([1., 2., 3.])");
  CHECK(to_string(zeros({2})) == "tensor([0., 0.])");
}

TEST_CASE("one number decides on the notation of all", "[print]") {
  CHECK(to_string(tensor({1e-5, 1.0})) == "tensor([1.0000e-05, 1.0000e+00])");
  CHECK(to_string(tensor({1.0, 2000.0})) == "tensor([1.0000e+00, 2.0000e+03])");
  CHECK(to_string(tensor({1e9, 2e9})) == "tensor([1.0000e+09, 2.0000e+09])");
  CHECK(to_string(tensor({1e38, 1e-38})) == "tensor([1.0000e+38, 1.0000e-38])");
  CHECK(to_string(tensor({1e-3, 2e-3})) == "tensor([0.0010, 0.0020])");
  CHECK(to_string(tensor(12345.678)) == "tensor(12345.6777)");
}

TEST_CASE("NaN, infinities and negative zero print as such, aligned", "[print]") {
  CHECK(to_string(tensor({not_a_number, 1.5, inf})) == "tensor([   nan, 1.5000,    inf])");
  CHECK(to_string(tensor(-not_a_number)) == "tensor(nan)");
  CHECK(to_string(tensor({-0.0, 0.5})) == "tensor([-0.0000,  0.5000])");
  // PyTorch gives these no common width; numpy does: [ nan   1. -inf], [-0.  0.].
  CHECK(to_string(tensor({not_a_number, 1.0, -inf})) == "tensor([ nan,   1., -inf])");
  CHECK(to_string(tensor({-0.0, 0.0})) == "tensor([-0.,  0.])");
}

TEST_CASE("each dimension has its brackets, an empty line between blocks", "[print]") {
  CHECK(to_string(arange(24).reshape({2, 3, 4})) ==
        "tensor([[[ 0,  1,  2,  3],\n"
        "         [ 4,  5,  6,  7],\n"
        "         [ 8,  9, 10, 11]],\n"
        "\n"
        "        [[12, 13, 14, 15],\n"
        "         [16, 17, 18, 19],\n"
        "         [20, 21, 22, 23]]])");
  CHECK(to_string(zeros({2, 2, 1, 2})) ==
        "tensor([[[[0., 0.]],\n"
        "\n"
        "         [[0., 0.]]],\n"
        "\n"
        "\n"
        "        [[[0., 0.]],\n"
        "\n"
        "         [[0., 0.]]]])");
}

TEST_CASE("a view prints what it shows", "[print]") {
  const Tensor x = arange(6).reshape({2, 3});
  CHECK(to_string(x.t()) == "tensor([[0, 3],\n        [1, 4],\n        [2, 5]])");
  CHECK(to_string(x[{1, Slice(0, 3, 2)}]) == "tensor([3, 5])");
  CHECK(to_string(tensor(7).expand({3})) == "tensor([7, 7, 7])");
}

TEST_CASE("long rows go on in the next line", "[print]") {
  CHECK(to_string(arange(30)) ==
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
        "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])");
  CHECK(to_string(full({1, 14}, 1.5)) ==
        "tensor([[1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000,\n"
        "         1.5000, 1.5000, 1.5000, 1.5000, 1.5000]])");
  CHECK(to_string(arange(0.0, 4.5, 0.5, {.dtype = float64})) ==
        "tensor([0.0000, 0.5000, 1.0000, 1.5000, 2.0000, 2.5000, 3.0000, 3.5000, 4.0000],\n"
        "       dtype=float64)");
}

TEST_CASE("above 1000 elements only the edges are shown", "[print]") {
  CHECK(to_string(arange(1001)) == "tensor([   0,    1,    2,  ...,  998,  999, 1000])");
  CHECK(to_string(arange(1200).reshape({30, 40})) ==
        "tensor([[   0,    1,    2,  ...,   37,   38,   39],\n"
        "        [  40,   41,   42,  ...,   77,   78,   79],\n"
        "        [  80,   81,   82,  ...,  117,  118,  119],\n"
        "        ...,\n"
        "        [1080, 1081, 1082,  ..., 1117, 1118, 1119],\n"
        "        [1120, 1121, 1122,  ..., 1157, 1158, 1159],\n"
        "        [1160, 1161, 1162,  ..., 1197, 1198, 1199]])");
  CHECK(to_string(arange(2002).reshape({2, 1001})) ==
        "tensor([[   0,    1,    2,  ...,  998,  999, 1000],\n"
        "        [1001, 1002, 1003,  ..., 1999, 2000, 2001]])");
  CHECK(to_string(zeros({1000})).find("...") == std::string::npos);
}

TEST_CASE("empty tensors name their shape beyond rank 1", "[print]") {
  CHECK(to_string(tensor({})) == "tensor([])");
  CHECK(to_string(zeros({0, 3})) == "tensor([], shape=[0, 3])");
  CHECK(to_string(zeros({2, 0}, {.dtype = float64})) == "tensor([], shape=[2, 0], dtype=float64)");
  CHECK(to_string(arange(0)) == "tensor([], dtype=int64)");
}

TEST_CASE("the dtype is named unless the numbers tell it", "[print]") {
  CHECK(to_string(tensor({1, 2}, {.dtype = int32})) == "tensor([1, 2], dtype=int32)");
  CHECK(to_string(tensor({200}, {.dtype = uint8})) == "tensor([200], dtype=uint8)");
  CHECK(to_string(ones({2}, {.dtype = float64})) == "tensor([1., 1.], dtype=float64)");
}

TEST_CASE("a tracked tensor says so, and what made it", "[print]") {
  // PyTorch has grad_fn=<AddBackward0> where op=<add> stands here.
  const Tensor x = ones({1}, {.requires_grad = true});
  CHECK(to_string(x) == "tensor([1.], requires_grad=True)");
  CHECK(to_string(x + x) == "tensor([2.], op=<add>)");
  CHECK(to_string((x + x).detach()) == "tensor([2.])");
  const Tensor y = (x.to(float64) * 2.0);
  CHECK(to_string(y) == "tensor([2.], dtype=float64, op=<mul>)");
  CHECK(to_string(zeros({2000}, {.requires_grad = true}) * 1) ==
        "tensor([0., 0., 0.,  ..., 0., 0., 0.], op=<mul>)");
}

TEST_CASE("streams take tensors, also undefined ones", "[print]") {
  std::ostringstream out;
  out << tensor({1, 2}) << Tensor();
  CHECK(out.str() == "tensor([1, 2])tensor(undefined)");
}

TEST_CASE("print options change precision, threshold, edges, width and notation", "[print]") {
  CHECK(to_string(tensor(1.25), {.precision = 1}) == "tensor(1.2)");
  CHECK(to_string(tensor(0.1, {.dtype = float64}), {.precision = 17}) ==
        "tensor(0.10000000000000001, dtype=float64)");
  CHECK(to_string(arange(5), {.threshold = 4, .edge_items = 1}) == "tensor([0,  ..., 4])");
  CHECK(to_string(arange(5), {.threshold = 4, .edge_items = 2}) == "tensor([0, 1,  ..., 3, 4])");
  CHECK(to_string(arange(4), {.line_width = 14}) == "tensor([0, 1,\n        2, 3])");
  CHECK(to_string(arange(2), {.line_width = 0}) == "tensor([0,\n        1])");
  CHECK(to_string(tensor({1e-5, 1.5}), {.scientific = false}) == "tensor([0.0000, 1.5000])");
  CHECK(to_string(tensor(1.5), {.precision = 2, .scientific = true}) == "tensor(1.50e+00)");
  CHECK_THROWS_AS(to_string(tensor(1), {.precision = -1}), Error);
  CHECK_THROWS_AS(to_string(tensor(1), {.edge_items = 0}), Error);
  CHECK_THROWS_AS(to_string(tensor(1), {.threshold = -1}), Error);
  CHECK_THROWS_AS(to_string(tensor(1), {.line_width = -5}), Error);
}
