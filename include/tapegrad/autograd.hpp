// Derivatives as their user sees them: grad() and recording guards. What the tape looks like
// is in graph.hpp, how derivatives are tested in gradcheck.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
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

/// Within its scope, errors and NaN in derivatives are traced to the call that recorded them; slow,
/// for finding a mistake. Made before the forward pass:
///   const AnomalyMode guard;
///   loss(x).backward();
/// Each operation that is recorded remembers who called it. A reverse pass looks at each gradient
/// that a derivative gives, and throws AutogradError for the first NaN; what it and all other
/// errors of a derivative say then names the operation, its scope, and the line of the program that
/// called it, if that was compiled with -g, else the place in the binary. Of this thread; costs
/// nothing while it is off.
class AnomalyMode {
 public:
  explicit AnomalyMode(bool enabled = true);
  AnomalyMode(const AnomalyMode&) = delete;
  AnomalyMode& operator=(const AnomalyMode&) = delete;
  ~AnomalyMode();

 private:
  bool before_;
};

/// Whether this thread is in anomaly mode.
bool is_anomaly_enabled();

struct GradOptions {
  /// One per output, each defined; default: 1 for outputs of one element.
  std::vector<Tensor> grad_outputs = {};
  /// Record the reverse pass, so that the result can be differentiated again.
  bool create_graph = false;
  /// Keep the graph for another pass. Default: as create_graph.
  std::optional<bool> retain_graph = std::nullopt;
  /// Give an undefined tensor for an input that the outputs don't depend on, instead of an error.
  bool allow_unused = false;
  /// grad_outputs have a further dimension in front, as long for all: for each of its places a
  /// pass, whose results stand there in a further dimension of the result.
  bool is_grads_batched = false;
};

/// The derivative of the sum of `outputs` (weighted by grad_outputs) with respect to each input,
/// leaf or not; `grad()` of the leaves stays as it is. Throws AutogradError for an output that
/// isn't tracked, an unused input, a non-scalar output without its gradient, a freed graph; errors
/// name the line of this call.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options = {}, CallSite site = CallSite::here());

/// The same with one output, or one input, whose derivative it then gives: grad(loss, w).
template <std::derived_from<Tensor> T>
std::vector<Tensor> grad(const T& output, const std::vector<Tensor>& inputs,
                         const GradOptions& options = {}, CallSite site = CallSite::here()) {
  return grad(std::vector<Tensor>{output}, inputs, options, site);
}
template <std::derived_from<Tensor> T, std::derived_from<Tensor> X>
Tensor grad(const T& output, const X& input, const GradOptions& options = {},
            CallSite site = CallSite::here()) {
  return grad(std::vector<Tensor>{output}, std::vector<Tensor>{input}, options, site)[0];
}

namespace detail {

/// How many gradients have come to a leaf, from backward() or set_grad(); 0 for what isn't one.
/// Whoever remembers the number knows whether there was another.
std::uint32_t received(const Tensor& leaf);

}  // namespace detail

}  // namespace tapegrad
