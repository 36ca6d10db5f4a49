// Derivatives of tensor functions against numeric ones: what is asked, and of what. Slopes and
// verdicts come from gradtest.
#include "tapegrad/gradcheck.hpp"

#include <cmath>
#include <exception>
#include <utility>

#include "autograd/gradients.hpp"
#include "autograd/many.hpp"
#include "autograd/modes.hpp"
#include "autograd/tensor_problem.hpp"
#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradtest/engine.hpp"
#include "tapegrad/gradtest/text.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using gradtest::Report;
using gradtest::Verdict;

constexpr std::size_t most_single_elements = 1000;
constexpr int usual_directions = 16;

/// The varied input that element `index` of all is in.
std::size_t input_of(const Many& function, std::size_t index) {
  auto left = static_cast<std::int64_t>(index);
  std::size_t k = 0;
  for (; k + 1 < function.varied.size(); ++k) {
    const std::int64_t n = function.inputs[function.varied[k]].numel();
    if (left < n) break;
    left -= n;
  }
  return k;
}

/// "no gradient reaches w", where that is what is wrong with the worst cell; empty elsewhere.
std::string unreached(const Many& function, const Report& report) {
  if (report.worst.empty()) return {};
  const std::size_t k = input_of(function, report.worst[0].input);
  const EnableGrad guard;
  const std::vector<Tensor> y = function.f(function.inputs, Recorded::yes);
  const Tensor x = function.inputs[function.varied[k]];
  if (y[0].requires_grad() &&
      gradients(y, {x}, {.grad_outputs = weights_like(y), .allow_unused = true})[0].defined()) {
    return {};
  }
  return "no gradient reaches " + function.input_names[k] + ": was it detached?";
}

Report check_order(const Many& function, const GradcheckOptions& options) {
  std::size_t elements = 0;
  for (const Tensor& x : function.varied_inputs()) elements += static_cast<std::size_t>(x.numel());
  const int directions =
      options.directions.value_or(elements > most_single_elements ? usual_directions : 0);
  TensorProblem tensors(function, directions > 0);
  if (elements == 0 || tensors.outputs() == 0) return {};
  gradtest::Options all;
  all.tolerance = options.tolerance.value_or(tensors.rounds_to_float32() ? 3e-4 : 1e-6);
  all.points = options.points;
  all.seed = options.seed;
  all.directions = directions;
  all.accept_inconclusive = options.accept_inconclusive;
  const std::string disparity = tensors.disparity();
  Report report = gradtest::detail::run(tensors, all);
  if (report.cells > 0 && !disparity.empty()) {
    report.findings.insert(report.findings.begin(), disparity);
    report.verdict = Verdict::wrong;
  }
  if (report.wrong > 0 && directions == 0 && function.output_names.size() == 1) {
    const std::string found = unreached(function, report);
    if (!found.empty()) report.diagnosis = found;
  }
  return report;
}

/// The places of the inputs that require grad, each of which is fit to be varied.
std::vector<std::size_t> varied_inputs(const std::vector<Tensor>& inputs) {
  std::vector<std::size_t> varied;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (!inputs[k].requires_grad()) continue;
    varied.push_back(k);
  }
  check<AutogradError>(!varied.empty(),
                       "gradcheck: none of {} inputs requires grad; call requires_grad_()",
                       inputs.size());
  return varied;
}

/// `inputs`, but copies of those whose elements can't be varied one at a time: they share memory
/// with each other, or with another input, or the tape knows how they were computed.
std::vector<Tensor> independent(std::vector<Tensor> inputs,
                                const std::vector<std::size_t>& varied) {
  for (const std::size_t k : varied) {
    bool shares = inputs[k].overlaps_itself() || !inputs[k].is_leaf();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      shares = shares || (i != k && inputs[i].shares_storage_with(inputs[k]));
    }
    if (shares) inputs[k] = inputs[k].detach().clone().requires_grad_();
  }
  return inputs;
}

std::vector<std::string> names_of(const std::vector<std::size_t>& varied, std::size_t inputs,
                                  const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (const std::size_t k : varied) {
    names.push_back(!given.empty() ? given[k]
                    : inputs == 1  ? "x"
                                   : gradtest::detail::said("x%zu", k));
  }
  return names;
}

void check_result(const Tensor& y) {
  check<Error>(y.defined(), "gradcheck: the function gives an undefined tensor");
  check<DTypeError>(is_floating(y.dtype()),
                    "gradcheck: the function gives {}; it must give a floating type", y.dtype());
}

void check_options(const GradcheckOptions& options, std::size_t inputs) {
  check<Error>(options.order >= 1 && options.order <= 3, "gradcheck: order {}; use 1, 2 or 3",
               options.order);
  const double tolerance = options.tolerance.value_or(0);
  check<Error>(tolerance >= 0 && std::isfinite(tolerance),
               "gradcheck: tolerance {}; it may not be negative, infinite or NaN", tolerance);
  check<Error>(options.directions.value_or(0) >= 0 && options.points >= 0,
               "gradcheck: {} directions and {} points; neither may be negative",
               options.directions.value_or(0), options.points);
  check<Error>(options.names.empty() || options.names.size() == inputs,
               "gradcheck: {} names for {} inputs", options.names.size(), inputs);
}

/// The default generator goes on where it was.
class KeptGenerator {
 public:
  KeptGenerator() = default;
  KeptGenerator(const KeptGenerator&) = delete;
  KeptGenerator& operator=(const KeptGenerator&) = delete;
  ~KeptGenerator() { default_generator() = before_; }

 private:
  Generator before_ = default_generator();
};

std::exception_ptr thrown_by(const TensorFunction& f, const std::vector<Tensor>& inputs,
                             Recorded recorded) {
  const KeptGenerator kept;
  const GradMode guard(recorded == Recorded::yes);
  try {
    f(inputs);
    return {};
  } catch (...) {
    return std::current_exception();
  }
}

std::string message_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "something without a message";
  }
}

bool is_of_the_tape(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const AutogradError&) {
    return true;
  } catch (...) {
    return false;
  }
}

/// What f throws at the inputs with and without recording.
struct Throws {
  std::exception_ptr recorded, bare;

  Throws(const TensorFunction& f, const std::vector<Tensor>& inputs)
      : recorded(thrown_by(f, inputs, Recorded::yes)), bare(thrown_by(f, inputs, Recorded::no)) {
    if (recorded && bare) std::rethrow_exception(recorded);
  }
  /// f needs the tape, as one that registers hooks inside does.
  bool needs_tape() const { return !recorded && bare && is_of_the_tape(bare); }
  /// What of these is a mistake; empty for nothing.
  std::string finding() const {
    if (recorded)
      return "f throws where it is recorded, not where it isn't: " + message_of(recorded);
    if (!bare || needs_tape()) return {};
    return "f throws where it isn't recorded, not where it is: " + message_of(bare);
  }
};

/// f, which draws the same numbers from the default generator in every call.
Many function_of(const TensorFunction& f, const std::vector<Tensor>& inputs,
                 const std::vector<std::size_t>& varied, const GradcheckOptions& options,
                 bool needs_tape) {
  return {.f =
              [&f, needs_tape, start = default_generator()](const std::vector<Tensor>& x,
                                                            Recorded recorded) {
                const GradMode guard(needs_tape || recorded == Recorded::yes);
                default_generator() = start;
                Tensor y = f(x);
                check_result(y);
                return std::vector<Tensor>{std::move(y)};
              },
          .inputs = inputs,
          .varied = varied,
          .input_names = names_of(varied, inputs.size(), options.names),
          .output_names = {"f"}};
}

}  // namespace

Report gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                 const GradcheckOptions& options) {
  check<Error>(static_cast<bool>(f), "gradcheck: the function is empty");
  check_defined("gradcheck", f, inputs);
  check_options(options, inputs.size());
  const KeptGenerator kept;
  const std::vector<std::size_t> varied = varied_inputs(inputs);
  const std::vector<Tensor> own = independent(inputs, varied);
  const Throws throws(f, own);
  if (std::string found = throws.finding(); !found.empty()) {
    Report report;
    report.verdict = Verdict::wrong;
    report.findings.push_back(std::move(found));
    return report;
  }
  Many function = function_of(f, own, varied, options, throws.needs_tape());
  Report report = check_order(function, options);
  if (report.verdict == Verdict::ok) {
    if (std::string found = disparity_of_modes(function); !found.empty()) {
      report.findings.push_back(std::move(found));
      report.verdict = Verdict::wrong;
    }
  }
  for (int order = 2; order <= options.order && report; ++order) {
    function = gradient_of(std::move(function), order == 2 ? "g" : "h");
    Report next = check_order(function, options);
    next.cells += report.cells;
    next.kinks += report.kinks;
    next.evaluations += report.evaluations;
    report = std::move(next);
    if (report.verdict == Verdict::wrong) {
      report.findings.push_back("right at order " + std::to_string(order - 1) +
                                ", wrong at order " + std::to_string(order));
    }
  }
  return report;
}

}  // namespace tapegrad
