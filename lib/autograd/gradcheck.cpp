// Derivatives of tensor functions against numeric ones: what is asked, and of what. Slopes and
// verdicts come from gradtest.
#include "tapegrad/gradcheck.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <utility>

#include "autograd/many.hpp"
#include "autograd/variables.hpp"
#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradtest/run.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad {
namespace {

using gradtest::Report;
using gradtest::Verdict;
using Values = std::vector<double>;

constexpr std::size_t most_single_elements = 1000;
constexpr int usual_directions = 16;

Values flat(const std::vector<Tensor>& tensors) {
  Values all;
  for (const Tensor& x : tensors) {
    const Values values = x.detach().to_vector<double>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& x : tensors) shapes.push_back(x.shape());
  return shapes;
}

bool has_float32(const std::vector<Tensor>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const Tensor& x) { return x.dtype() == float32; });
}

/// A function and its derivative by the tape, as gradtest wants them.
class TensorProblem {
 public:
  TensorProblem(const Many& function, bool weighted)
      : function_(function), weighted_(weighted), variables_(function.varied_inputs()) {
    const std::vector<Tensor> results = function.f(function.inputs, Recorded::no);
    shapes_ = shapes_of(results);
    weights_ = weights_like(results);
    flat_weights_ = flat(weights_);
    rounds_ = has_float32(results) || has_float32(variables_.tensors());
  }

  bool rounds_to_float32() const { return rounds_; }
  std::size_t outputs() const { return flat_weights_.size(); }

  gradtest::Problem& problem() {
    gradtest::Problem& p = problem_;
    p.x = variables_.read();
    p.value = [this](const Values& x) { return value(x); };
    p.derivative = [this](const Values& x, double) { return derivative(x); };
    p.precision = rounds_ ? FLT_EPSILON : DBL_EPSILON;
    const std::vector<Shape> shapes = shapes_of(variables_.tensors());
    p.input_name = [this, shapes](std::size_t i) {
      return element_name(function_.input_names, shapes, i);
    };
    p.output_name = [this](std::size_t o) {
      return weighted_ ? std::string("the weighted sum of ") + function_.output_names[0]
                       : element_name(function_.output_names, shapes_, o);
    };
    return p;
  }

 private:
  /// Empty where f throws.
  Values value(const Values& x) {
    variables_.write(x);
    Values y;
    const NoGrad guard;
    gradtest::detail::succeeds([&] { y = flat(function_.f(function_.inputs, Recorded::no)); });
    if (!weighted_ || y.size() != flat_weights_.size()) return y;
    double total = 0;
    for (std::size_t i = 0; i < y.size(); ++i) total += y[i] * flat_weights_[i];
    return {total};
  }

  Values derivative(const Values& x) {
    variables_.write(x);
    Values rows;
    const EnableGrad guard;
    gradtest::detail::succeeds([&] {
      const std::vector<Tensor> y = function_.f(function_.inputs, Recorded::yes);
      rows = weighted_ ? flat(pulled_back(y, variables_.tensors(), weights_, Recorded::no))
                       : all_rows(y);
    });
    problem_.changed_x = problem_.changed_x || variables_.were_changed();
    return rows;
  }

  /// What a 1 at each result's place gives.
  Values all_rows(const std::vector<Tensor>& y) {
    Values rows;
    std::vector<Tensor> ones;
    for (const Tensor& t : y) ones.push_back(zeros(t.shape(), {.dtype = t.dtype()}));
    for (std::size_t k = 0; k < y.size(); ++k) {
      for (std::int64_t o = 0; o < y[k].numel(); ++o) {
        Tensor place = ones[k].flatten()[o];
        place.fill_(1);
        const Values row = flat(pulled_back({y[k]}, variables_.tensors(), {ones[k]}, Recorded::no));
        place.fill_(0);
        rows.insert(rows.end(), row.begin(), row.end());
      }
    }
    return rows;
  }

  const Many& function_;
  bool weighted_;
  Variables variables_;
  std::vector<Shape> shapes_;
  std::vector<Tensor> weights_;
  Values flat_weights_;
  bool rounds_ = false;
  gradtest::Problem problem_;
};

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
      grad(y, {x}, {.grad_outputs = weights_like(y), .allow_unused = true})[0].defined()) {
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
  Report report = gradtest::detail::Check(tensors.problem(), all).run();
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
    names.push_back(!given.empty() ? given[k] : inputs == 1 ? "x" : "x" + std::to_string(k));
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

Many function_of(const TensorFunction& f, const std::vector<Tensor>& inputs,
                 const GradcheckOptions& options) {
  const std::vector<std::size_t> varied = varied_inputs(inputs);
  return {.f =
              [&f](const std::vector<Tensor>& x, Recorded recorded) {
                const GradMode guard(recorded == Recorded::yes);
                Tensor y = f(x);
                check_result(y);
                return std::vector<Tensor>{std::move(y)};
              },
          .inputs = independent(inputs, varied),
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
  Many function = function_of(f, inputs, options);
  Report report = check_order(function, options);
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

Tensor numeric_grad(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  check<Error>(static_cast<bool>(f), "numeric_grad: the function is empty");
  check_defined("numeric_grad", f, x);
  const TensorFunction total = [&f](const std::vector<Tensor>& all) {
    return f(all[0]).to(float64).sum();
  };
  const Many function{.f = [&total](const std::vector<Tensor>& all,
                                    Recorded) { return std::vector<Tensor>{total(all)}; },
                      .inputs = {x.detach().to(float64).clone()},
                      .varied = {0},
                      .input_names = {"x"},
                      .output_names = {"f"}};
  TensorProblem tensors(function, false);
  const gradtest::Problem& problem = tensors.problem();
  const gradtest::Options options;
  Values slopes;
  std::size_t evaluations = 0;
  for (std::size_t i = 0; i < problem.x.size(); ++i) {
    Values direction(problem.x.size(), 0.0);
    direction[i] = 1;
    gradtest::detail::LineOf line(problem, problem.x, direction, 1, evaluations);
    const auto scale = gradtest::detail::scale_of(problem, problem.x, direction, options);
    slopes.push_back(gradtest::measure(line, scale)[0].value);
  }
  return Tensor::from_vector(std::move(slopes), x.shape()).to(x.dtype());
}

}  // namespace tapegrad
