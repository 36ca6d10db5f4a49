// Norms as layers: weights and running moments that the functions of ops/normalize.hpp are called
// with.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/normalize.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

// Weights begin at 1, biases at 0. All throw DTypeError for integer parameters and ShapeError for
// negative sizes.

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;
  bool bias = true;
  DType dtype = float32;
};

/// layer_norm().
class LayerNorm : public Layer {
 public:
  explicit LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options = {});
  explicit LayerNorm(std::initializer_list<AsSize> normalized_shape,
                     const LayerNormOptions& options = {})
      : LayerNorm(Shape(normalized_shape), options) {}
  template <std::floating_point T>
  LayerNorm(const Shape& normalized_shape, T eps)
      : LayerNorm(normalized_shape, LayerNormOptions{.eps = eps}) {}

  Parameter weight, bias;  ///< normalized_shape, or undefined

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  Shape shape_;
  LayerNormOptions options_;
};

struct RMSNormOptions {
  std::optional<double> eps = {};
  bool elementwise_affine = true;
  DType dtype = float32;
};

/// rms_norm().
class RMSNorm : public Layer {
 public:
  explicit RMSNorm(const Shape& normalized_shape, const RMSNormOptions& options = {});
  explicit RMSNorm(std::initializer_list<AsSize> normalized_shape,
                   const RMSNormOptions& options = {})
      : RMSNorm(Shape(normalized_shape), options) {}

  Parameter weight;  ///< normalized_shape, or undefined

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  Shape shape_;
  RMSNormOptions options_;
};

struct GroupNormOptions {
  double eps = 1e-5;
  bool affine = true;
  DType dtype = float32;
};

/// group_norm().
class GroupNorm : public Layer {
 public:
  GroupNorm(AsSize num_groups, AsSize num_channels, const GroupNormOptions& options = {});
  template <std::floating_point T>
  GroupNorm(AsSize num_groups, AsSize num_channels, T eps)
      : GroupNorm(num_groups, num_channels, GroupNormOptions{.eps = eps}) {}

  Parameter weight, bias;  ///< [num_channels], or undefined

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  std::int64_t groups_, channels_;
  GroupNormOptions options_;
};

struct LocalResponseNormOptions {
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1;
};

/// local_response_norm().
class LocalResponseNorm : public Layer {
 public:
  explicit LocalResponseNorm(AsSize size, const LocalResponseNormOptions& options = {});

  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  std::int64_t size_;
  LocalResponseNormOptions options_;
};

struct BatchNormLayerOptions {
  double eps = 1e-5;
  /// How far running moments follow; without one they are the mean of those of all batches.
  std::optional<double> momentum = 0.1;
  bool affine = true;
  bool track_running_stats = true;
  DType dtype = float32;
};

struct InstanceNormLayerOptions {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = false;
  bool track_running_stats = false;
  DType dtype = float32;
};

namespace detail {

/// What norms with running moments have in common. Their elements change while training, also of a
/// layer that is const.
class RunningNorm : public Layer {
 public:
  Parameter weight, bias;            ///< [num_features], or undefined
  Buffer running_mean, running_var;  ///< [num_features], or undefined
  Buffer num_batches_tracked;        ///< int64 of rank 0, or undefined

  void visit(Visitor& v) override;
  std::string extra_repr() const override;

 protected:
  RunningNorm(std::int64_t num_features, const BatchNormLayerOptions& options);

  /// Throws ShapeError unless x has one of two ranks.
  void check_rank(const Tensor& x, std::int64_t least, std::int64_t most) const;
  Tensor batch_norm(const Tensor& x) const;
  /// x has so many dimensions behind its channels.
  Tensor instance_norm(const Tensor& x, std::int64_t rank) const;

 private:
  std::int64_t features_;
  BatchNormLayerOptions options_;
};

}  // namespace detail

/// batch_norm() of [n, channels] or [n, channels, size]: while training by the moments of the
/// batch, which running_mean and running_var follow, otherwise by these.
struct BatchNorm1d : detail::RunningNorm {
  explicit BatchNorm1d(AsSize num_features, const BatchNormLayerOptions& options = {})
      : RunningNorm(num_features, options) {}
  template <std::floating_point T>
  BatchNorm1d(AsSize num_features, T eps, std::optional<double> momentum = 0.1)
      : BatchNorm1d(num_features, BatchNormLayerOptions{.eps = eps, .momentum = momentum}) {}
  Tensor forward(const Tensor& x) const override;
};

/// batch_norm() of [n, channels, height, width]: while training by the moments of the batch,
/// which running_mean and running_var follow, otherwise by these.
struct BatchNorm2d : detail::RunningNorm {
  explicit BatchNorm2d(AsSize num_features, const BatchNormLayerOptions& options = {})
      : RunningNorm(num_features, options) {}
  template <std::floating_point T>
  BatchNorm2d(AsSize num_features, T eps, std::optional<double> momentum = 0.1)
      : BatchNorm2d(num_features, BatchNormLayerOptions{.eps = eps, .momentum = momentum}) {}
  Tensor forward(const Tensor& x) const override;
};

/// batch_norm() of [n, channels, depth, height, width]: while training by the moments of the batch,
/// which running_mean and running_var follow, otherwise by these.
struct BatchNorm3d : detail::RunningNorm {
  explicit BatchNorm3d(AsSize num_features, const BatchNormLayerOptions& options = {})
      : RunningNorm(num_features, options) {}
  template <std::floating_point T>
  BatchNorm3d(AsSize num_features, T eps, std::optional<double> momentum = 0.1)
      : BatchNorm3d(num_features, BatchNormLayerOptions{.eps = eps, .momentum = momentum}) {}
  Tensor forward(const Tensor& x) const override;
};

/// instance_norm() of images of 1 dimension, one or a batch.
struct InstanceNorm1d : detail::RunningNorm {
  explicit InstanceNorm1d(AsSize num_features, const InstanceNormLayerOptions& options = {});
  Tensor forward(const Tensor& x) const override;
};

/// instance_norm() of images of 2 dimensions, one or a batch.
struct InstanceNorm2d : detail::RunningNorm {
  explicit InstanceNorm2d(AsSize num_features, const InstanceNormLayerOptions& options = {});
  Tensor forward(const Tensor& x) const override;
};

/// instance_norm() of images of 3 dimensions, one or a batch.
struct InstanceNorm3d : detail::RunningNorm {
  explicit InstanceNorm3d(AsSize num_features, const InstanceNormLayerOptions& options = {});
  Tensor forward(const Tensor& x) const override;
};

}  // namespace nn
}  // namespace tapegrad
