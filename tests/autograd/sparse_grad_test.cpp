// Gradients of rows: how they come to a leaf, and what makes them dense.
#include "tapegrad/sparse_grad.hpp"

#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/checkpoint.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Ints = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

namespace {

Tensor integers(Ints values) { return Tensor::from_vector(std::move(values)); }

Tensor table(DType dtype = float64) {
  return test::spread({6, 3}, -2, 2).to(dtype).detach().requires_grad_();
}

Tensor rows_of(const Tensor& indices, const Tensor& w, bool sparse) {
  return nn::embedding(indices, w, {.sparse = sparse});
}

Ints indices_of(const Tensor& w) { return sparse_grad(w)->indices.to_vector<std::int64_t>(); }

/// What `run` leaves as the gradient of a table with dense and with sparse lookups.
template <class Run>
void check_same_bits(const Run& run) {
  for (const DType dtype : {float32, float64}) {
    const Tensor dense = table(dtype), sparse = table(dtype);
    run(dense, false);
    run(sparse, true);
    CHECK_FALSE(sparse_grad(dense));
    REQUIRE(sparse_grad(sparse));
    CHECK(test::difference(sparse_grad(sparse)->to_dense(), dense.grad(), 0, 0) == "");
    CHECK(test::difference(sparse.grad(), dense.grad(), 0, 0) == "");
  }
}

}  // namespace

TEST_CASE("a sparse lookup brings its leaf the rows that it read", "[autograd][sparse]") {
  const Tensor w = table();
  CHECK_FALSE(sparse_grad(w));
  (rows_of(integers({4, 1, 4}), w, true) * tensor({{1.}, {2.}, {4.}})).sum().backward();
  const SparseGrad g = *sparse_grad(w);
  CHECK(g.indices.to_vector<std::int64_t>() == Ints{1, 4});
  CHECK(g.values.to_vector<double>() == Numbers{2, 2, 2, 5, 5, 5});
  CHECK(g.shape == Shape{6, 3});
  CHECK(g.to_dense().to_vector<double>() ==
        Numbers{0, 0, 0, 2, 2, 2, 0, 0, 0, 0, 0, 0, 5, 5, 5, 0, 0, 0});
}

TEST_CASE("sparse gradients are the dense ones to the bit", "[autograd][sparse]") {
  const Tensor a = integers({5, 0, 5, 5, 2, 0}), b = integers({0, 3, 5});
  SECTION("of one lookup") {
    check_same_bits(
        [&](const Tensor& w, bool sparse) { exp(rows_of(a, w, sparse)).sum().backward(); });
  }
  SECTION("of two in one pass") {
    check_same_bits([&](const Tensor& w, bool sparse) {
      (exp(rows_of(a, w, sparse)).sum() + sin(rows_of(b, w, sparse)).sum()).backward();
    });
  }
  SECTION("of two passes") {
    check_same_bits([&](const Tensor& w, bool sparse) {
      exp(rows_of(a, w, sparse)).sum().backward();
      sin(rows_of(b, w, sparse)).sum().backward();
      sin(rows_of(a, w, sparse)).sum().backward();
    });
  }
  SECTION("of a graph that is kept") {
    check_same_bits([&](const Tensor& w, bool sparse) {
      const Tensor y = exp(rows_of(a, w, sparse)).sum();
      y.backward({.retain_graph = true});
      y.backward();
    });
  }
  SECTION("where values are computed again") {
    check_same_bits([&](const Tensor& w, bool sparse) {
      checkpoint([&](const Tensor& x) { return exp(rows_of(a, x, sparse)); }, w).sum().backward();
    });
  }
  SECTION("in anomaly mode") {
    check_same_bits([&](const Tensor& w, bool sparse) {
      const AnomalyMode guard;
      exp(rows_of(a, w, sparse)).sum().backward();
    });
  }
  SECTION("of no row") {
    check_same_bits([&](const Tensor& w, bool sparse) {
      rows_of(empty({2, 0}, {.dtype = int64}), w, sparse).sum().backward();
    });
  }
}

TEST_CASE("rows of several passes are one list", "[autograd][sparse]") {
  const Tensor w = table();
  rows_of(integers({4, 1}), w, true).sum().backward();
  rows_of(integers({5, 4, 0}), w, true).sum().backward();
  CHECK(indices_of(w) == Ints{0, 1, 4, 5});
  CHECK(sparse_grad(w)->values.select(1, 0).to_vector<double>() == Numbers{1, 1, 2, 1});
  Tensor(w).set_grad({});
  CHECK_FALSE(sparse_grad(w));
  CHECK_FALSE(w.grad().defined());
}

TEST_CASE("grad() makes rows dense, and keeps what it gave", "[autograd][sparse]") {
  const Tensor w = table();
  rows_of(integers({4, 1}), w, true).sum().backward();
  Tensor g = w.grad();
  CHECK_FALSE(sparse_grad(w));
  CHECK(w.grad().is_same(g));
  g.mul_(3);
  CHECK(w.grad()[4].to_vector<double>() == Numbers{3, 3, 3});
  rows_of(integers({4}), w, true).sum().backward();  // rows on what is dense
  CHECK_FALSE(sparse_grad(w));
  CHECK(w.grad()[4].to_vector<double>() == Numbers{4, 4, 4});
  CHECK(g[4].to_vector<double>() == Numbers{3, 3, 3});  // which others held
}

TEST_CASE("what is changed in the values of rows is the gradient", "[autograd][sparse]") {
  const Tensor w = table();
  rows_of(integers({4, 1}), w, true).sum().backward();
  sparse_grad(w)->values.mul_(0.5);
  CHECK(w.grad()[4].to_vector<double>() == Numbers{0.5, 0.5, 0.5});
}

TEST_CASE("tied weights add rows and dense gradients", "[autograd][sparse]") {
  const Tensor indices = integers({4, 1, 4});
  const auto tied = [&](const Tensor& w, bool sparse) {
    return exp(matmul(rows_of(indices, w, sparse), w.t())).sum();
  };
  const Tensor dense = table(), sparse = table();
  tied(dense, false).backward();
  SECTION("in one pass") { tied(sparse, true).backward(); }
  SECTION("in two, rows first") {
    const Tensor g = grad({tied(sparse, true)}, {sparse})[0];
    rows_of(indices, sparse, true).sum().backward();
    (sparse * (g - zeros({6, 3}).index_add(0, indices, ones({3, 3})).to(float64))).sum().backward();
  }
  CHECK_FALSE(sparse_grad(sparse));
  CHECK(test::difference(sparse.grad(), dense.grad(), 1e-14, 1e-14) == "");
}

TEST_CASE("whoever looks at elements gets dense gradients", "[autograd][sparse]") {
  const Tensor w = table();
  const Tensor indices = integers({4, 1, 4});
  SECTION("grad()") {
    const Tensor g = grad({rows_of(indices, w, true).sum()}, {w})[0];
    CHECK(g[4].to_vector<double>() == Numbers{2, 2, 2});
    CHECK_FALSE(w.grad().defined());
  }
  SECTION("second derivatives") {
    const Tensor y = pow(rows_of(indices, w, true), 3).sum();
    const Tensor g = grad({y}, {w}, {.create_graph = true})[0];
    g.sum().backward();
    CHECK(w.grad()[4][0].item<double>() == Approx(2 * 6 * w[4][0].item<double>()));
  }
  SECTION("hooks") {
    Shape seen;
    w.register_hook([&](const Tensor& g) {
      seen = g.shape();
      return 2 * g;
    });
    rows_of(indices, w, true).sum().backward();
    CHECK(seen == Shape{6, 3});
    CHECK_FALSE(sparse_grad(w));
    CHECK(w.grad()[4].to_vector<double>() == Numbers{4, 4, 4});
  }
  SECTION("what isn't a leaf") {
    rows_of(indices, 2 * w, true).sum().backward();
    CHECK_FALSE(sparse_grad(w));
    CHECK(w.grad()[4].to_vector<double>() == Numbers{4, 4, 4});
  }
  SECTION("another element type") {
    rows_of(indices, w, true).sum().backward();
    Tensor(w).to_(float32);
    CHECK(w.grad().dtype() == float32);
    CHECK(w.grad()[4].to_vector<double>() == Numbers{2, 2, 2});
  }
  SECTION("elements of two bytes") {
    const Tensor half = zeros({6, 3}, {.dtype = float16, .requires_grad = true});
    rows_of(indices, half, true).sum().backward();
    CHECK_FALSE(sparse_grad(half));
    CHECK(half.grad()[4].to_vector<double>() == Numbers{2, 2, 2});
  }
}

TEST_CASE("hooks behind the accumulation leave rows as they are", "[autograd][sparse]") {
  const Tensor w = table();
  Ints seen;
  w.register_post_accumulate_grad_hook([&](const Tensor& x) { seen = indices_of(x); });
  rows_of(integers({4, 1, 4}), w, true).sum().backward();
  CHECK(seen == Ints{1, 4});
}

TEST_CASE("a pass that fails leaves rows as they were", "[autograd][sparse]") {
  const Tensor w = table();
  const Tensor x = ones({3}, {.dtype = float64, .requires_grad = true});
  x.register_hook([](const Tensor&) -> Tensor { throw Error("enough"); });
  rows_of(integers({2}), w, true).sum().backward();
  const Tensor y = (rows_of(integers({4}), w, true) * x).sum();
  CHECK_THROWS_WITH(y.backward(), Catch::Contains("enough"));
  CHECK(indices_of(w) == Ints{2});
}

TEST_CASE("a captured function gives dense gradients, equal to the bit", "[autograd][sparse]") {
  const Tensor a = integers({5, 0, 5, 5, 2, 0});
  const Tensor eager = table(), captured = table();
  exp(rows_of(a, eager, true)).sum().backward();
  Program program = capture(
      [&](const std::vector<Tensor>& x) {
        const Tensor y = exp(rows_of(x[0], captured, true)).sum();
        y.backward();
        return std::vector<Tensor>{y};
      },
      {a});
  program.run({a});
  CHECK_FALSE(sparse_grad(captured));
  CHECK(test::difference(captured.grad(), eager.grad(), 0, 0) == "");
  // Rows from before a run are added to.
  Tensor(captured).set_grad({});
  exp(rows_of(a, captured, true)).sum().backward();
  program.run({a});
  CHECK(test::difference(captured.grad(), 2 * eager.grad(), 0, 0) == "");
}

TEST_CASE("a trace lists passes that bring rows", "[autograd][sparse]") {
  const Tensor w = table();
  const std::vector<TapeRecord> records = trace([&] {
    exp(rows_of(integers({4, 1, 4}), w, true)).sum().backward();
  });
  bool found = false;
  for (const TapeRecord& record : records) found = found || record.operation == "gradient";
  CHECK(found);
  CHECK(indices_of(w) == Ints{1, 4});
}

TEST_CASE("threads add rows to one leaf", "[autograd][sparse]") {
  const Tensor w = table();
  std::vector<std::thread> threads;
  for (std::int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&w, t] {
      for (int i = 0; i < 50; ++i) rows_of(integers({t, 5}), w, true).sum().backward();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(indices_of(w) == Ints{0, 1, 2, 3, 5});
  CHECK(sparse_grad(w)->values.select(1, 2).to_vector<double>() == Numbers{50, 50, 50, 50, 200});
}
