// Derivatives against central differences, element by element.
#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

/// Where element `index` (row-major) of x lies, counted from its first element.
std::int64_t storage_offset_of(const Tensor& x, std::int64_t index) {
  std::int64_t at = 0;
  for (std::size_t d = x.shape().size(); d-- > 0;) {
    at += index % x.shape()[d] * x.strides()[d];
    index /= x.shape()[d];
  }
  return at;
}

/// Changes one element of a float64 tensor and puts it back at the end of the scope.
class Nudge {
 public:
  Nudge(Tensor x, std::int64_t index, double by)
      : x_(std::move(x)), at_(storage_offset_of(x_, index)), before_(x_.data<double>()[at_]) {
    set(before_ + by);
  }
  Nudge(const Nudge&) = delete;
  Nudge& operator=(const Nudge&) = delete;
  ~Nudge() { set(before_); }

 private:
  void set(double value) {
    const NoGrad guard;
    x_.mutable_data<double>()[at_] = value;
  }

  Tensor x_;
  std::int64_t at_;
  double before_;
};

void check_result(const Tensor& y) {
  check<Error>(y.defined(), "gradcheck: the function gives an undefined tensor");
  check<DTypeError>(y.dtype() == float64, "gradcheck: the function gives {}; it must give float64",
                    y.dtype());
}

std::vector<double> evaluate(const TensorFunction& f, const std::vector<Tensor>& inputs) {
  const NoGrad guard;
  const Tensor y = f(inputs);
  check_result(y);
  return y.to_vector<double>();
}

/// d output / d input[index], for every output element.
std::vector<double> numeric_column(const TensorFunction& f, const std::vector<Tensor>& inputs,
                                   const Tensor& input, std::int64_t index, double eps) {
  std::vector<double> above;
  {
    const Nudge nudge(input, index, eps);
    above = evaluate(f, inputs);
  }
  const Nudge nudge(input, index, -eps);
  const std::vector<double> below = evaluate(f, inputs);
  check<Error>(above.size() == below.size(),
               "gradcheck: the function's number of results changes with its values: {} and {}",
               above.size(), below.size());
  for (std::size_t i = 0; i < above.size(); ++i) above[i] = (above[i] - below[i]) / (2 * eps);
  return above;
}

/// Row o of the Jacobian for every input that requires grad: what backward makes of a 1 at output
/// o.
std::vector<std::vector<double>> analytic_row(const Tensor& y, const std::vector<Tensor>& wanted,
                                              std::int64_t o) {
  std::vector<std::vector<double>> rows;
  for (const Tensor& x : wanted) rows.emplace_back(static_cast<std::size_t>(x.numel()), 0.0);
  if (!y.requires_grad()) return rows;  // constant in all inputs
  Tensor one = zeros(y.shape(), {.dtype = y.dtype()});
  one.mutable_data<double>()[o] = 1;
  const std::vector<Tensor> grads =
      grad({y}, wanted, {.grad_outputs = {one}, .retain_graph = true, .allow_unused = true});
  for (std::size_t k = 0; k < grads.size(); ++k) {
    if (grads[k].defined()) rows[k] = grads[k].to_vector<double>();
  }
  return rows;
}

double allowed_for(const GradcheckCell& c, const GradcheckOptions& options) {
  return options.atol + options.rtol * std::abs(c.numeric);
}

/// How far a cell is from its numeric value, in units of its tolerance.
double excess_of(const GradcheckCell& c, const GradcheckOptions& options) {
  const double distance = std::abs(c.analytic - c.numeric);
  // Also where nothing is allowed.
  const double excess = distance == 0 ? 0 : distance / allowed_for(c, options);
  return std::isnan(excess) ? HUGE_VAL : excess;
}

/// Keeps the cell that is furthest beyond (or nearest below) its tolerance.
class Comparison {
 public:
  explicit Comparison(const GradcheckOptions& options) : options_(options) {}

  void cell(const GradcheckCell& c) {
    const double excess = excess_of(c, options_);
    ++count_;
    if (excess > 1) ++wrong_;
    if (worst_ && excess <= excess_) return;
    worst_ = c;
    excess_ = excess;
  }

  GradcheckResult result() const {
    if (!worst_) return {.message = "gradcheck: no cell to compare"};
    return {
        .ok = wrong_ == 0,
        .worst = worst_,
        .message = fmt::format(
            "gradcheck: {} of {} cells disagree; worst: d output[{}] / d input {}[{}] is {:.17g}, "
            "numerically {:.17g}: an error of {:.3g}, where {:.3g} is allowed (atol {}, rtol {})",
            wrong_, count_, worst_->output_index, worst_->input, worst_->input_index,
            worst_->analytic, worst_->numeric, std::abs(worst_->analytic - worst_->numeric),
            allowed_for(*worst_, options_), options_.atol, options_.rtol)};
  }

 private:
  GradcheckOptions options_;
  std::size_t count_ = 0;
  std::size_t wrong_ = 0;
  std::optional<GradcheckCell> worst_;
  double excess_ = 0;
};

/// The places of the inputs that require grad, each of which is fit to be varied.
std::vector<std::size_t> varied_inputs(const std::vector<Tensor>& inputs) {
  std::vector<std::size_t> varied;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (!inputs[k].requires_grad()) continue;
    check<DTypeError>(inputs[k].dtype() == float64,
                      "gradcheck: input {} is {}; central differences need float64", k,
                      inputs[k].dtype());
    check<AutogradError>(inputs[k].is_leaf(),
                         "gradcheck: input {} is the result of {}; pass a leaf", k,
                         inputs[k].operation());
    varied.push_back(k);
  }
  check<AutogradError>(!varied.empty(),
                       "gradcheck: none of {} inputs requires grad; call requires_grad_()",
                       inputs.size());
  return varied;
}

/// `inputs`, but copies of those whose elements can't be varied one at a time: they share memory
/// with each other, or with another input.
std::vector<Tensor> independent(std::vector<Tensor> inputs,
                                const std::vector<std::size_t>& varied) {
  for (const std::size_t k : varied) {
    bool shares = inputs[k].overlaps_itself();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      shares = shares || (i != k && inputs[i].shares_storage_with(inputs[k]));
    }
    if (shares) inputs[k] = inputs[k].detach().clone().requires_grad_();
  }
  return inputs;
}

GradcheckResult check_first_order(const TensorFunction& f, const std::vector<Tensor>& given,
                                  const GradcheckOptions& options) {
  const std::vector<std::size_t> varied = varied_inputs(given);
  const std::vector<Tensor> inputs = independent(given, varied);
  std::vector<Tensor> wanted;
  for (const std::size_t k : varied) wanted.push_back(inputs[k]);
  const EnableGrad guard;
  const Tensor y = f(inputs);
  check_result(y);
  std::vector<std::vector<std::vector<double>>> rows;  // [output][input][input element]
  for (std::int64_t o = 0; o < y.numel(); ++o) rows.push_back(analytic_row(y, wanted, o));
  Comparison comparison(options);
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    for (std::int64_t i = 0; i < wanted[w].numel(); ++i) {
      const std::vector<double> numeric = numeric_column(f, inputs, wanted[w], i, options.eps);
      for (std::size_t o = 0; o < numeric.size(); ++o) {
        comparison.cell({.input = varied[w],
                         .input_index = i,
                         .output_index = static_cast<std::int64_t>(o),
                         .analytic = rows.at(o)[w][static_cast<std::size_t>(i)],
                         .numeric = numeric[o]});
      }
    }
  }
  return comparison.result();
}

/// Weights without symmetry and without a zero, so that no error cancels.
Tensor weights_like(const Tensor& y) {
  std::vector<double> values(static_cast<std::size_t>(y.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 1.5 + std::sin(1.7 * static_cast<double>(i));
  }
  return Tensor::from_vector(std::move(values), y.shape());
}

/// The first derivative, as a function of the inputs and of the incoming gradient, is checked to
/// first order.
GradcheckResult check_second_order(const TensorFunction& f, const std::vector<Tensor>& inputs,
                                   const GradcheckOptions& options) {
  const std::vector<std::size_t> varied = varied_inputs(inputs);
  Tensor weights;
  {
    const NoGrad guard;
    weights = weights_like(f(inputs));
  }
  std::vector<Tensor> extended = inputs;
  extended.push_back(weights.requires_grad_());
  GradcheckResult worst;
  for (const std::size_t k : varied) {
    const TensorFunction derivative = [&f, k](const std::vector<Tensor>& all) {
      const EnableGrad guard;
      const std::vector<Tensor> x(all.begin(), all.end() - 1);
      const Tensor y = f(x);
      if (!y.requires_grad()) return zeros(x[k].shape(), {.dtype = float64});
      const Tensor g =
          grad({y}, {x[k]},
               {.grad_outputs = {all.back()}, .create_graph = true, .allow_unused = true})[0];
      return g.defined() ? g : zeros(x[k].shape(), {.dtype = float64});
    };
    GradcheckResult result = check_first_order(derivative, extended, options);
    result.message = fmt::format("derivative of the gradient of input {}: {}", k, result.message);
    if (!worst.worst ||
        (result.worst && excess_of(*result.worst, options) > excess_of(*worst.worst, options))) {
      worst = std::move(result);
    }
  }
  return worst;
}

void check_step(std::string_view operation, double eps) {
  check<Error>(eps > 0 && std::isfinite(eps), "{}: eps {}; the step must be above 0, and finite",
               operation, eps);
}

}  // namespace

GradcheckResult gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options) {
  check<Error>(static_cast<bool>(f), "gradcheck: the function is empty");
  check_defined("gradcheck", f, inputs);
  check<Error>(options.order == 1 || options.order == 2, "gradcheck: order {}; use 1 or 2",
               options.order);
  check_step("gradcheck", options.eps);
  check<Error>(options.atol >= 0 && options.rtol >= 0,
               "gradcheck: atol {} and rtol {}; neither may be negative or NaN", options.atol,
               options.rtol);
  return options.order == 1 ? check_first_order(f, inputs, options)
                            : check_second_order(f, inputs, options);
}

Tensor numeric_grad(const std::function<Tensor(const Tensor&)>& f, const Tensor& x, double eps) {
  check<Error>(static_cast<bool>(f), "numeric_grad: the function is empty");
  check_defined("numeric_grad", f, x);
  check_step("numeric_grad", eps);
  const TensorFunction total = [&f](const std::vector<Tensor>& all) {
    return f(all[0]).to(float64).sum();
  };
  const std::vector<Tensor> inputs{x.detach().to(float64).clone()};
  std::vector<double> slopes(static_cast<std::size_t>(x.numel()));
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    slopes[i] = numeric_column(total, inputs, inputs[0], static_cast<std::int64_t>(i), eps).at(0);
  }
  return Tensor::from_vector(std::move(slopes), x.shape()).to(x.dtype());
}

}  // namespace tapegrad
