// The notes' linear regression as they wrote it: a graph is built first, with scopes, placeholders,
// variables, a loss and an optimizer, and then run by a session, with summaries and a Saver.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <tapegrad/tapegrad.hpp>

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
  samples::TrainingFiles files;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.integer("--max-step", s.max_step, {.least = 1}, "steps of gradient descent");
  flags.number("--learning-rate", s.learning_rate, {.least = 0, .above = true},
               "length of a step along the gradient");
  flags.integer("--seed", s.seed, {}, "makes the random points and the random start");
  flags.toggle("--freeze-weight", s.freeze_weight,
               "make the weight a variable that isn't trained: the bias learns alone");
  flags.integer("--points", s.points, {.least = 2, .most = 10'000'000},
                "how many points of y = 0.8x + 0.7 to draw and feed");
  samples::declare(flags, s.files);
}

/// What is asked of the graph.
struct Line {
  tg::Tensor x;
  tg::Tensor y_true;
  tg::Tensor weight;
  tg::Tensor bias;
  tg::Tensor error;
  tg::GraphOperation train;
};

Line build(tg::Graph& graph, const Settings& s) {
  Line line;
  {
    const tg::NameScope scope("original_data");
    line.x = graph.placeholder("x", tg::float64, {tg::unknown, 1});
    line.y_true = graph.placeholder("y_true", tg::float64, {tg::unknown, 1});
  }
  tg::Tensor y_predict;
  {
    const tg::NameScope scope("linear_model");
    line.weight = graph.variable("weights", tg::randn({1, 1}, {.dtype = tg::float64}),
                                 {.trainable = !s.freeze_weight});
    line.bias = graph.variable("bias", tg::randn({1}, {.dtype = tg::float64}));
    y_predict = (tg::matmul(line.x, line.weight) + line.bias).named("y_predict");
  }
  {
    const tg::NameScope scope("loss");
    line.error = tg::square(y_predict - line.y_true).mean().named("error");
  }
  const tg::NameScope scope("gd_optimizer");
  line.train =
      tg::optim::SGD(graph.trainable_variables(), {.lr = s.learning_rate}).minimize(line.error);
  tg::summary::scalar("error", line.error);
  tg::summary::histogram("weights", line.weight);
  tg::summary::histogram("bias", line.bias);
  return line;
}

/// Runs the graph up to max_step, and gives the step that it came to.
std::int64_t train(const tg::Session& session, tg::Graph& graph, const Line& line,
                   const tg::Feeds& feeds, const Settings& s) {
  const std::map<std::string, std::string> flags{
      {"--seed", fmt::format("{}", s.seed)},
      {"--freeze-weight", fmt::format("{}", s.freeze_weight)}};
  samples::Training training(s.files, {flags, {feeds[0].value, feeds[1].value}});
  training.add("model", graph);
  const tg::summary::Summary merged = tg::summary::merge_all(graph);
  std::int64_t step = training.resume(s.max_step);
  training.log_graph(graph.operations());
  fmt::print("Start: weight {:.6g}, bias {:.6g}.\n", line.weight.item<double>(),
             line.bias.item<double>());
  samples::Progress progress(s.max_step);
  while (step < s.max_step && !tg::train::interrupted()) {
    const auto [error, none] = session.run({line.error, line.train}, feeds);
    ++step;
    const auto value = error.item<double>();
    training.check_finite(value, step, s.learning_rate);
    if (training.logs()) training.log(session.run(merged, feeds), step);
    training.finished(step);
    if (progress.due()) progress.draw(step, value);
  }
  progress.wipe();
  training.end(step);
  return step;
}

void fit(const Settings& s) {
  fmt::print(
      "Build the graph of y = weight * x + bias, then run it {} times on {} points of y = "
      "{}x + {}.\n",
      s.max_step, s.points, true_weight, true_bias);
  tg::manual_seed(static_cast<std::uint64_t>(s.seed));
  const tg::Tensor x = tg::randn({s.points, 1}, {.dtype = tg::float64});
  const tg::Tensor y_true = x * true_weight + true_bias;

  tg::Graph graph("linear_regression");
  const Line line = build(graph, s);
  if (s.freeze_weight) {
    fmt::print("{} is no trainable variable: only {} learns.\n", line.weight.name(),
               line.bias.name());
  }
  const tg::Session session(graph);
  session.run(graph.initializer());
  const tg::Feeds feeds{{line.x, x}, {line.y_true, y_true}};
  const std::int64_t steps = train(session, graph, line, feeds, s);
  if (!s.freeze_weight) {
    fmt::print("Off by {:.2g} in the weight and {:.2g} in the bias.\n",
               std::abs(line.weight.item<double>() - true_weight),
               std::abs(line.bias.item<double>() - true_bias));
  }
  const std::array<tg::Tensor, 2> found = session.run({line.weight, line.bias});
  samples::export_result(s.files, {{"weight", found[0]}, {"bias", found[1]}},
                         {[&](const tg::Tensor& x) { return tg::matmul(x, found[0]) + found[1]; },
                          tg::Feed({tg::unknown, 1}, tg::float64)});
  fmt::print("weight={:.9g} bias={:.9g} loss={:.9g} steps={}\n", line.weight.item<double>(),
             line.bias.item<double>(), session.run(line.error, feeds).item<double>(), steps);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags("linear_regression_graph",
                       "Fits a line to points as a graph that is built first and then run by a "
                       "session.\n"
                       "The last line printed is: weight=W bias=B loss=L steps=N");
  declare(flags, settings);
  return samples::run("linear_regression_graph", flags, argc, argv, [&] { fit(settings); });
}
