// Derivatives as their user sees them: grad(), recording guards, numeric derivatives. What the tape
// looks like is in graph.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// Whether operations of this thread are recorded now. True unless a guard says otherwise.
bool grad_enabled();

/// Sets recording for this thread until the end of the scope.
class GradMode {
 public:
  explicit GradMode(bool enabled);
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;
  ~GradMode();

 private:
  bool before_;
};

/// Nothing is recorded within its scope, and leaves may be changed in place.
struct NoGrad : GradMode {
  NoGrad() : GradMode(false) {}
};

/// Recording is on within its scope, also inside a NoGrad.
struct EnableGrad : GradMode {
  EnableGrad() : GradMode(true) {}
};

struct GradOptions {
  /// One per output; default: 1 for outputs of one element.
  std::vector<Tensor> grad_outputs = {};
  /// Record the reverse pass, so that the result can be differentiated again.
  bool create_graph = false;
  /// Keep the graph for another pass. Default: as create_graph.
  std::optional<bool> retain_graph = std::nullopt;
  /// Give an undefined tensor for an input that the outputs don't depend on, instead of an error.
  bool allow_unused = false;
};

/// The derivative of the sum of `outputs` (weighted by grad_outputs) with respect to each input,
/// leaf or not; `grad()` of the leaves stays as it is. Throws AutogradError for an output that
/// isn't tracked, an unused input, a non-scalar output without its gradient, a freed graph.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options = {});

/// A function from tensors to one tensor, to be differentiated.
using TensorFunction = std::function<Tensor(const std::vector<Tensor>&)>;

struct GradcheckOptions {
  /// 1 checks the first derivative, 2 the second (and not the first).
  int order = 1;
  /// Half of the step of the central difference.
  double eps = 1e-6;
  double atol = 1e-5;
  double rtol = 1e-3;
};

/// One cell of the Jacobian: d output[output_index] / d input[input_index].
struct GradcheckCell {
  std::size_t input = 0;
  std::int64_t input_index = 0;
  std::int64_t output_index = 0;
  double analytic = 0;
  double numeric = 0;
};

struct GradcheckResult {
  bool ok = true;
  /// The cell that is furthest from its tolerance; empty when there is no cell at all.
  std::optional<GradcheckCell> worst = std::nullopt;
  /// What was compared and, if it failed, where.
  std::string message = {};
  explicit operator bool() const { return ok; }
};

/// Compares the derivative of `f` with central differences, element by element, in float64.
/// A cell passes when |analytic - numeric| <= atol + rtol * |numeric|. Only inputs that require
/// grad are varied; they must be float64. One whose elements share memory, as after expand(), or
/// which shares it with another input, is varied as a copy. Throws DTypeError otherwise,
/// AutogradError when no input requires grad, Error for an empty function, a step that isn't above
/// 0 or a negative tolerance. Source for the default step: eps^(1/3) of float64, rounded down to a
/// power of 10.
GradcheckResult gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options = {});

/// The numeric derivative of sum(f(x)) by central differences: shape and dtype of x, computed in
/// float64. Throws as gradcheck().
Tensor numeric_grad(const std::function<Tensor(const Tensor&)>& f, const Tensor& x,
                    double eps = 1e-6);

}  // namespace tapegrad
