#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::OpRow;
using test::Tensors;

namespace {

const double infinite = std::numeric_limits<double>::infinity();

using Along = Tensor (*)(const Tensor&, AsDim);

/// A row of a function along one dimension, which leaves the shape.
OpRow row(std::string_view name, Along f, const Shape& shape, std::int64_t dim) {
  return {.name = name,
          .f = [f, dim](const Tensors& x) { return f(x[0], dim); },
          .inputs = {{shape}},
          .empty_inputs = {{2, 0, 3}},
          .empty_result = {2, 0, 3},
          .refuses = {{"softmax: dim 3 is out of range", [f] { f(ones({2}), 3); }},
                      {"softmax: needs a floating-point tensor, got int64",
                       [f] { f(ones({2}, {.dtype = int64}), 0); }}}};
}

OpRow logsumexp_row(const Shape& shape, const Dims& dims, Keepdim keep, const Shape& empty,
                    const Shape& empty_result) {
  return {.name = "logsumexp",
          .f = [dims, keep](const Tensors& x) { return logsumexp(x[0], dims, keep); },
          .inputs = {{shape}},
          .empty_inputs = {empty},
          .empty_result = empty_result,
          .refuses = {{"logsumexp: dim 1 is out of range", [] { logsumexp(ones({2}), 1); }},
                      {"logsumexp: dim 0 is given twice", [] {
                         logsumexp(ones({2, 2}), {0, 0});
                       }}}};
}

/// The i-th line along `dim` of a tensor of rank 2, in float64.
std::vector<double> line(const Tensor& x, std::int64_t dim, std::int64_t i) {
  return x.select(1 - dim, i).to_vector<double>();
}

long double log_of_sum(const std::vector<double>& x) {
  long double most = -infinite;
  for (const double v : x) most = std::max<long double>(most, v);
  long double total = 0;
  for (const double v : x) total += std::exp(v - most);
  return most + std::log(total);
}

}  // namespace

TEST_CASE("softmax and its relatives have their derivatives", "[ops][table]") {
  test::check_rows({
      row("softmax", softmax, {3, 2, 4}, -1),
      row("softmax", softmax, {3, 2, 4}, 0),
      row("softmax", softmax, {3, 2, 4}, 1),
      row("log_softmax", log_softmax, {3, 2, 4}, -1),
      row("log_softmax", log_softmax, {3, 2, 4}, 0),
      row("log_softmax", log_softmax, {3, 2, 4}, 1),
      row("softmax", softmax, {7}, 0),
      row("log_softmax", log_softmax, {}, -1),
      logsumexp_row({2, 3}, {1}, Keepdim::no, {0, 3}, {0}),
      logsumexp_row({2, 3}, {0}, Keepdim::yes, {0, 3}, {1, 3}),
      logsumexp_row({2, 3, 4}, {0, -1}, Keepdim::yes, {2, 3, 0}, {1, 3, 1}),
      logsumexp_row({2, 3}, {}, Keepdim::no, {0, 3}, {}),
      logsumexp_row({}, {}, Keepdim::no, {0}, {}),
  });
}

TEST_CASE("softmax and its relatives agree with long double on any line", "[ops][softmax]") {
  for (const std::int64_t n : {1, 2, 3, 4, 7, 8, 9, 10, 16, 17, 31, 32, 33, 600, 5000}) {
    for (const DType dtype : {float32, float64}) {
      for (const std::int64_t dim : {0, 1}) {
        const Tensor x = test::spread(dim == 1 ? Shape{19, n} : Shape{n, 19}, -9, 9).to(dtype);
        const Tensor y = softmax(x, dim);
        const Tensor log_y = log_softmax(x, dim);
        const Tensor total = logsumexp(x, dim);
        // Roundings of x - max, at most 18, of exp and of the sum.
        const double eps = dtype == float32 ? 0x1p-24 : 0x1p-53;
        for (std::int64_t i = 0; i < x.size(1 - dim); i += 2) {
          const std::vector<double> values = line(x, dim, i);
          const long double expected = log_of_sum(values);
          CHECK(std::abs(static_cast<double>(total.select(0, i).item<double>() - expected)) <=
                20 * eps);
          const std::vector<double> p = line(y, dim, i);
          const std::vector<double> log_p = line(log_y, dim, i);
          double worst = 0;
          double worst_log = 0;
          for (std::size_t k = 0; k < values.size(); ++k) {
            const long double exact = values[k] - expected;
            worst = std::max(worst, std::abs(static_cast<double>(p[k] / std::exp(exact) - 1)));
            worst_log = std::max(worst_log, std::abs(static_cast<double>(log_p[k] - exact)));
          }
          CHECK(worst <= 24 * eps);
          CHECK(worst_log <= 40 * eps);
        }
      }
    }
  }
}

TEST_CASE("softmax and log_softmax of nothing have derivatives that are recorded",
          "[ops][softmax]") {
  Tensor x = zeros({2, 0}, {.dtype = float64, .requires_grad = true});
  for (const Tensor& y : {softmax(x, 1), log_softmax(x, 1)}) {
    const Tensor g = grad({sum(y * y)}, {x}, {.create_graph = true})[0];
    CHECK(grad({sum(g * g)}, {x}, {.allow_unused = true})[0].shape() == Shape{2, 0});
  }
}

TEST_CASE("softmax does not overflow and log_softmax does not underflow", "[ops][softmax]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = Tensor::from_vector<double>({1000, 0, -1000}).to(dtype);
    CHECK(softmax(x, 0).to_vector<double>() == std::vector<double>{1, 0, 0});
    CHECK(log_softmax(x, 0).to_vector<double>() == std::vector<double>{0, -1000, -2000});
    CHECK(logsumexp(x, 0).item<double>() == 1000);
  }
}

TEST_CASE("infinities in a line do what softmax.hpp says", "[ops][softmax]") {
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t n : {3, 40}) {
      const Tensor none = full({n}, -infinite, {.dtype = dtype});
      Tensor masked = none.clone();
      masked.select(0, 1).fill_(2);
      Tensor huge = masked.clone();
      huge.select(0, 0).fill_(infinite);
      Tensor wrong = masked.clone();
      wrong.select(0, n - 1).fill_(std::nan(""));

      CHECK(softmax(masked, 0).select(0, 1).item<double>() == 1);
      CHECK(softmax(masked, 0).select(0, n - 1).item<double>() == 0);
      CHECK(log_softmax(masked, 0).select(0, 1).item<double>() == 0);
      CHECK(log_softmax(masked, 0).select(0, 0).item<double>() == -infinite);
      CHECK(logsumexp(masked, 0).item<double>() == 2);
      CHECK(logsumexp(none, 0).item<double>() == -infinite);
      CHECK(logsumexp(huge, 0).item<double>() == infinite);
      CHECK(std::isnan(logsumexp(wrong, 0).item<double>()));
      for (const Tensor& x : {none, huge, wrong}) {
        CHECK(std::isnan(softmax(x, 0).select(0, 0).item<double>()));
        CHECK(std::isnan(log_softmax(x, 0).select(0, 0).item<double>()));
      }
    }
  }
}

TEST_CASE("the log-sum-exp of integers is float32, that of booleans as well", "[ops][softmax]") {
  const Tensor y = logsumexp(tensor({0, 0, 0}), 0);
  CHECK(y.dtype() == float32);
  CHECK(y.item<float>() == std::log(3.0f));
  CHECK(logsumexp(tensor({true, true}), {}).item<float>() == 1 + std::log(2.0f));
}

TEST_CASE("the log-sum-exp of nothing is -inf", "[ops][softmax]") {
  CHECK(logsumexp(zeros({0}), 0).item<float>() == -infinite);
  CHECK(logsumexp(zeros({2, 0}), {}).item<float>() == -infinite);
  CHECK(logsumexp(zeros({2, 0}), 1).to_vector<double>() ==
        std::vector<double>{-infinite, -infinite});
}
