// Integers as sizes, dimensions and indices: of every type, and beyond what 64 bits with a sign
// hold, where a plain conversion would make -1 of SIZE_MAX, which counts from the end.
#include <cstdint>
#include <functional>
#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;
using tapegrad::test::error_of;

TEST_CASE("an unsigned index or dimension doesn't wrap around to one from the end", "[index]") {
  constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  constexpr std::uint64_t first = std::uint64_t{1} << 63;
  const Tensor x = arange(6, {.dtype = float32}).view({2, 3});
  const std::function<Tensor()> refused[] = {
      [&] { return x[none]; },
      [&] { return x[first]; },
      [&] {
        return x[{0, none}];
      },
      [&] { return x[{Slice(0, none)}]; },
      [&] { return x[{Slice(none, std::nullopt)}]; },
      [&] { return x[{Slice(std::nullopt, first)}]; },
      [&] { return sum(x, none); },
      [&] {
        return sum(x, {0, none});
      },
      [&] {
        return x.view({none, 2});
      },
      [&] { return zeros(none); },
      [&] { return mean(x, none); },
      [&] { return var(x, none); },
      [&] { return tapegrad::std(x, none); },
      [&] { return amax(x, none); },
      [&] { return amin(x, first); },
      [&] { return any(x, none); },
      [&] { return all(x, none); },
      [&] { return count_nonzero(x, none); },
      [&] { return logsumexp(x, none); },
  };
  for (const auto& call : refused) {
    CHECK_THROWS_AS(call(), IndexError);
  }
  CHECK(error_of([&] { (void)x[none]; }) ==
        "select: 18446744073709551615 is no dimension and no index: these end below 2^63");
  CHECK(error_of([&] { sum(x, none); }).starts_with("Dims: 18446744073709551615"));
}

TEST_CASE("every integer type is an index and a dimension", "[index]") {
  const Tensor x = arange(6, {.dtype = float32}).view({2, 3});
  using Row = std::vector<float>;
  CHECK(x[std::size_t{1}].to_vector<float>() == Row{3, 4, 5});
  CHECK(x[std::uint8_t{1}].to_vector<float>() == Row{3, 4, 5});
  CHECK(x[short{-1}].to_vector<float>() == Row{3, 4, 5});
  CHECK(x[{1u, Slice(1u, std::size_t{3})}].to_vector<float>() == Row{4, 5});
  CHECK(sum(x, std::size_t{0}).to_vector<float>() == Row{3, 5, 7});
  CHECK(sum(x, {std::size_t{1}, short{0}}).item<float>() == 15);
  CHECK(sum(x, -2).to_vector<float>() == Row{3, 5, 7});
}

TEST_CASE("one integer is a shape, and a list of dimensions", "[create][reduce]") {
  const std::size_t n = 2, m = 3;
  CHECK(zeros(3).shape() == Shape{3});
  CHECK(zeros({n, m}).shape() == Shape{2, 3});
  CHECK(zeros({}).dim() == 0);
  CHECK(arange(6).view(-1).shape() == Shape{6});
  CHECK(ones(n).expand({m, n}).shape() == Shape{3, 2});
  CHECK(full(2, 7).to_vector<std::int64_t>() == std::vector<std::int64_t>{7, 7});
}

TEST_CASE("a reduced dimension stays where keepdim is true", "[reduce]") {
  const Tensor x = ones({2, 3});
  for (const Tensor& y : {sum(x, 0, true), sum(x, 0, keepdim), sum(x, {0}, Keepdim::yes),
                          amax(x, 0, true), max(x, 0, true).values, logsumexp(x, 0, true)}) {
    CHECK(y.shape() == Shape{1, 3});
  }
  CHECK(sum(x, 0, false).shape() == Shape{3});
  CHECK(sum(x, {}, true).shape() == Shape{1, 1});
}
