// A guided tour of derivatives: numeric against exact ones, the chain rule, the logistic loss, the
// tape.
#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <tapegrad/tapegrad.hpp>

#include "support/program.hpp"
#include "tour.hpp"

namespace {

// Central differences of step 1e-6 leave errors of some 1e-10 in float64; a wrong derivative is off
// by far more.
constexpr double tolerance = 1e-6;

struct Settings {
  std::int64_t seed = 1;
  std::int64_t examples = 1000;
  std::int64_t features = 5;
  std::string dot;
};

void guide(const Settings& s) {
  tapegrad::manual_seed(static_cast<std::uint64_t>(s.seed));
  Comparisons comparisons;
  slopes(comparisons);
  chain_rule(comparisons);
  logistic_loss(comparisons);
  vectorised(comparisons, s.examples, s.features);
  tape(s.dot);
  fmt::print("largest_difference={:.3g}\n", comparisons.largest_difference());
  if (!(comparisons.largest_difference() < tolerance)) {
    throw std::runtime_error(fmt::format("two derivatives differ by {:.3g}; at most {} is expected",
                                         comparisons.largest_difference(), tolerance));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags("derivatives",
                       "A guided tour of derivatives, from slopes to the recorded tape.\n"
                       "The last line printed is: largest_difference=D");
  flags.integer("--seed", settings.seed, {}, "makes the random examples");
  flags.integer("--examples", settings.examples, {.least = 1, .most = 1'000'000},
                "examples that propagate() takes at once");
  flags.integer("--features", settings.features, {.least = 1, .most = 1000},
                "features of each of these examples");
  flags.text("--dot", settings.dot, "FILE", "write the picture of the tape to this file");
  return samples::run("derivatives", flags, argc, argv, [&] { guide(settings); });
}
