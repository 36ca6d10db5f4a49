// Products of several matrices.
#include "tapegrad/ops/linalg/chain.hpp"

#include <cstdint>
#include <functional>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Tensors = std::vector<Tensor>;
using Ints = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

namespace {

/// How often two numbers are multiplied in the matrix products of f.
std::int64_t multiplications(const std::function<void()>& f) {
  std::int64_t count = 0;
  const std::vector<TapeRecord> records = trace(f);
  for (const TapeRecord& record : records) {
    if (record.operation != "matmul") continue;
    count += record.shape[0] * record.shape[1] * records[*record.inputs[0]].shape[1];
  }
  return count;
}

}  // namespace

TEST_CASE("a chain of matrices is multiplied in the cheapest order", "[ops][linalg]") {
  // Cormen, Leiserson, Rivest & Stein, "Introduction to Algorithms", section 15.2: six matrices,
  // ((A1 (A2 A3)) ((A4 A5) A6)), 15125 multiplications.
  const Shape sizes = {30, 35, 15, 5, 10, 20, 25};
  Tensors chain;
  for (std::size_t i = 0; i < 6; ++i) {
    chain.push_back(test::spread({sizes[i], sizes[i + 1]}, -1, 1, static_cast<int>(i)));
  }
  Tensor y;
  CHECK(multiplications([&] { y = multi_dot(chain); }) == 15125);
  Tensor expected = chain[0];
  for (std::size_t i = 1; i < 6; ++i) expected = matmul(expected, chain[i]);
  CHECK(test::difference(y, expected, 1e-12, 1e-10) == "");
}

TEST_CASE("the vectors at the ends of a chain leave no dimension behind", "[ops][linalg]") {
  const Tensor m = tensor({{1, 2}, {3, 4}});
  const Tensor v = tensor({1, -1});
  CHECK(multi_dot({v, v}).item<std::int64_t>() == 2);
  CHECK(multi_dot({v, m, v}).item<std::int64_t>() == 0);
  CHECK(multi_dot({m, m, v}).to_vector<std::int64_t>() == Ints{-3, -7});
  CHECK(multi_dot({v, m, m}).to_vector<std::int64_t>() == Ints{-8, -12});
  CHECK(multi_dot({zeros({2, 0}), zeros({0, 3})}).to_vector<double>() == Doubles(6, 0));
}
