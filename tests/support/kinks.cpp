#include "support/kinks.hpp"

#include <utility>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/print.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

Tensor point(const Kink& kink, DType dtype) {
  return Tensor::from_vector<double>(Numbers(kink.at)).to(dtype).requires_grad_();
}

/// d sum(y) / dx, zeros where y is constant; recorded.
Tensor slope(const Tensor& y, const Tensor& x) {
  if (!y.requires_grad()) return zeros_like(x);
  const Tensor g = grad({sum(y)}, {x}, {.create_graph = true, .allow_unused = true})[0];
  return g.defined() ? g : zeros_like(x);
}

void check_order(const Tensor& got, const Numbers& expected) {
  INFO("got " << to_string(got.detach()));
  CHECK(difference(got, Tensor::from_vector<double>(Numbers(expected)), 1e-6, 0) == "");
}

void check_kink(const Kink& kink, DType dtype) {
  Tensor x = point(kink, dtype);
  sum(kink.f(x)).backward();
  check_order(x.grad(), kink.derivatives[0]);
  x = point(kink, dtype);
  Tensor y = kink.f(x);
  for (std::size_t order = 1; order <= 3; ++order) {
    CAPTURE(order);
    y = slope(y, x);
    check_order(y, kink.derivatives[order - 1]);
  }
}

}  // namespace

Kink kink(std::string_view name, std::function<Tensor(const Tensor&)> f, Numbers at,
          Numbers first) {
  const Numbers none(at.size(), 0);
  return kink(name, std::move(f), std::move(at), std::move(first), none, none);
}

Kink kink(std::string_view name, std::function<Tensor(const Tensor&)> f, Numbers at, Numbers first,
          Numbers second, Numbers third) {
  return {
      name, std::move(f), std::move(at), {std::move(first), std::move(second), std::move(third)}};
}

void check_kinks(const std::vector<Kink>& kinks) {
  for (std::size_t i = 0; i < kinks.size(); ++i) {
    for (const DType dtype : {float32, float64}) {
      DYNAMIC_SECTION(kinks[i].name << " (kink " << i
                                    << "): " << (dtype == float32 ? "float32" : "float64")) {
        check_kink(kinks[i], dtype);
      }
    }
  }
}

}  // namespace tapegrad::test
