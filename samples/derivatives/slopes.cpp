// Functions of plain numbers: a derivative is a slope, and slopes multiply along a chain.
#include <fmt/format.h>

#include <functional>
#include <tapegrad/tapegrad.hpp>

#include "tour.hpp"

namespace tg = tapegrad;

namespace {

using Function = std::function<tg::Tensor(const tg::Tensor&)>;

tg::Tensor number(double value) { return tg::full({}, value, {.dtype = tg::float64}); }

tg::Tensor variable(double value) {
  return tg::full({}, value, {.dtype = tg::float64, .requires_grad = true});
}

double exact_slope(const Function& f, double at) {
  const tg::Tensor a = variable(at);
  f(a).backward();
  return a.grad().item<double>();
}

void slope(Comparisons& comparisons, std::string_view name, const Function& f, double at,
           double by_hand) {
  fmt::print("\nf(a) = {} at a = {}; by hand the slope is {}.\n", name, at, by_hand);
  fmt::print("  h          (f(a+h) - f(a)) / h\n");
  const auto value = f(number(at)).item<double>();
  for (const double h : {1.0, 0.1, 0.001, 0.00001}) {
    fmt::print("  {:<10} {:.8f}\n", h, (f(number(at + h)).item<double>() - value) / h);
  }
  const auto numeric = tg::numeric_grad(f, number(at)).item<double>();
  comparisons.compare("f'(a)", by_hand, numeric, "numeric_grad()");
  comparisons.compare("f'(a)", by_hand, exact_slope(f, at), "backward()");
}

}  // namespace

void slopes(Comparisons& comparisons) {
  fmt::print("1. A derivative is a slope\n");
  fmt::print("Move a by a small h: f moves by about f'(a) * h. The smaller h, the better.\n");
  slope(
      comparisons, "4a", [](const tg::Tensor& a) { return 4 * a; }, 2, 4);
  slope(
      comparisons, "a^2", [](const tg::Tensor& a) { return tg::square(a); }, 2, 4);
  slope(
      comparisons, "a^2", [](const tg::Tensor& a) { return tg::square(a); }, 5, 10);
}

void chain_rule(Comparisons& comparisons) {
  fmt::print("\n2. The chain rule walks back through a graph\n");
  fmt::print("J = 3(a + bc) in three steps: u = b * c, v = a + u, J = 3v; a = 5, b = 3, c = 2.\n");
  const tg::Tensor a = variable(5);
  const tg::Tensor b = variable(3);
  const tg::Tensor c = variable(2);
  const tg::Tensor u = b * c;
  const tg::Tensor v = a + u;
  const tg::Tensor j = 3 * v;
  fmt::print("Forward: u = {}, v = {}, J = {}.\n", u.item<double>(), v.item<double>(),
             j.item<double>());
  const auto found = tg::grad({j}, {v, u, a, b, c});
  fmt::print("Backward: each link of the chain multiplies one more slope.\n");
  comparisons.compare("dJ/dv", 3, found[0].item<double>(), "the tape: 3");
  comparisons.compare("dJ/du", 3 * 1, found[1].item<double>(), "the tape: dJ/dv * dv/du");
  comparisons.compare("dJ/da", 3 * 1, found[2].item<double>(), "the tape: dJ/dv * dv/da");
  comparisons.compare("dJ/db", 3 * 1 * 2, found[3].item<double>(), "the tape: dJ/du * c");
  comparisons.compare("dJ/dc", 3 * 1 * 3, found[4].item<double>(), "the tape: dJ/du * b");
}
