#include "tapegrad/nn/norm.hpp"

#include "core/check.hpp"
#include "nn/python_text.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::nn {
namespace {

void check_parameters(std::string_view name, DType dtype) {
  check_dtype(name, dtype);
  check<DTypeError>(is_floating(dtype), "{}: {} parameters; use float32 or float64", name, dtype);
}

}  // namespace

LayerNorm::LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options)
    : shape_(normalized_shape), options_(options) {
  check_parameters("LayerNorm", options.dtype);
  if (!options.elementwise_affine) return;
  weight = ones(shape_, {.dtype = options.dtype});
  if (options.bias) bias = zeros(shape_, {.dtype = options.dtype});
}

void LayerNorm::visit(Visitor& v) {
  v("weight", weight);
  v("bias", bias);
}

Tensor LayerNorm::forward(const Tensor& x) const {
  return layer_norm(x, shape_, weight, bias, options_.eps);
}

std::string LayerNorm::extra_repr() const {
  return fmt::format("{}, eps={}, elementwise_affine={}{}", tuple_text(shape_),
                     python_text(options_.eps), python_text(options_.elementwise_affine),
                     options_.elementwise_affine && !options_.bias ? ", bias=False" : "");
}

RMSNorm::RMSNorm(const Shape& normalized_shape, const RMSNormOptions& options)
    : shape_(normalized_shape), options_(options) {
  check_parameters("RMSNorm", options.dtype);
  if (options.elementwise_affine) weight = ones(shape_, {.dtype = options.dtype});
}

void RMSNorm::visit(Visitor& v) { v("weight", weight); }

Tensor RMSNorm::forward(const Tensor& x) const { return rms_norm(x, shape_, weight, options_.eps); }

std::string RMSNorm::extra_repr() const {
  return fmt::format("{}, eps={}, elementwise_affine={}", tuple_text(shape_),
                     options_.eps ? python_text(*options_.eps) : "None",
                     python_text(options_.elementwise_affine));
}

GroupNorm::GroupNorm(AsSize num_groups, AsSize num_channels, const GroupNormOptions& options)
    : groups_(num_groups), channels_(num_channels), options_(options) {
  check_parameters("GroupNorm", options.dtype);
  check<Error>(num_groups >= 1 && num_channels % num_groups == 0,
               "GroupNorm: {} groups of {} channels; they must divide them", num_groups,
               num_channels);
  if (!options.affine) return;
  weight = ones({num_channels}, {.dtype = options.dtype});
  bias = zeros({num_channels}, {.dtype = options.dtype});
}

void GroupNorm::visit(Visitor& v) {
  v("weight", weight);
  v("bias", bias);
}

Tensor GroupNorm::forward(const Tensor& x) const {
  return group_norm(x, groups_, weight, bias, options_.eps);
}

std::string GroupNorm::extra_repr() const {
  return fmt::format("{}, {}, eps={}, affine={}", groups_, channels_, python_text(options_.eps),
                     python_text(options_.affine));
}

LocalResponseNorm::LocalResponseNorm(AsSize size, const LocalResponseNormOptions& options)
    : size_(size), options_(options) {}

Tensor LocalResponseNorm::forward(const Tensor& x) const {
  return local_response_norm(x, size_, options_.alpha, options_.beta, options_.k);
}

std::string LocalResponseNorm::extra_repr() const {
  return fmt::format("{}, alpha={}, beta={}, k={}", size_, python_text(options_.alpha),
                     python_text(options_.beta), python_text(options_.k));
}

namespace detail {

/// How many batches there were before, as a number.
static double counted(const Tensor& batches) {
  check<Error>(
      !capturing(),
      "batch_norm: without a momentum the running moments are means of all batches; how "
      "many there were is a number in C++, of shape {}, which would be that of now in each "
      "run of a captured program: give a momentum",
      batches.shape());
  return batches.item<double>();
}

RunningNorm::RunningNorm(std::int64_t num_features, const BatchNormLayerOptions& options)
    : features_(num_features), options_(options) {
  check_parameters("batch_norm", options.dtype);
  const TensorOptions like{.dtype = options.dtype};
  if (options.affine) {
    weight = ones({num_features}, like);
    bias = zeros({num_features}, like);
  }
  if (!options.track_running_stats) return;
  running_mean = zeros({num_features}, like);
  running_var = ones({num_features}, like);
  num_batches_tracked = zeros({}, {.dtype = int64});
}

void RunningNorm::visit(Visitor& v) {
  v("weight", weight);
  v("bias", bias);
  v("running_mean", running_mean);
  v("running_var", running_var);
  v("num_batches_tracked", num_batches_tracked);
}

void RunningNorm::check_rank(const Tensor& x, std::int64_t least, std::int64_t most) const {
  check_defined("batch_norm", x);
  check<ShapeError>(x.dim() >= least && x.dim() <= most,
                    "batch_norm: {} of a tensor of shape {}; it needs {} to {} dimensions", name(),
                    x.shape(), least, most);
}

Tensor RunningNorm::batch_norm(const Tensor& x) const {
  const bool tracks = running_mean.defined();
  const bool trains = is_training();
  double momentum = options_.momentum.value_or(0);
  if (trains && tracks && !options_.momentum) momentum = 1 / (counted(num_batches_tracked) + 1);
  const Tensor y =
      nn::batch_norm(x, running_mean, running_var, weight, bias,
                     {.training = trains || !tracks, .momentum = momentum, .eps = options_.eps});
  // One that was refused is no batch.
  if (trains && tracks) {
    const NoGrad guard;
    Tensor(num_batches_tracked).add_(1);
  }
  return y;
}

Tensor RunningNorm::instance_norm(const Tensor& x, std::int64_t rank) const {
  check_defined("instance_norm", x);
  check<ShapeError>(x.dim() == rank + 1 || x.dim() == rank + 2,
                    "instance_norm: {} of a tensor of shape {}; it needs {} or {} dimensions",
                    name(), x.shape(), rank + 1, rank + 2);
  const bool single = x.dim() == rank + 1;
  const Tensor y =
      nn::instance_norm(single ? x.unsqueeze(0) : x, running_mean, running_var, weight, bias,
                        {.use_input_stats = is_training() || !running_mean.defined(),
                         .momentum = *options_.momentum,
                         .eps = options_.eps});
  return single ? y.squeeze(0) : y;
}

std::string RunningNorm::extra_repr() const {
  return fmt::format("{}, eps={}, momentum={}, affine={}, track_running_stats={}", features_,
                     python_text(options_.eps),
                     options_.momentum ? python_text(*options_.momentum) : "None",
                     python_text(options_.affine), python_text(options_.track_running_stats));
}

}  // namespace detail

namespace {

BatchNormLayerOptions as_batch_norm(const InstanceNormLayerOptions& o) {
  return {o.eps, o.momentum, o.affine, o.track_running_stats, o.dtype};
}

}  // namespace

Tensor BatchNorm1d::forward(const Tensor& x) const {
  check_rank(x, 2, 3);
  return batch_norm(x);
}
Tensor BatchNorm2d::forward(const Tensor& x) const {
  check_rank(x, 4, 4);
  return batch_norm(x);
}
Tensor BatchNorm3d::forward(const Tensor& x) const {
  check_rank(x, 5, 5);
  return batch_norm(x);
}
InstanceNorm1d::InstanceNorm1d(AsSize num_features, const InstanceNormLayerOptions& options)
    : RunningNorm(num_features, as_batch_norm(options)) {}
Tensor InstanceNorm1d::forward(const Tensor& x) const { return instance_norm(x, 1); }
InstanceNorm2d::InstanceNorm2d(AsSize num_features, const InstanceNormLayerOptions& options)
    : RunningNorm(num_features, as_batch_norm(options)) {}
Tensor InstanceNorm2d::forward(const Tensor& x) const { return instance_norm(x, 2); }
InstanceNorm3d::InstanceNorm3d(AsSize num_features, const InstanceNormLayerOptions& options)
    : RunningNorm(num_features, as_batch_norm(options)) {}
Tensor InstanceNorm3d::forward(const Tensor& x) const { return instance_norm(x, 3); }

}  // namespace tapegrad::nn
