#include "tapegrad/ops/linalg.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Arrangement;
using test::Tensors;

namespace {

test::OpRow row(const Shape& a, const Shape& b, std::vector<Shape> empty, const Shape& result) {
  return {.name = "matmul",
          .f = [](const Tensors& x) { return matmul(x[0], x[1]); },
          .inputs = {{a}, {b}},
          .empty_inputs = std::move(empty),
          .empty_result = result};
}

std::vector<test::OpRow> rows() {
  std::vector<test::OpRow> all = {
      row({2, 3}, {3, 4}, {{0, 3}, {3, 4}}, {0, 4}),
      row({2, 3}, {3, 4}, {{2, 0}, {0, 4}}, {2, 4}),
      row({3}, {3}, {{0}, {0}}, {}),
      row({2, 3}, {3}, {{2, 0}, {0}}, {2}),
      row({3}, {3, 2}, {{3}, {3, 0}}, {0}),
      row({2, 2, 3}, {3}, {{2, 2, 0}, {0}}, {2, 2}),
      row({3}, {2, 3, 2}, {{0}, {2, 0, 2}}, {2, 2}),
      row({2, 2, 3}, {3, 2}, {{2, 2, 0}, {0, 2}}, {2, 2, 2}),
      row({2, 3}, {2, 3, 2}, {{2, 0}, {2, 0, 2}}, {2, 2, 2}),
      row({2, 2, 3}, {2, 3, 2}, {{0, 2, 3}, {0, 3, 2}}, {0, 2, 2}),
      row({2, 1, 2, 3}, {3, 3, 2}, {{0, 1, 2, 3}, {3, 3, 2}}, {0, 3, 2, 2}),
      // Sizes for which the product goes to BLAS: the matrix, the vector on either side.
      row({6, 5}, {5, 7}, {{0, 5}, {5, 7}}, {0, 7}),
      row({15, 10}, {10}, {{0, 10}, {10}}, {0}),
      row({10}, {10, 15}, {{10}, {10, 0}}, {0}),
  };
  const auto shaped = [](const Shape& a, const Shape& b) {
    return [a, b] { matmul(zeros(a), zeros(b)); };
  };
  all[0].refuses = {
      {"matmul: inner sizes differ: [100, 3] @ [4, 1]; transpose one of them?",
       shaped({100, 3}, {4, 1})},
      {"matmul: inner sizes differ: [3] @ [4]", shaped({3}, {4})},
      {"matmul: inner sizes differ: [5, 3] @ [4]", shaped({5, 3}, {4})},
      {"matmul: a tensor of rank 0: [] @ [3]", shaped({}, {3})},
      {"matmul: leading sizes don't broadcast: [2, 4, 3] @ [5, 3, 4]",
       shaped({2, 4, 3}, {5, 3, 4})},
      {"matmul: element types differ: float32 @ float64; convert one with to(float64)",
       [] {
         matmul(zeros({1, 1}), zeros({1, 1}, {.dtype = float64}));
       }},
      {"matmul: boolean tensors: [1, 2] @ [2]",
       [] {
         matmul(zeros({1, 2}, {.dtype = boolean}), zeros({2}, {.dtype = boolean}));
       }},
      {"undefined",
       [] {
         matmul(zeros({1, 2}), Tensor());
       }},
  };
  return all;
}

/// A naive product of float64 matrices.
Tensor product(const Tensor& a, const Tensor& b) {
  const std::vector<double> x = a.to_vector<double>();
  const std::vector<double> y = b.to_vector<double>();
  const auto m = static_cast<std::size_t>(a.size(0));
  const auto k = static_cast<std::size_t>(a.size(1));
  const auto n = static_cast<std::size_t>(b.size(1));
  std::vector<double> z(m * n, 0);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t l = 0; l < k; ++l) z[i * n + j] += x[i * k + l] * y[l * n + j];
    }
  }
  return Tensor::from_vector(std::move(z), {a.size(0), b.size(1)});
}

Tensor matrix(std::int64_t rows, std::int64_t cols, Arrangement arrangement, int seed) {
  return test::laid(test::spread({rows, cols}, -1, 1, seed), arrangement);
}

}  // namespace

TEST_CASE("matmul has its derivatives at every pair of ranks", "[ops][table]") {
  test::check_rows(rows());
}

TEST_CASE("matmul agrees with a naive loop for every size, layout and type", "[ops][matmul]") {
  struct Sizes {
    std::int64_t m, n, k;
  };
  // Below and above the limit of our own loops, vectors on both sides, and one with OpenBLAS's
  // threads and a vector's pieces.
  const Sizes sizes[] = {{1, 1, 1},   {2, 3, 4},  {5, 5, 5},    {100, 1, 1},  {100, 30, 1},
                         {1, 1, 200}, {40, 1, 9}, {1, 40, 9},   {17, 19, 23}, {100, 3, 30},
                         {3, 2, 300}, {64, 1, 4}, {600, 1, 30}, {30, 1, 600}, {70, 80, 90}};
  for (const Sizes& s : sizes) {
    for (const Arrangement la : {Arrangement::dense, Arrangement::transposed, Arrangement::sliced,
                                 Arrangement::broadcast}) {
      for (const Arrangement lb : {Arrangement::dense, Arrangement::transposed, Arrangement::sliced,
                                   Arrangement::broadcast}) {
        CAPTURE(s.m, s.n, s.k, test::name_of(la), test::name_of(lb));
        const Tensor a = matrix(s.m, s.k, la, 1);
        const Tensor b = matrix(s.k, s.n, lb, 2);
        const Tensor expected = product(a, b);
        // Each element sums k terms below 1: in float64, k roundings of at most k 2^-53; in float32
        // the roundings of both factors and the product dominate.
        CHECK(test::difference(matmul(a, b), expected, 0, 1.2e-16 * double(s.k * s.k)) == "");
        CHECK(test::difference(matmul(a.to(float32), b.to(float32)), expected, 0,
                               1.2e-7 * double(s.k + 2)) == "");
      }
    }
  }
}

TEST_CASE("matmul reads columns and rows of any stride", "[ops][matmul]") {
  const Tensor field = test::spread({40, 50}, -1, 1);
  const Tensor a = field.slice(0, 1, 30, 2).slice(1, 0, 36, 3);  // both strides above 1
  const Tensor b = field.slice(1, 3, 40, 4).narrow(0, 0, 12);
  CHECK(test::difference(matmul(a, b), product(a, b), 0, 1e-14) == "");
  const Tensor column = field.select(1, 7).narrow(0, 0, 12);
  CHECK(test::difference(matmul(a, column), product(a, column.unsqueeze(1)).squeeze(1), 0, 1e-14) ==
        "");
  const Tensor constant = full({}, 0.5, {.dtype = float64}).expand({12});
  CHECK(test::difference(matmul(a, constant), product(a, constant.unsqueeze(1)).squeeze(1), 0,
                         1e-14) == "");
}

TEST_CASE("a batched matmul is a matmul of each matrix", "[ops][matmul]") {
  const auto check = [](const Tensor& a, const Tensor& b) {
    const Tensor y = matmul(a, b);
    CAPTURE(to_string(a.shape()), to_string(b.shape()), to_string(a.strides()));
    const Tensor wide_a = a.expand({2, 3, a.size(-2), a.size(-1)});
    const Tensor wide_b = b.expand({2, 3, b.size(-2), b.size(-1)});
    REQUIRE(to_string(y.shape()) == to_string(Shape{2, 3, a.size(-2), b.size(-1)}));
    for (std::int64_t i = 0; i < 2; ++i) {
      for (std::int64_t j = 0; j < 3; ++j) {
        CHECK(test::difference(y[i][j], product(wide_a[i][j], wide_b[i][j]), 0, 1e-14) == "");
      }
    }
  };
  const Tensor many = test::spread({2, 3, 8, 9}, -1, 1);
  const Tensor weights = test::spread({9, 10}, -1, 1, 3);
  check(many, test::spread({2, 3, 9, 10}, -1, 1, 4));
  check(many, weights);
  check(many, weights.t().clone().t());
  check(many.slice(2, 0, 8, 2), weights);
  check(many.narrow(2, 0, 1), weights);
  check(many.narrow(3, 0, 9), weights);
  check(test::spread({2, 3, 9, 8}, -1, 1).mT(), weights);
  check(test::spread({9, 2, 3, 8}, -1, 1).permute({1, 2, 3, 0}), weights);
  check(test::spread({9, 2, 3, 1}, -1, 1).permute({1, 2, 3, 0}), weights);
  check(test::spread({3, 2, 8, 9}, -1, 1).transpose(0, 1), weights);
  check(many, test::spread({3, 9, 10}, -1, 1, 5));
  check(many, test::spread({2, 1, 9, 10}, -1, 1, 6));
  check(test::spread({2, 1, 8, 9}, -1, 1), test::spread({3, 9, 10}, -1, 1, 7));
  check(test::spread({8, 9}, -1, 1), test::spread({2, 3, 9, 10}, -1, 1, 8));
}

TEST_CASE("an empty inner size gives zeros", "[ops][matmul]") {
  for (const DType dtype : {int32, float32, float64}) {
    const Tensor y = matmul(empty({2, 0}, {.dtype = dtype}), empty({0, 3}, {.dtype = dtype}));
    CHECK(y.to_vector<double>() == std::vector<double>(6, 0));
    CHECK(matmul(empty({0}, {.dtype = dtype}), empty({0}, {.dtype = dtype})).item<double>() == 0);
  }
}

TEST_CASE("integers are multiplied in their own type and wrap around", "[ops][matmul]") {
  const Tensor a = Tensor::from_vector<std::int64_t>({1, 2, 3, -4, 5, 6}, {2, 3});
  const Tensor b = Tensor::from_vector<std::int64_t>({7, 8, 9, 10, 11, -12}, {3, 2});
  const std::vector<std::int64_t> expected{58, -8, 83, -54};
  for (const DType dtype : {int32, int64}) {
    const Tensor y = matmul(a.to(dtype), b.to(dtype));
    CHECK(y.dtype() == dtype);
    CHECK(y.to_vector<std::int64_t>() == expected);
  }
  const Tensor bytes = Tensor::from_vector<std::uint8_t>({200, 100}, {1, 2});
  CHECK(matmul(bytes, bytes.t()).item<std::int64_t>() == (200 * 200 + 100 * 100) % 256);
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Tensor large = Tensor::from_vector<std::int64_t>({most});
  CHECK(matmul(large, large).item<std::int64_t>() == 1);  // (2^63 - 1)^2 modulo 2^64
  const Tensor column = large.expand({3}).clone().reshape({3, 1});
  CHECK(matmul(column, large).to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 1, 1});
  CHECK(matmul(column, column.t()).to_vector<std::int64_t>() == std::vector<std::int64_t>(9, 1));
}

TEST_CASE("infinities and NaN pass through matmul", "[ops][matmul]") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const std::int64_t k : {2, 300}) {  // our loops, and BLAS
    Tensor a = zeros({2, k}, {.dtype = float64});
    a.mutable_data<double>()[0] = inf;
    const Tensor y = matmul(a, zeros({k, 2}, {.dtype = float64}));
    CHECK(std::isnan(y[0][0].item<double>()));
    CHECK(y[1][0].item<double>() == 0);
  }
}

TEST_CASE("matmul saves only what the wanted gradients need", "[ops][matmul][autograd]") {
  const Tensor weights = test::spread({3, 2}, -1, 1).requires_grad_();
  Tensor data = test::spread({2, 3}, -1, 1);
  Tensor loss = matmul(data, weights).sum();
  data += 1;  // the weights' gradient reads the data
  CHECK_THROWS_AS(loss.backward(), AutogradError);
  loss = matmul(data, weights).sum();
  {
    const NoGrad guard;
    weights.detach() += 1;  // but not the weights
  }
  loss.backward();
  CHECK(weights.grad().defined());
}

TEST_CASE("a weight's gradient adds up over a batch", "[ops][matmul][autograd]") {
  const Tensor x = test::spread({4, 5, 3}, -1, 1);
  const Tensor w = test::spread({3, 2}, -1, 1, 2).requires_grad_();
  const Tensor g = test::spread({4, 5, 2}, -1, 1, 3);
  matmul(x, w).backward(g);
  Tensor expected = zeros({3, 2}, {.dtype = float64});
  for (std::int64_t i = 0; i < 4; ++i) expected += product(x[i].t(), g[i]);
  CHECK(test::difference(w.grad(), expected, 0, 1e-14) == "");
}
