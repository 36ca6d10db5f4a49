// Anomaly mode: which operation's derivative gave NaN, in which scope, and who called it. Compiled
// with -g, so that callers have lines.
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <thread>

#include "autograd/leaf.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/custom.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::leaf;
using test::tensor_of;
using test::Values;
using test::values;

namespace {

/// 0 * log(x) at 0: the derivative of log gives 0 / 0.
Tensor zero_times_log(const Tensor& x) {
  const NameScope scope("loss");
  return log(x) * 0;
}
constexpr int line_of_log = __LINE__ - 2;

std::string called_at(int line) { return "anomaly_test.cpp:" + std::to_string(line); }

}  // namespace

TEST_CASE("anomaly mode names the operation whose derivative gave NaN, its scope and its caller",
          "[autograd][anomaly]") {
  const Tensor x = leaf({0, 1, 2});
  zero_times_log(x).sum().backward();  // without it NaN arrives in silence
  CHECK(std::isnan(values(x.grad())[0]));
  const AnomalyMode guard;
  const Tensor y = zero_times_log(x).sum();
  const std::string message = error_of<AutogradError>([&] { y.backward({.retain_graph = true}); });
  CHECK(message.starts_with("backward: the derivative of log in \"loss\", called at "));
  CHECK(contains(message, called_at(line_of_log)));
  CHECK(contains(message, "gave NaN for its input 0 of shape [3]: 1 of 3 elements"));
  CHECK(contains(error_of<AutogradError>([&] { grad({y}, {x}); }), called_at(line_of_log)));
}

TEST_CASE("anomaly mode names who called an operation whose derivative throws",
          "[autograd][anomaly]") {
  const Tensor x = leaf({1, 2});
  const AnomalyMode guard;
  const Tensor y = exp(x);
  const int line = __LINE__ - 1;
  {
    const NoGrad off;
    Tensor(y).add_(1);
  }
  const std::string message = error_of<AutogradError>([&] { y.sum().backward(); });
  CHECK(contains(message, "in the derivative of exp, called at "));
  CHECK(contains(message, called_at(line)));
}

TEST_CASE("anomaly mode knows methods, operators, changes in place and several results",
          "[autograd][anomaly]") {
  const double inf = std::numeric_limits<double>::infinity();
  const AnomalyMode guard;
  const auto caller_of = [](const Tensor& y) {
    const std::string message = error_of<AutogradError>([&] { y.backward(); });
    return message.substr(message.find("called at "));
  };
  const Tensor x = leaf({inf, 1});
  const Tensor product = x * 0;
  const Tensor root = product.pow(2.0).sqrt();
  const int at_root = __LINE__ - 1;
  CHECK(contains(caller_of(root.sum()), called_at(at_root)));
  Tensor h = x * 1;
  Tensor row = h[0];
  row.mul_(row.detach());
  const int in_place = __LINE__ - 1;
  CHECK(contains(caller_of((h * tensor_of({0, 1})).sum()), called_at(in_place)));
  const auto parts = split(x * 1, 1);
  const Tensor infinite = (parts[0].sqrt() * 0).reciprocal();
  const int at_infinite = __LINE__ - 1;
  CHECK(contains(caller_of(infinite.sum() * 0), called_at(at_infinite)));
}

TEST_CASE("NaN that no derivative gave is told apart", "[autograd][anomaly]") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const AnomalyMode guard;
  const Tensor x = leaf({1, 2});
  const Tensor y = x * 3;
  const auto message = [&](const Tensor& of, const Tensor& g) {
    return error_of<AutogradError>([&] { of.backward(g, {.retain_graph = true}); });
  };
  CHECK(contains(message(y, tensor_of({1, nan})), "the gradient that arrives at mul"));
  // inf and -inf meet at x.
  const Tensor z = stack({y, x * 3});
  CHECK(contains(message(z, tensor_of({inf, 1, -inf, 1}, {2, 2})),
                 "the gradient that arrives at leaf is NaN in 1 of 2 elements"));
  x.register_hook([](const Tensor& g) { return g / 0 * 0; });
  CHECK(contains(message(y, tensor_of({1, 1})), "from a hook"));
}

TEST_CASE("anomaly mode passes over NaN for an input that nobody asks for", "[autograd][anomaly]") {
  const auto both = custom(
      "both", [](const Tensor& a, const Tensor& b) { return a + b; },
      [](const Tensor&, const Tensor&, const Tensor&, const Tensor& g) {
        return std::array{g / 0 * 0, g};
      });
  const AnomalyMode guard;
  const Tensor b = leaf({1, 2});
  both(tensor_of({3, 4}), b).sum().backward();
  CHECK(values(b.grad()) == Values{1, 1});
  const std::string asked = error_of<AutogradError>([&] {
    both(b, leaf({3, 4})).sum().backward();
  });
  CHECK(contains(asked, "the derivative of both"));
  CHECK(contains(asked, "gave NaN for its input 0"));
}

TEST_CASE("anomaly mode ends with its scope, and may be switched off within one",
          "[autograd][anomaly]") {
  const Tensor x = leaf({0, 1});
  CHECK(!is_anomaly_enabled());
  {
    const AnomalyMode guard;
    CHECK(is_anomaly_enabled());
    {
      const AnomalyMode off(false);
      CHECK(!is_anomaly_enabled());
      zero_times_log(x).sum().backward();
      const AnomalyMode again;
      CHECK_THROWS_AS(zero_times_log(x).sum().backward(), AutogradError);
    }
    CHECK(is_anomaly_enabled());
    CHECK_THROWS_AS(zero_times_log(x).sum().backward(), AutogradError);
    bool elsewhere = true;
    std::thread([&] { elsewhere = is_anomaly_enabled(); }).join();
    CHECK(!elsewhere);
  }
  CHECK(!is_anomaly_enabled());
  CHECK(!tracing());
  zero_times_log(x).sum().backward();
}

TEST_CASE("anomaly mode changes no result, and lives with traces and NoGrad",
          "[autograd][anomaly]") {
  Tensor x = leaf({1, 2});
  const auto f = [&] { return (exp(x) * x).sum(); };
  f().backward();
  const Values expected = values(x.grad());
  x.set_grad(Tensor());
  const AnomalyMode guard;
  CHECK(!tracing());
  f().backward();
  CHECK(values(x.grad()) == expected);
  const auto first = grad({f()}, {x}, {.create_graph = true})[0];
  CHECK(values(grad({first.sum()}, {x})[0]).size() == 2);
  {
    const NoGrad off;
    CHECK(!f().requires_grad());
  }
  CHECK(f().requires_grad());
  x.set_grad(Tensor());
  const auto records = trace([&] { f().backward(); });
  CHECK(records.size() == 5);  // x, exp, mul, sum, the gradient
}
