// Norms of channels, [n, channels, ...], which have a weight each.
#pragma once

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace nn {

/// Normalised over groups of channels and all that is behind these: x: [n, channels, ...], weight
/// and bias: [channels]. Derivative as layer_norm. Throws Error unless the groups divide the
/// channels. Source: Wu & He (2018), "Group normalization".
Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);

struct BatchNormOptions {
  /// Normalise by the moments of x, and let the running ones follow; otherwise by the running ones.
  bool training = false;
  /// How far running moments follow: r + momentum (new - r).
  double momentum = 0.1;
  double eps = 1e-5;
};

/// Each channel normalised over the batch and all that is behind the channels: x: [n, channels] or
/// [n, channels, ...], all others: [channels]. While training, the running moments, which may be
/// undefined, are changed in place, outside the tape; the variance among them has Bessel's
/// correction. Derivative while training as layer_norm; otherwise g weight / deviation.
///   Throws ShapeError for a single element in each channel while training, Error for undefined
/// running moments otherwise. Source: Ioffe & Szegedy (2015), "Batch normalization".
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight = {}, const Tensor& bias = {},
                  const BatchNormOptions& options = {});

struct InstanceNormOptions {
  /// Normalise by the moments of x itself, not by the running ones.
  bool use_input_stats = true;
  double momentum = 0.1;
  double eps = 1e-5;
};

/// Each channel of each instance normalised by itself: a group_norm with a group for each channel.
/// Running moments, which may be undefined, follow the mean of those of the instances, as
/// batch_norm's do. Throws as batch_norm. Source: Ulyanov, Vedaldi & Lempitsky (2016), "Instance
/// normalization".
Tensor instance_norm(const Tensor& x, const Tensor& running_mean = {},
                     const Tensor& running_var = {}, const Tensor& weight = {},
                     const Tensor& bias = {}, const InstanceNormOptions& options = {});

/// x / (k + alpha mean(x^2))^beta, the mean over `size` channels around each, those that are
/// missing being 0. Throws Error for a size below 1. Source: Krizhevsky, Sutskever & Hinton (2012),
/// "ImageNet classification with deep convolutional neural networks".
Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha = 1e-4,
                           double beta = 0.75, double k = 1);

}  // namespace nn

}  // namespace tapegrad
