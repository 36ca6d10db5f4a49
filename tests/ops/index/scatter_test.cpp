#include "tapegrad/ops/index/scatter.hpp"

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;
using Ints = std::vector<std::int64_t>;

TEST_CASE("scattering has its derivatives", "[ops][table]") {
  const Tensor x = zeros({3, 2});
  const Tensor index = tensor({{2, 0}, {1, 1}});
  test::check_rows({
      {.name = "scatter",
       .f =
           [=](const Tensors& v) {
             const Tensor at = v[0].numel() == 0 ? zeros({2, 0}, {.dtype = int64}) : index;
             return square(scatter(v[0], 0, at, v[1]));
           },
       .inputs = {{{3, 2}}, {{2, 3}}},
       .empty_inputs = {{3, 0}, {2, 0}},
       .empty_result = {3, 0},
       .refuses =
           {{"scatter: int64 into float32", [=] { scatter(x, 0, index, index); }},
            {"scatter: index 3 is out of range for a dimension of size 3",
             [=] {
               scatter(x, 0, index + 1, zeros({2, 2}));
             }},
            {"scatter: an index of shape [2, 2] and a source of shape [1, 2] for shape [3, 2]",
             [=] {
               scatter(x, 0, index, zeros({1, 2}));
             }}}},
  });
}

TEST_CASE("scatter puts where gather reads", "[ops][index]") {
  const Tensor x = zeros({2, 3}, {.dtype = int64});
  const Tensor index = tensor({{2, 0}, {1, 2}});
  const Tensor source = tensor({{1, 2, 9}, {3, 4, 9}});
  const Tensor y = scatter(x, 1, index, source);
  CHECK(y.to_vector<std::int64_t>() == Ints{2, 0, 1, 0, 3, 4});
  CHECK(gather(y, 1, index).to_vector<std::int64_t>() == Ints{1, 2, 3, 4});
  CHECK(scatter(x, 0, tensor({{1, 0, 1}}), 7).to_vector<std::int64_t>() == Ints{0, 7, 0, 7, 0, 7});
  CHECK(scatter(x.t(), 0, tensor({{2}}), 5).to_vector<std::int64_t>() == Ints{0, 0, 0, 0, 5, 0});
  CHECK(scatter(tensor(1), 0, tensor(0), 4).item<std::int64_t>() == 4);
  CHECK_THROWS_AS(scatter(x, 1, index, 1e300), DTypeError);
}
