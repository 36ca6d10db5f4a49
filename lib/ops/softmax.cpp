#include "tapegrad/ops/softmax.hpp"

#include "autograd/apply.hpp"
#include "kernels/softmax.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/binary.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad {
namespace {

struct Softmax {
  static constexpr std::string_view name = "softmax";
  static constexpr Needs saves(Needs) { return save_output; }
  std::size_t dim;
  Tensor forward(const Tensor& x) const {
    Tensor y = make_tensor(x.dtype(), x.shape());
    kernels::softmax(kernels::ref(y), kernels::ref(x), dim);
    return y;
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor y = s.output();
    return {y * (g - sum(g * y, dim, keepdim))};
  }
};

struct LogSoftmax {
  static constexpr std::string_view name = "log_softmax";
  static constexpr Needs saves(Needs) { return save_output; }
  std::size_t dim;
  Tensor forward(const Tensor& x) const {
    Tensor y = make_tensor(x.dtype(), x.shape());
    kernels::log_softmax(kernels::ref(y), kernels::ref(x), dim);
    return y;
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    return {g - exp(s.output()) * sum(g, dim, keepdim)};
  }
};

struct LogSumExp {
  static constexpr std::string_view name = "logsumexp";
  static constexpr Needs saves(Needs) { return save_inputs; }
  std::int64_t dim;
  Tensor forward(const Tensor& x) const {
    Shape shape = x.shape();
    if (!shape.empty()) shape.erase(static_cast<std::size_t>(dim));
    Tensor y = make_tensor(x.dtype(), shape);
    kernels::logsumexp(kernels::ref(y), kernels::ref(x), static_cast<std::size_t>(dim));
    return y;
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    return {softmax(x, dim) * (x.dim() == 0 ? g : g.unsqueeze(dim))};
  }
};

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t dim) {
  check_floating("softmax", x);
  return apply(Softmax{reduced_dim("softmax", x, dim)}, x);
}

Tensor log_softmax(const Tensor& x, std::int64_t dim) {
  check_floating("log_softmax", x);
  return apply(LogSoftmax{reduced_dim("log_softmax", x, dim)}, x);
}

Tensor logsumexp(const Tensor& x, const Dims& dims, Keepdim keep) {
  check_floating("logsumexp", x);
  const Reduced reduced("logsumexp", x, dims, keep);
  const bool one = dims.size() == 1 || x.dim() == 0;
  const std::size_t dim = one ? reduced_dim("logsumexp", x, dims.empty() ? 0 : dims[0]) : 0;
  const Tensor y = one ? apply(LogSumExp{static_cast<std::int64_t>(dim)}, x)
                       : logsumexp(reduced.joined_last(x), -1);
  const bool reshaped = keep == Keepdim::yes && x.dim() > 0;
  return reshaped ? y.reshape(reduced.kept_shape(x.shape())) : y;
}

}  // namespace tapegrad
