// A module's parameters as the inputs of a function, which finds them where they are.
#include "tapegrad/nn/gradcheck.hpp"

#include <utility>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad::nn {
namespace {

/// Gives buffers their values back before each evaluation, and at the end.
class KeptBuffers {
 public:
  explicit KeptBuffers(std::vector<Tensor> buffers) : buffers_(std::move(buffers)) {
    for (const Tensor& b : buffers_) {
      values_.push_back(b.detach().clone());
      versions_.push_back(b.version());
    }
  }
  KeptBuffers(const KeptBuffers&) = delete;
  KeptBuffers& operator=(const KeptBuffers&) = delete;
  ~KeptBuffers() { restore(); }

  void restore() {
    const NoGrad guard;
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (buffers_[i].version() == versions_[i]) continue;
      buffers_[i].copy_(values_[i]);
      versions_[i] = buffers_[i].version();
    }
  }

 private:
  std::vector<Tensor> buffers_, values_;
  std::vector<std::uint32_t> versions_;
};

void check_apart(const std::vector<NamedTensor>& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& [name, x] = parameters[i];
    check<Error>(!x.overlaps_itself(), "gradcheck: elements of {} share memory", name);
    for (std::size_t k = 0; k < i; ++k) {
      check<Error>(!x.shares_storage_with(parameters[k].tensor),
                   "gradcheck: {} and {} share memory", parameters[k].name, name);
    }
  }
}

}  // namespace

gradtest::Report gradcheck(const Module& net, const std::function<Tensor()>& loss,
                           const GradcheckOptions& options) {
  check<Error>(static_cast<bool>(loss), "gradcheck: the loss is an empty function");
  const std::vector<NamedTensor> parameters = net.named_parameters();
  check<AutogradError>(!parameters.empty(), "gradcheck: the module has no parameters");
  check_apart(parameters);
  std::vector<Tensor> inputs;
  GradcheckOptions named = options;
  named.names.clear();
  for (const auto& [name, x] : parameters) {
    inputs.push_back(x);
    named.names.push_back(name);
  }
  KeptBuffers buffers(net.buffers());
  const TensorFunction f = [&](const std::vector<Tensor>&) {
    buffers.restore();
    return loss();
  };
  return tapegrad::gradcheck(f, inputs, named);
}

}  // namespace tapegrad::nn
