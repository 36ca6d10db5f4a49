// Reductions and scans in a type that the caller names.
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Doubles = std::vector<double>;
using Ints = std::vector<std::int64_t>;

TEST_CASE("a reduction in another type converts first", "[ops][reduce]") {
  const Tensor x = tensor({{1, 2}, {3, 5}});
  CHECK(x.sum(float64).dtype() == float64);
  CHECK(sum(x, float32).item<float>() == 11);
  CHECK(sum(x, int32).dtype() == int32);
  CHECK(sum(x, {}).item<int>() == 11);  // an empty list is no dtype
  CHECK(sum(x, 1, keepdim, float64).to_vector<double>() == Doubles{3, 8});
  CHECK(sum(tensor({100, 200}), uint8).item<int>() == 44);  // 300 - 256
  CHECK(mean(x, float32).item<float>() == 2.75f);
  CHECK(mean(x, 0, Keepdim::no, float64).to_vector<double>() == Doubles{2, 3.5});
  CHECK(prod(x, float64).item<double>() == 30);
  CHECK(prod(x, 1, keepdim, int32).dtype() == int32);
  CHECK(cumsum(x, 1, float64).to_vector<double>() == Doubles{1, 3, 3, 8});
  CHECK(cumprod(x, 0, int32).dtype() == int32);
  CHECK(cumprod(x, 0, int32).to_vector<std::int64_t>() == Ints{1, 2, 3, 10});
  CHECK(softmax(x, 1, float64).to_vector<double>()[0] == Approx(1 / (1 + std::exp(1))));
  CHECK(x.log_softmax(1, float64).to_vector<double>()[3] == Approx(-std::log1p(std::exp(-2))));
  // Beyond 2^24 float32 loses what float64 keeps.
  CHECK(sum(tensor({16777216, 1, 1}), float64).item<double>() == 16777218);
  CHECK_THROWS_WITH(softmax(x, 1, int32), Catch::Contains("softmax: needs a floating-point"));
  CHECK_THROWS_WITH(mean(x, int32), Catch::Contains("mean: needs a floating-point"));
}

TEST_CASE("a reduction in another type has its derivative", "[ops][table]") {
  const auto row = [](std::string_view name, Tensor (*f)(const Tensor&), const Shape& empty) {
    return test::OpRow{.name = name,
                       .f = [f](const test::Tensors& v) { return square(f(v[0])); },
                       .inputs = {{{2, 3}, 0.5, 2}},
                       .empty_inputs = {{0, 3}},
                       .empty_result = empty,
                       .never_narrow = "float64 whatever the input is"};
  };
  // float32 against float64 is of the same type here.
  const auto back = [](const Tensor& y, const Tensor& x) { return y.to(x.dtype()); };
  static const auto to_type = back;
  test::check_rows({
      row("sum", [](const Tensor& x) { return to_type(sum(x, 1, Keepdim::no, float64), x); }, {0}),
      row("prod", [](const Tensor& x) { return to_type(prod(x, 1, Keepdim::no, float64), x); },
          {0}),
      row("softmax", [](const Tensor& x) { return to_type(softmax(x, 1, float64), x); }, {0, 3}),
  });
}
