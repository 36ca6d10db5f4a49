// The notes' linear regression: a line fitted by gradient descent, to points of y = 0.8x + 0.7 or
// to the two columns of a file.
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <tapegrad/tapegrad.hpp>

#include "points.hpp"
#include "support/program.hpp"
#include "support/training.hpp"

namespace tg = tapegrad;

namespace {

constexpr double true_weight = 0.8;
constexpr double true_bias = 0.7;

struct Settings {
  std::int64_t max_step = 1000;
  double learning_rate = 0.01;
  std::int64_t seed = 1;
  bool freeze_weight = false;
  std::int64_t points = 100;
  double noise = 0;
  std::string csv;
  samples::TrainingFiles files;
};

struct Result {
  double loss = 0;
  std::int64_t steps = 0;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.integer("--max-step", s.max_step, {.least = 1}, "steps of gradient descent");
  flags.number("--learning-rate", s.learning_rate, {.least = 0, .above = true},
               "length of a step along the gradient");
  flags.integer("--seed", s.seed, {}, "makes the random points and the random start");
  flags.toggle("--freeze-weight", s.freeze_weight,
               "leave the weight as it starts and train the bias only");
  flags.integer("--points", s.points, {.least = 2, .most = 10'000'000},
                "how many points of y = 0.8x + 0.7 to draw");
  flags.number("--noise", s.noise, {.least = 0}, "standard deviation of what is added to every y");
  flags.text("--csv", s.csv, "FILE",
             "fit the two columns x, y of this file instead, with or without a header");
  flags.excludes("--csv", "--points");
  flags.excludes("--csv", "--noise");
  samples::declare(flags, s.files);
}

Points points_of(const Settings& s) {
  if (!s.csv.empty()) return read_points(s.csv);
  return draw_points(s.points, true_weight, true_bias, s.noise);
}

tg::Tensor loss_of(tg::nn::Linear& line, const Points& points) {
  tg::Tensor y;
  {
    const tg::NameScope model("model");
    y = line(points.x);
  }
  const tg::NameScope loss("loss");
  return tg::nn::mse_loss(y, points.y);
}

void descend(tg::optim::SGD& sgd, const tg::Tensor& loss) {
  const tg::NameScope train("train");
  sgd.zero_grad();
  loss.backward();
  sgd.step();
}

Result train(tg::nn::Linear& line, const Points& points, const Settings& s) {
  tg::optim::SGD sgd(line.parameters(), {.lr = s.learning_rate});
  const std::map<std::string, std::string> flags{
      {"--seed", fmt::format("{}", s.seed)},
      {"--freeze-weight", fmt::format("{}", s.freeze_weight)}};
  samples::Training training(s.files, {flags, {points.x, points.y}});
  training.add("model", line).add("optimizer", sgd);
  std::int64_t step = training.resume(s.max_step);
  sgd.set_lr(s.learning_rate);
  const Line start = points.in_their_units(line);
  fmt::print("Start: weight {:.6g}, bias {:.6g}.\n", start.weight, start.bias);
  samples::Progress progress(s.max_step);
  while (step < s.max_step && !tg::train::interrupted()) {
    tg::Tensor loss;
    training.run_step([&] {
      loss = loss_of(line, points);
      descend(sgd, loss);
    });
    ++step;
    const auto value = loss.item<double>();
    training.check_finite(value, step, s.learning_rate);
    if (training.logs()) {
      training.log("loss", value, step);
      const Line now = points.in_their_units(line);
      training.log("line/weight", now.weight, step);
      training.log("line/bias", now.bias, step);
    }
    training.finished(step, line);
    if (progress.due()) progress.draw(step, value);
  }
  progress.wipe();
  training.end(step);
  const tg::NoGrad no_grad;
  return {loss_of(line, points).item<double>(), step};
}

void describe(const Settings& s, const Points& points) {
  if (s.csv.empty()) {
    fmt::print("Fit y = weight * x + bias to {} points of y = {}x + {}", s.points, true_weight,
               true_bias);
    fmt::print("{}.\n", s.noise > 0 ? fmt::format(" with noise of deviation {}", s.noise) : "");
  } else {
    fmt::print("Fit y = weight * x + bias to the {} rows of {}.\n", points.x.size(0), s.csv);
    fmt::print("Both columns are brought to mean 0 and deviation 1 for the fit, then back.\n");
  }
  fmt::print("Mean squared error, gradient descent, learning rate {}, {} steps.\n", s.learning_rate,
             s.max_step);
  if (s.freeze_weight) {
    fmt::print("The weight is frozen at its random start: only the bias learns.\n");
  }
}

void explain(const Settings& s, const Line& line) {
  if (s.freeze_weight) {
    fmt::print("With the weight held at {:.6g}, the best bias is the mean of y - weight * x.\n",
               line.weight);
  } else if (s.csv.empty()) {
    fmt::print("Off by {:.2g} in the weight and {:.2g} in the bias.\n",
               std::abs(line.weight - true_weight), std::abs(line.bias - true_bias));
  }
}

void fit(const Settings& s) {
  tg::manual_seed(static_cast<std::uint64_t>(s.seed));
  const Points points = points_of(s);
  tg::nn::Linear linear(1, 1, {.dtype = tg::float64});
  linear.weight.requires_grad_(!s.freeze_weight);

  describe(s, points);
  const Result result = train(linear, points, s);
  const Line line = points.in_their_units(linear);
  explain(s, line);
  const tg::Tensor weight = tg::full({1, 1}, line.weight, {.dtype = tg::float64});
  const tg::Tensor bias = tg::full({1}, line.bias, {.dtype = tg::float64});
  samples::export_result(s.files, {{"weight", weight}, {"bias", bias}},
                         {[&](const tg::Tensor& x) { return tg::nn::linear(x, weight, bias); },
                          tg::Feed({tg::unknown, 1}, tg::float64)});
  fmt::print("weight={:.9g} bias={:.9g} loss={:.9g} steps={}\n", line.weight, line.bias,
             result.loss * points.y_scale.unit * points.y_scale.unit, result.steps);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags("linear_regression",
                       "Fits a line to points by gradient descent on the mean squared error.\n"
                       "The last line printed is: weight=W bias=B loss=L steps=N");
  declare(flags, settings);
  return samples::run("linear_regression", flags, argc, argv, [&] { fit(settings); });
}
