// Derivatives as their user sees them: grad() and recording guards. What the tape looks like
// is in graph.hpp, how derivatives are tested in gradcheck.hpp.
#pragma once

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

struct GradOptions {
  /// One per output, each defined; default: 1 for outputs of one element.
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

namespace detail {

/// How many gradients have come to a leaf, from backward() or set_grad(); 0 for what isn't one.
/// Whoever remembers the number knows whether there was another.
std::uint32_t received(const Tensor& leaf);

}  // namespace detail

}  // namespace tapegrad
