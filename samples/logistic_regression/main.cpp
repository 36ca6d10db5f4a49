// Logistic regression on real data: tells malignant from benign breast masses, or the two labels of
// a user's own file.
#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <tapegrad/tapegrad.hpp>

#include "dataset.hpp"
#include "fit.hpp"
#include "report.hpp"
#include "support/program.hpp"
#include "support/training.hpp"

namespace tg = tapegrad;

namespace {

struct Settings {
  std::string csv = BREAST_CANCER_CSV;
  std::string target = "diagnosis";
  double test_fraction = 0.2;
  std::int64_t seed = 1;
  std::int64_t top = 10;
  std::string coefficients;
  FitOptions fit;
  samples::TrainingFiles files;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.text("--csv", s.csv, "FILE",
             "train on this file: a header, numbers, and one column of labels");
  flags.text("--target", s.target, "COLUMN", "the column of --csv that holds the two labels");
  flags.needs("--csv", "--target");
  flags.needs("--target", "--csv");
  flags.number("--test-fraction", s.test_fraction, {.least = 0, .most = 1, .below = true},
               "part of the rows of each label held out for the test");
  flags.integer("--seed", s.seed, {}, "makes the split and the random start");
  flags.integer("--max-step", s.fit.max_step, {.least = 1}, "most steps to take");
  flags.number("--l2", s.fit.l2, {.least = 0},
               "penalty: l2/2 * sum(weight^2) is added to the loss");
  flags.number("--learning-rate", s.fit.learning_rate, {.least = 0},
               "length of a step; 0 takes the largest that is safe for any data");
  flags.number("--momentum", s.fit.momentum, {.least = 0, .most = 1, .below = true},
               "part of the last step that is kept (Nesterov)");
  flags.number("--tolerance", s.fit.tolerance, {.least = 0},
               "done when no component of the gradient is larger");
  flags.integer("--top", s.top, {}, "how many coefficients to print");
  flags.text("--coefficients", s.coefficients, "FILE", "write all coefficients to this file");
  samples::declare(flags, s.files);
}

void describe(const Split& split, const FitOptions& options) {
  const auto& [first, second] = split.train.labels;
  fmt::print(
      "{} rows to train on, {} held out for the test; {} features, standardised by the\n"
      "training rows; the label is {} (counted as 0) or {} (1).\n",
      split.train.x.size(0), split.test.x.size(0), split.train.x.size(1), first, second);
  fmt::print(
      "Logistic regression, L2 penalty {}; gradient descent on all rows at once, learning\n"
      "rate {:.4g}, Nesterov momentum {}.\n",
      options.l2, options.learning_rate, options.momentum);
}

void describe(const FitResult& result, const FitOptions& options) {
  if (result.converged) {
    fmt::print("\nAt the optimum after {} steps: no part of the gradient is above {:.0e}.\n",
               result.steps, options.tolerance);
  } else {
    fmt::print(
        "\nStopped after {} steps, before the optimum: the largest part of the gradient is "
        "{:.2g}.\n",
        result.steps, result.largest_gradient);
  }
  fmt::print("Loss {:.6f}: cross-entropy {:.6f} and penalty {:.6f}.\n", result.loss,
             result.cross_entropy, result.loss - result.cross_entropy);
}

void train(const Settings& s) {
  tg::manual_seed(static_cast<std::uint64_t>(s.seed));
  Split split = stratified_split(read_dataset(s.csv, s.target), s.test_fraction);
  standardise(split);
  const std::int64_t features = split.train.x.size(1);
  FitOptions options = s.fit;
  if (options.learning_rate == 0) options.learning_rate = safe_learning_rate(features, options.l2);
  fmt::print("{}\n", s.csv);
  describe(split, options);

  LogisticRegression model(features);
  const std::map<std::string, std::string> flags{{"--seed", fmt::format("{}", s.seed)},
                                                 {"--l2", fmt::format("{}", s.fit.l2)}};
  samples::Training training(s.files, {flags, {split.train.x, split.train.y}});
  const FitResult result = fit(model, split.train.x, split.train.y, options, training);
  describe(result, options);

  const Confusion train = confusion_of(model, split.train);
  const Confusion test = confusion_of(model, split.test);
  fmt::print("Right on {:.2f} % of the training rows", 100 * train.accuracy());
  if (test.rows() > 0) fmt::print(" and {:.2f} % of the test rows", 100 * test.accuracy());
  fmt::print(".\n");
  print_confusion(test.rows() > 0 ? test : train, split.train,
                  test.rows() > 0 ? "test" : "training");
  print_largest(model, split.train, s.top);
  if (!s.coefficients.empty()) write_coefficients(model, split.train, s.coefficients);
  const tg::StateDict line = in_their_units(model, split);
  const tg::Tensor& weight = line["linear.weight"];
  samples::export_result(
      s.files, line,
      {[&](const tg::Tensor& x) { return sigmoid(tg::nn::linear(x, weight, line["linear.bias"])); },
       tg::Feed({tg::unknown, weight.size(1)}, weight.dtype())});
  fmt::print("\ntrain_accuracy={:.6f} test_accuracy={:.6f} loss={:.6f}\n", train.accuracy(),
             test.accuracy(), result.loss);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags(
      "logistic_regression",
      "Learns to tell malignant from benign breast masses (569 rows of 30 measurements), or the\n"
      "two labels of your own file.\n"
      "The last line printed is: train_accuracy=A test_accuracy=B loss=L");
  declare(flags, settings);
  return samples::run("logistic_regression", flags, argc, argv, [&] { train(settings); });
}
