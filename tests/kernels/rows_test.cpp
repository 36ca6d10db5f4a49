#include "kernels/rows.hpp"

#include <map>
#include <vector>

#include "kernels/ref.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using kernels::ref;
using Ints = std::vector<std::int64_t>;

namespace {

/// Numbers below `count` without order, some of which come often.
Ints some_rows(std::int64_t n, std::int64_t count) {
  Ints rows;
  std::uint64_t x = 7;
  for (std::int64_t i = 0; i < n; ++i) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    rows.push_back(static_cast<std::int64_t>((x >> 33) % static_cast<std::uint64_t>(count)));
  }
  return rows;
}

}  // namespace

TEST_CASE("rows are grouped in their order, and places within them in theirs", "[kernels][rows]") {
  for (const std::int64_t count : {1, 5, 256, 257, 70000, 20000000}) {
    const Ints index = some_rows(1000, count);
    std::map<std::int64_t, Ints> expected;
    for (std::size_t i = 0; i < index.size(); ++i) {
      expected[index[i]].push_back(static_cast<std::int64_t>(i));
    }
    const Tensor tensor = Tensor::from_vector(Ints(index));
    const kernels::RowGroups groups = kernels::grouped(ref(tensor), count);
    REQUIRE(groups.rows.size() == expected.size());
    std::size_t k = 0;
    for (const auto& [row, places] : expected) {
      CHECK(groups.rows[k] == row);
      const Ints found(groups.places.begin() + groups.begins[k],
                       groups.places.begin() + groups.begins[k + 1]);
      CHECK(found == places);
      ++k;
    }
    CHECK(groups.begins.back() == 1000);
  }
}

TEST_CASE("a row that is left out is in no group", "[kernels][rows]") {
  const Tensor index = tensor({3, 0, 3, 1}, {.dtype = int64});
  const kernels::RowGroups groups = kernels::grouped(ref(index), 4, 3);
  CHECK(groups.rows == Ints{0, 1});
  CHECK(groups.places == Ints{1, 3});
  const Tensor none = empty({0}, {.dtype = int64});
  CHECK(kernels::grouped(ref(none), 4).rows.empty());
  CHECK(kernels::grouped(ref(none), 4).begins == Ints{0});
}

TEST_CASE("sums of groups are those of a loop, of any layout", "[kernels][rows]") {
  constexpr std::int64_t n = 300, width = 7;
  const Ints index = some_rows(n, 40);
  const Tensor indices = Tensor::from_vector(Ints(index));
  const Tensor dense = arange(0.0, n * width, 1, {.dtype = float64}).reshape({n, width});
  const Tensor turned = dense.t().contiguous().t();
  const kernels::RowGroups groups = kernels::grouped(ref(indices), 40);
  const auto count = static_cast<std::int64_t>(groups.rows.size());
  for (const Tensor& x : {dense, turned}) {
    const Tensor sums = empty({count, width}, {.dtype = float64});
    kernels::sum_groups(ref(sums), ref(x), groups);
    for (std::int64_t k = 0; k < count; ++k) {
      for (std::int64_t j = 0; j < width; ++j) {
        double expected = 0;
        for (std::int64_t i = 0; i < n; ++i) {
          if (index[i] == groups.rows[k]) expected += static_cast<double>(i * width + j);
        }
        CHECK(sums[k][j].item<double>() == expected);
      }
    }
  }
}
