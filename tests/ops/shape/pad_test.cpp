#include "tapegrad/ops/shape/pad.hpp"

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

TEST_CASE("paddings have their derivatives", "[ops][table]") {
  const Tensor x = zeros({2, 3});
  const auto row = [](std::string_view name, PadMode mode) {
    return test::OpRow{.name = name,
                       .f =
                           [mode](const Tensors& v) {
                             return square(pad(v[0], {1, 2, 0, 1}, mode, 0.5));
                           },
                       .inputs = {{{2, 3, 4}}},
                       .empty_inputs = {{0, 3, 4}},
                       .empty_result = {0, 4, 7}};
  };
  test::OpRow constant = row("as_strided_scatter", PadMode::constant);
  constant.refuses = {{"pad: 3 widths for the 2 dimensions of shape [2, 3]",
                       [=] {
                         pad(x, {1, 2, 3});
                       }},
                      {"pad: 6 widths for the 2 dimensions",
                       [=] {
                         pad(x, {1, 2, 3, 4, 5, 6});
                       }},
                      {"pad: -2 and -2 cut off more than the 3 elements of dimension 1",
                       [=] {
                         pad(x, {-2, -2});
                       }},
                      {"pad: 3 elements to reflect of a dimension of 3; there must be more",
                       [=] {
                         pad(x, {3, 0}, PadMode::reflect);
                       }},
                      {"pad: 4 elements of a dimension of 3: more than once round",
                       [=] {
                         pad(x, {0, 4}, PadMode::circular);
                       }},
                      {"pad: -2 and -2 cut off more than the 3 elements of dimension 1",
                       [=] {
                         pad(x, {-2, -2}, PadMode::replicate);
                       }},
                      {"pad", [] {
                         pad(tensor({1, 2}), {1, 0}, PadMode::constant, 1e300);
                       }}};
  test::check_rows({constant, row("index_select", PadMode::reflect),
                    row("index_select", PadMode::replicate),
                    row("index_select", PadMode::circular)});
}

TEST_CASE("the modes of padding fill in what PyTorch does", "[ops][shape]") {
  const Tensor x = tensor({1, 2, 3, 4});
  const auto padded = [&](std::int64_t before, std::int64_t after, PadMode mode) {
    return pad(x, {before, after}, mode, 9).to_vector<std::int64_t>();
  };
  CHECK(padded(2, 1, PadMode::constant) == Ints{9, 9, 1, 2, 3, 4, 9});
  CHECK(padded(-1, 2, PadMode::constant) == Ints{2, 3, 4, 9, 9});
  CHECK(padded(-1, -2, PadMode::constant) == Ints{2});
  CHECK(padded(2, 3, PadMode::reflect) == Ints{3, 2, 1, 2, 3, 4, 3, 2, 1});
  CHECK(padded(2, 1, PadMode::replicate) == Ints{1, 1, 1, 2, 3, 4, 4});
  CHECK(padded(2, 4, PadMode::circular) == Ints{3, 4, 1, 2, 3, 4, 1, 2, 3, 4});
  CHECK(padded(-1, 2, PadMode::reflect) == Ints{2, 3, 4, 3, 2});
  CHECK(padded(2, -3, PadMode::replicate) == Ints{1, 1, 1});
  CHECK(padded(-2, 1, PadMode::circular) == Ints{3, 4, 3});
  const Tensor square = pad(tensor({{1, 2}, {3, 4}}), {1, 0, 0, 1});
  CHECK(square.shape() == Shape{3, 3});
  CHECK(square.to_vector<std::int64_t>() == Ints{0, 1, 2, 0, 3, 4, 0, 0, 0});
  CHECK(pad(zeros({0, 2}), {0, 0, 1, 1}).shape() == Shape{2, 2});
  CHECK_FALSE(pad(x, {0, 0}).shares_storage_with(x));
}
