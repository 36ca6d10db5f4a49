// The largest elements of windows back at their places, as modules: the functions of
// ops/convolution/unpool.hpp.
#pragma once

#include <string>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/convolution/unpool.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

namespace detail {

std::string unpool_text(const Dims& kernel_size, const MaxUnpoolOptions& options);

/// A call may give the size of its result.
template <Tensor (*f)(const Tensor&, const Tensor&, const Dims&, const MaxUnpoolOptions&)>
class MaxUnpool : public Module {
 public:
  explicit MaxUnpool(const Dims& kernel_size, const MaxUnpoolOptions& options = {})
      : kernel_size_(kernel_size), options_(options) {}
  Tensor forward(const Tensor& x, const Tensor& indices, const Dims& output_size = {}) const {
    MaxUnpoolOptions options = options_;
    if (!output_size.empty()) options.output_size = output_size;
    return f(x, indices, kernel_size_, options);
  }
  Tensor operator()(const Tensor& x, const Tensor& indices, const Dims& output_size = {}) const {
    const NameScope scope(scope_name());
    return noted(*this, forward(x, indices, output_size));
  }
  std::string extra_repr() const override { return unpool_text(kernel_size_, options_); }

 private:
  Dims kernel_size_;
  MaxUnpoolOptions options_;
};

}  // namespace detail

/// max_unpool1d().
struct MaxUnpool1d : detail::MaxUnpool<max_unpool1d> {
  using MaxUnpool::MaxUnpool;
};
/// max_unpool2d().
struct MaxUnpool2d : detail::MaxUnpool<max_unpool2d> {
  using MaxUnpool::MaxUnpool;
};
/// max_unpool3d().
struct MaxUnpool3d : detail::MaxUnpool<max_unpool3d> {
  using MaxUnpool::MaxUnpool;
};

}  // namespace nn
}  // namespace tapegrad
