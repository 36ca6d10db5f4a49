// The logistic loss: its derivative for one example, for many at once, and its tape.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <tapegrad/tapegrad.hpp>
#include <tuple>
#include <vector>

#include "tour.hpp"

namespace tg = tapegrad;

namespace {

constexpr tg::TensorOptions constant{.dtype = tg::float64};
constexpr tg::TensorOptions variable{.dtype = tg::float64, .requires_grad = true};

// The one example: two features and its label.
constexpr double x1 = 1.5;
constexpr double x2 = -2;
constexpr double label = 1;

// The parameters are w1, w2 and b.
tg::Tensor loss_of(const std::vector<tg::Tensor>& w) {
  const tg::Tensor a = tg::sigmoid(w[0] * x1 + w[1] * x2 + w[2]);
  return -(label * tg::log(a) + (1 - label) * tg::log(1 - a));
}

std::vector<tg::Tensor> parameters() {
  return {tg::full({}, 0.3, variable), tg::full({}, -0.1, variable), tg::full({}, 0.2, variable)};
}

std::vector<double> numeric_slopes(const std::vector<tg::Tensor>& w) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const auto along = [&](const tg::Tensor& moved) {
      std::vector<tg::Tensor> at = w;
      at[i] = moved;
      return loss_of(at);
    };
    slopes.push_back(tg::numeric_grad(along, w[i]).item<double>());
  }
  return slopes;
}

void one_step_downhill() {
  fmt::print("\nOne step of gradient descent, learning rate 0.001, as by hand:\n");
  for (const auto& [name, value, slope] :
       {std::tuple{"w1", 10.0, 2.0}, {"w2", 20.0, 1.0}, {"b", 5.0, 3.0}}) {
    tg::Tensor parameter = tg::full({}, value, variable);
    parameter.set_grad(tg::full({}, slope, constant));
    tg::optim::SGD({parameter}, {.lr = 0.001}).step();
    fmt::print("  {:<2} = {} - 0.001 * {} = {}\n", name, value, slope, parameter.item<double>());
  }
}

struct Propagated {
  tg::Tensor dw;
  tg::Tensor db;
  tg::Tensor cost;
};

// As in the notes: w is [features, 1], X is [features, m], Y is [1, m].
Propagated propagate(const tg::Tensor& w, const tg::Tensor& b, const tg::Tensor& X,
                     const tg::Tensor& Y) {
  const auto m = static_cast<double>(X.size(1));
  const tg::Tensor A = tg::sigmoid(tg::matmul(w.t(), X) + b);
  const tg::Tensor cost = -1 / m * tg::sum(Y * tg::log(A) + (1 - Y) * tg::log(1 - A));
  const tg::Tensor dZ = A - Y;
  const tg::Tensor dw = 1 / m * tg::matmul(X, dZ.t());
  const tg::Tensor db = 1 / m * tg::sum(dZ);
  return {dw, db, cost};
}

}  // namespace

void logistic_loss(Comparisons& comparisons) {
  fmt::print("\n3. The logistic loss of one example\n");
  fmt::print("z = w1 x1 + w2 x2 + b, a = sigmoid(z), loss = -(y log a + (1 - y) log(1 - a)).\n");
  fmt::print("x1 = {}, x2 = {}, y = {}; w1 = 0.3, w2 = -0.1, b = 0.2. By the chain rule\n", x1, x2,
             label);
  fmt::print("dz = a - y, dw1 = x1 dz, dw2 = x2 dz, db = dz.\n");
  const std::vector<tg::Tensor> w = parameters();
  loss_of(w).backward();
  const std::vector<double> numeric = numeric_slopes(w);
  const double dz = 1 / (1 + std::exp(-(0.3 * x1 - 0.1 * x2 + 0.2))) - label;
  const double by_hand[] = {x1 * dz, x2 * dz, dz};
  for (const std::size_t i : {0, 1, 2}) {
    const std::string_view name = std::array{"dw1", "dw2", "db"}[i];
    comparisons.compare(name, by_hand[i], numeric[i], "numeric_grad()");
    comparisons.compare(name, by_hand[i], w[i].grad().item<double>(), "backward()");
  }
  const auto checked = tg::gradcheck(loss_of, w, {.order = 2, .names = {"w1", "w2", "b"}});
  if (!checked) throw std::runtime_error(checked.text());
  fmt::print("  gradcheck, orders 1 and 2: {}", checked.text());
  one_step_downhill();
}

void vectorised(Comparisons& comparisons, std::int64_t examples, std::int64_t features) {
  fmt::print("\n4. All examples at once\n");
  fmt::print(
      "propagate(w, b, X, Y) for {} examples of {} features: dZ = A - Y, dw = X dZ' / m,\n"
      "db = sum(dZ) / m, as the notes write it out; and backward() from the same cost.\n",
      examples, features);
  // Scaled so that z stays small: where A rounds to 1, the notes' log(1 - A) is infinite.
  tg::Tensor w = tg::randn({features, 1}, constant) / std::sqrt(static_cast<double>(features));
  w.requires_grad_();
  const tg::Tensor b = tg::zeros({1}, variable);
  const tg::Tensor X = tg::randn({features, examples}, constant);
  const tg::Tensor Y = (tg::rand({1, examples}, constant) < 0.5).to(tg::float64);
  const Propagated propagated = propagate(w, b, X, Y);
  propagated.cost.backward();
  fmt::print("  cost {:.8f}\n", propagated.cost.item<double>());
  comparisons.compare("dw", propagated.dw, w.grad(), "backward()");
  comparisons.compare("db", propagated.db, b.grad(), "backward()");
}

void tape(const std::string& dot_file) {
  fmt::print("\n5. The tape\n");
  fmt::print(
      "What was recorded for the loss of stop 3, oldest first; backward() reads it upwards.\n");
  const std::vector<tg::Tensor> w = parameters();
  const tg::Tensor loss = loss_of(w);
  fmt::print("{}\nThe same for Graphviz (dot -Tsvg):\n{}\n", tg::tape_text(loss),
             tg::tape_dot(loss));
  if (dot_file.empty()) return;
  std::ofstream file(dot_file);
  file << tg::tape_dot(loss) << std::flush;
  if (!file) throw std::runtime_error(fmt::format("{}: cannot write the picture", dot_file));
  fmt::print("Written to {}.\n", dot_file);
}
