#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("a list of dimensions changes like a vector", "[core][dims]") {
  Dims dims{2, 3};
  dims.push_back(5);
  dims.insert(0, 7);
  dims.insert(2, 9);
  CHECK(to_string(dims) == "[7, 2, 9, 3, 5]");
  dims.insert(5, 1);
  CHECK(dims.back() == 1);
  dims.erase(1);
  dims.erase(4);
  CHECK(dims == Dims{7, 9, 3, 5});
  CHECK(dims.front() == 7);
  dims[1] = -4;
  CHECK(dims == Dims(std::vector<std::int64_t>{7, -4, 3, 5}));
  CHECK_FALSE(dims == Dims{7, -4, 3});
  CHECK_FALSE(dims == Dims{7, -4, 3, 6});
}

TEST_CASE("an empty list of dimensions is rank 0", "[core][dims]") {
  CHECK(Dims{}.empty());
  CHECK(Dims() == Dims{});
  CHECK(to_string(Dims{}) == "[]");
  CHECK(Dims(3, 0) == Dims{0, 0, 0});
}

TEST_CASE("nine dimensions are refused however they come", "[core][dims]") {
  const std::vector<std::int64_t> nine(9, 1);
  CHECK_THROWS_AS(Dims(nine), ShapeError);
  CHECK_THROWS_AS((Dims{1, 1, 1, 1, 1, 1, 1, 1, 1}), ShapeError);
  CHECK_THROWS_AS(Dims(9, 1), ShapeError);
  Dims eight(8, 1);
  CHECK_THROWS_WITH(eight.push_back(1), "shape: more than 8 dimensions; flatten some");
  CHECK_THROWS_AS(eight.insert(3, 1), ShapeError);
  CHECK(eight == Dims(8, 1));
}

TEST_CASE("the number of elements is the product of the sizes", "[core][dims]") {
  constexpr std::int64_t large = std::int64_t{1} << 40;
  CHECK(numel({}) == 1);
  CHECK(numel({2, 3, 4}) == 24);
  CHECK(numel({2, 0, 4}) == 0);
  CHECK(numel({large, large, 0}) == 0);
  CHECK_THROWS_AS(numel({large, large}), ShapeError);
  CHECK_THROWS_AS(numel({2, -1}), ShapeError);
  CHECK_THROWS_AS(numel({0, -1}), ShapeError);
}

TEST_CASE("shapes broadcast from the right, and 1 stretches", "[core][dims]") {
  struct Case {
    Shape a, b, both;
  };
  const Case cases[] = {
      {{}, {}, {}},
      {{3}, {}, {3}},
      {{2, 3}, {3}, {2, 3}},
      {{2, 1}, {3}, {2, 3}},
      {{5, 1, 4}, {3, 1}, {5, 3, 4}},
      {{0, 3}, {1, 3}, {0, 3}},
      {{0}, {1}, {0}},
  };
  for (const Case& c : cases) {
    CHECK(broadcast_shapes(c.a, c.b) == c.both);
    CHECK(broadcast_shapes(c.b, c.a) == c.both);
  }
  CHECK_THROWS_AS(broadcast_shapes({2, 3}, {2}), ShapeError);
  CHECK_THROWS_AS(broadcast_shapes({0}, {2}), ShapeError);
  CHECK(test::contains(test::error_of<ShapeError>([] {
                         broadcast_shapes({2, 3}, {4, 3});
                       }),
                       "[2, 3] and [4, 3]"));
}
