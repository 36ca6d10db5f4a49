// A tensor as the list of its rows.
#include "tapegrad/rows.hpp"

#include <iterator>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;

TEST_CASE("a tensor is the list of its rows, which are views", "[tensor][view]") {
  Tensor x = tensor({{1, 2}, {3, 4}, {5, 6}});
  std::vector<std::int64_t> sums;
  for (const Tensor& row : x) sums.push_back(row.sum().item<std::int64_t>());
  CHECK(sums == std::vector<std::int64_t>{3, 7, 11});
  for (Tensor row : x) row += 10;
  CHECK(x[2].to_vector<std::int64_t>() == std::vector<std::int64_t>{15, 16});
  CHECK(std::distance(x.begin(), x.end()) == 3);
  int count = 0;
  for (const Tensor& number : tensor({1.5f, 2.5f}) * 2) {
    CHECK(number.dim() == 0);
    ++count;
  }
  CHECK(count == 2);
  for (const Tensor& row : zeros({0, 4})) CHECK(row.dim() == 9);  // never
  CHECK(test::error_of([] { ones({}).begin(); }) == "begin: a tensor of rank 0 has no rows");
}

TEST_CASE("rows are recorded", "[tensor][view]") {
  const Tensor x = ones({3, 2}, {.requires_grad = true});
  Tensor sum_of_products = zeros({});
  double factor = 0;
  for (const Tensor& row : x) sum_of_products = sum_of_products + sum(row) * ++factor;
  sum_of_products.backward();
  CHECK(x.grad().to_vector<float>() == std::vector<float>{1, 1, 2, 2, 3, 3});
}
