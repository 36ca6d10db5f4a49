// What programs are run on, and how their results are compared: to the bit.
#pragma once

#include <cstdint>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

inline Tensor batch(int seed, const Shape& shape = {8, 3}) {
  Generator generator(static_cast<std::uint64_t>(seed));
  return randn(shape, {}, generator);
}

inline void check_same(const std::vector<Tensor>& got, const std::vector<Tensor>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO("tensor " << i);
    CHECK(difference(got[i].detach(), expected[i].detach(), 0, 0) == "");
  }
}

}  // namespace tapegrad::test
