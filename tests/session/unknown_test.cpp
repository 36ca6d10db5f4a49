// Sizes that a graph gets to know when it is fed: what is made of them in C++ is what it would be
// there.
#include <cmath>
#include <functional>
#include <string>

#include "core/unknown.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/session.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

/// f of a placeholder [?, 6] against f itself, for several sizes.
void check_sizes(const std::function<Tensor(const Tensor&)>& f) {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 6});
  const Tensor y = f(x);
  const Session session(graph);
  for (const std::int64_t n : {2, 5, 1, 32}) {
    const Tensor value = test::spread({n, 6}, -1, 1).to(float32).detach();
    INFO(n << " rows\n" << graph.text());
    CHECK(test::difference(session.run(y, {{x, value}}), f(value), 0, 0) == "");
  }
}

TEST_CASE("operations that are told an unknown size take the real one", "[graph]") {
  check_sizes([](const Tensor& x) { return x.view({x.size(0), 2, 3}); });
  check_sizes([](const Tensor& x) { return x.view({-1, 3}); });
  check_sizes([](const Tensor& x) { return x.reshape({x.size(0) * 6}); });
  check_sizes([](const Tensor& x) { return x.flatten(); });
  check_sizes([](const Tensor& x) { return x.transpose(0, 1).reshape({3, -1}); });
  check_sizes([](const Tensor& x) { return ones({6}).expand({x.size(0), 6}) + x; });
  check_sizes([](const Tensor& x) { return x.narrow(0, 0, x.size(0)); });
  check_sizes([](const Tensor& x) { return cat({x, x}, 0) * cat({x, x}, 0); });
  check_sizes([](const Tensor& x) { return cat({x, ones({2, 6})}, 0).view({x.size(0) + 2, 6}); });
  check_sizes([](const Tensor& x) { return zeros_like(x) + x; });
  check_sizes([](const Tensor& x) { return full({x.size(0), 1}, 3.0) * x; });
  check_sizes([](const Tensor& x) { return x.unsqueeze(1).squeeze(1); });
}

TEST_CASE("operations that count elements count the real ones", "[graph]") {
  check_sizes([](const Tensor& x) { return x.mean(); });
  check_sizes([](const Tensor& x) { return x.mean(0); });
  check_sizes([](const Tensor& x) { return var(x, {0, 1}, Keepdim::no, 0); });
  check_sizes([](const Tensor& x) { return nn::mse_loss(x, x * 2); });
  check_sizes([](const Tensor& x) { return softmax(x, 0); });
  const nn::Linear linear(6, 2);
  check_sizes([&](const Tensor& x) { return relu(linear.forward(x)).detach(); });
}

TEST_CASE("other numbers that are made of an unknown size are refused", "[graph]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 6});
  for (const double number :
       {1.0 / static_cast<double>(x.size(0)), static_cast<double>(x.numel())}) {
    CHECK(contains(error_of([&] { x.sum() * number; }),
                   "which was computed from a size that isn't known"));
  }
  CHECK(error_of([&] { x.sum() / x.size(0); }) != "no error");
}

TEST_CASE("numbers aren't counted to an unknown size", "[graph]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 6});
  CHECK(contains(error_of([&] { arange(x.size(0)); }), "arange: shape [?] isn't known"));
  CHECK(arange(x.size(1)).numel() == 6);
}

TEST_CASE("parts of an unknown size are refused, and never read past the end", "[graph]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 6});
  const std::int64_t n = x.size(0);
  CHECK(error_of([&] { x.narrow(0, 0, n / 2); }) != "no error");
  CHECK(error_of([&] { x.select(0, n / 3); }) != "no error");
  CHECK(error_of([&] { kthvalue(x, n / 2, 0); }) != "no error");
  CHECK(error_of([&] { full({n}, 1.0 / static_cast<double>(n)); }) != "no error");
  CHECK(contains(error_of([&] { pinv(x); }), "pinv: the tolerance comes of the sizes of [?, 6]"));
  // Not to be told from a real size: the run finds out.
  const std::int64_t share = n * 7 / 11;
  const Session session(graph);
  for (const Tensor& y : {x.narrow(0, 0, share), x.select(0, share), kthvalue(x, share, 0).values,
                          x.as_strided({share}, {6})}) {
    const std::string error = error_of([&] { session.run(y, {{x, ones({4, 6})}}); });
    INFO(error);
    CHECK(error != "no error");
  }
  CHECK(error_of([&] { x[tensor({-1, 0})]; }) != "no error");
  const Tensor places = graph.placeholder("places", int64, {2});
  const Tensor chosen = index_select(x, 0, places);
  const Tensor from = tensor({3, 4});
  CHECK(contains(error_of<IndexError>([&] {
                   session.run(chosen, {{x, ones({4, 6})}, {places, from}});
                 }),
                 "index 4 is out of range for a dimension of size 4"));
  CHECK(session.run(chosen, {{x, ones({5, 6})}, {places, from}}).shape() == Shape{2, 6});
}

TEST_CASE("unknown sizes of one dimension are one size in a run, and never 0", "[graph]") {
  Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown});
  const Tensor y = graph.placeholder("y", float32, {unknown});
  const Tensor z = graph.placeholder("z", float32, {2, unknown});
  const Tensor loss = nn::mse_loss(x, y);
  const Session session(graph);
  CHECK(session.run(loss, {{x, ones({3})}, {y, zeros({3})}}).item<float>() == 1);
  CHECK(error_of<ShapeError>([&] {
          session.run(loss, {{x, ones({3})}, {y, ones({2})}});
        }) ==
        "session: y:0 has shape [?], and was fed [2]: the unknown size of dimension 0 is 3 in "
        "another feed, and must be one in a run");
  CHECK(error_of<ShapeError>([&] {
          session.run(loss, {{x, ones({0})}, {y, ones({0})}});
        }) == "session: x:0 has shape [?], and was fed [0]: an unknown size can't be 0");
  // Another dimension's is another one.
  const Tensor both = x.sum() + z.sum();
  CHECK(session.run(both, {{x, ones({3})}, {z, ones({2, 5})}}).item<float>() == 13);
  const Program program = session.program({loss}, {x, y});
  CHECK(program.run({ones({4}), zeros({4})})[0].item<float>() == 1);
  CHECK(error_of<ShapeError>([&] { program.run({ones({4}), zeros({5})}); }) != "no error");
  CHECK(error_of<DTypeError>([&] {
          program.run({ones({4}), zeros({4}, {.dtype = float64})});
        }) != "no error");
  CHECK(error_of([&] { session.program({loss}, {x, x}); }) == "session: x:0 is fed twice");
}

TEST_CASE("a batch may be joined with many rows", "[graph]") {
  check_sizes([](const Tensor& x) { return cat({x, ones({1000, 6})}, 0).mean(); });
  check_sizes([](const Tensor& x) { return cat({x, ones({100, 6})}, 0).flatten(); });
}

TEST_CASE("stand-ins are told from real sizes, their multiples and what is near them", "[graph]") {
  Graph graph;
  graph.placeholder("x", float32, {unknown, unknown});
  graph.placeholder("y", float32, {2, 2, unknown});
  KnownSizes sizes;
  sizes.learn(0, 100);
  sizes.learn(1, 7);
  for (const std::int64_t real : {0, 1, 2, 100, 65000, 1000000, 16000000})
    CHECK(sizes(real) == real);
  CHECK(sizes(stand_ins[0]) == 100);
  CHECK(sizes(stand_ins[1]) == 7);
  CHECK(sizes(stand_ins[0] * 6) == 600);
  CHECK(sizes(stand_ins[0] - 1) == 99);
  CHECK(sizes(stand_ins[0] + 500000) == 500100);
  CHECK(sizes(stand_ins[1] * 3 + 2) == 23);
  CHECK(sizes(stand_ins[0] * stand_ins[1] * 2) == 1400);
  CHECK(error_of<ShapeError>([&] { sizes(stand_ins[2]); }) != "no error");
  CHECK(comes_of_unknown(1.0 / static_cast<double>(stand_ins[0])));
  CHECK(comes_of_unknown(static_cast<double>(stand_ins[0] / 2)));
  CHECK(comes_of_unknown(static_cast<double>(stand_ins[0]) / 3));
  const auto n = static_cast<double>(stand_ins[0]);
  for (const double made : {std::sqrt(n), 1 / std::sqrt(n), std::log(n), n / (n - 1), 1 - 1 / n,
                            1 / (n * 784), static_cast<double>(1.0f / static_cast<float>(n)),
                            std::sqrt(static_cast<double>(stand_ins[1]))}) {
    INFO(made);
    CHECK(comes_of_unknown(made));
  }
  for (const double real :
       {0.1,   0.0,       1e300, 8388608.0, 1e6,  0.5,  1.0 / 3, 60000.0,
        784.0, 1.0 / 784, 1e-3,  1e-4,      1e-5, 1e-6, 1e-7,    1e-8,
        1e-9,  1e-10,     1e-12, 1e7,       1e8,  1e9,  65535.0, 4294967296.0}) {
    INFO(real);
    CHECK_FALSE(comes_of_unknown(real));
  }
}

}  // namespace
