// What is said where memory ends. That nothing changes then is tested in tests/no_memory.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/memory.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

constexpr std::int64_t huge = std::int64_t{1} << 50;

/// 2^50 elements that take the memory of one.
Tensor wide(TensorOptions options = {}) { return ones({1}, options).expand({huge}); }

struct Call {
  std::string name;
  std::function<void()> call;
};

/// Each call wants `huge` elements, and is to be named.
void check_names(const std::vector<Call>& calls, const std::string& element_type_and_more = "") {
  for (const Call& c : calls) {
    INFO(c.name);
    const std::string message = error_of<MemoryError>(c.call);
    INFO(message);
    CHECK(message.rfind(c.name + ": out of memory: ", 0) == 0);
    CHECK(contains(message, element_type_and_more));
  }
}

}  // namespace

TEST_CASE("out of memory tells operation, element type, shape and bytes", "[core][memory]") {
  try {
    zeros({huge, 3}, {.dtype = float64});
    FAIL("there is no such memory");
  } catch (const MemoryError& error) {
    const std::string message = error.what();
    CHECK(contains(message,
                   "zeros: out of memory: float64 [1125899906842624, 3] needs 27021597764222976 "
                   "bytes"));
    CHECK(error.bytes_wanted() == 27021597764222976u);
  }
}

TEST_CASE("out of memory is an Error like any other", "[core][memory]") {
  CHECK_THROWS_AS(zeros({huge}), Error);
}

TEST_CASE("out of memory tells what the caches gave back in vain", "[core][memory]") {
  empty_cache();
  { const Tensor kept = zeros({1000000}); }
  const std::size_t cached = memory_stats().cached;  // none under AddressSanitizer
  try {
    zeros({huge});
    FAIL("there is no such memory");
  } catch (const MemoryError& error) {
    CHECK(error.bytes_released() == cached);
    CHECK(contains(error.what(), std::to_string(cached) + " bytes of the cache"));
  }
  CHECK(memory_stats().cached == 0);
}

TEST_CASE("the makers of tensors name themselves when memory ends", "[core][memory]") {
  check_names({
      {"empty", [] { empty({huge}); }},
      {"full", [] { full({huge}, 2.5); }},
      {"zeros", [] { zeros({huge}); }},
      {"ones", [] { ones({huge}); }},
      {"empty_like", [] { empty_like(wide()); }},
      {"full_like", [] { full_like(wide(), 2); }},
      {"zeros_like", [] { zeros_like(wide()); }},
      {"ones_like", [] { ones_like(wide()); }},
      {"rand", [] { rand({huge}); }},
      {"randn", [] { randn({huge}); }},
      {"randint", [] { randint(10, {huge}); }},
      {"randperm", [] { randperm(huge); }},
      {"bernoulli", [] { bernoulli(wide()); }},
      {"bernoulli_like", [] { bernoulli_like(wide(), 0.5); }},
      {"arange", [] { arange(huge); }},
      {"arange", [] { arange(static_cast<double>(huge)); }},
      {"linspace", [] { linspace(0, 1, huge); }},
      {"eye", [] { eye(huge, 1); }},
      {"to_vector", [] { wide().to_vector<float>(); }},
  });
}

TEST_CASE("operations name themselves when memory ends, whatever they call", "[core][memory]") {
  const Tensor x = wide();
  check_names(
      {
          {"exp", [&] { exp(x); }},
          {"exp", [] { exp(wide({.dtype = int64})); }},
          {"add", [&] { x + x; }},
          {"add",
           [&] {
             x + ones({2, 1});
           }},
          {"lt", [&] { x < 0; }},
          {"clone", [&] { x.clone(); }},
          {"clone", [&] { x.contiguous(); }},
          {"to", [&] { x.to(float64); }},
          {"matmul",
           [] {
             matmul(ones({1, 1}).expand({1 << 25, 1}), ones({1, 1}).expand({1, 1 << 25}));
           }},
          {"softmax", [&] { softmax(x, 0); }},
          {"cat",
           [&] {
             cat({x, x});
           }},
          {"stack",
           [&] {
             stack({x, x});
           }},
          {"where", [&] { where(ones({1}, {.dtype = boolean}), x, x); }},
          {"index_select",
           [&] {
             index_select(ones({1, 1}).expand({1, huge}), 0, tensor({0}));
           }},
          {"one_hot", [] { one_hot(tensor({0}), huge); }},
      },
      "[");
}
