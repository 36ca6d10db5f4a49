#include "tapegrad/ops/normalize/channels.hpp"

#include <cmath>

#include "autograd/symbolic.hpp"
#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "core/speaking.hpp"
#include "ops/floating.hpp"
#include "ops/normalize/normalized.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/convolution.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

void check_channels(std::string_view name, const Tensor& x, const Tensor& weight,
                    const Tensor& bias, std::size_t least, double eps) {
  check_defined(name, x);
  check<ShapeError>(x.shape().size() >= least, "{}: x is {}; it needs {} dimensions at least", name,
                    x.shape(), least);
  check_affine(name, x, weight, bias, {x.shape()[1]});
  check<Error>(std::isfinite(eps) && eps >= 0, "{}: eps is {}; it must be finite and not negative",
               name, eps);
}

/// Both or none.
void check_running(std::string_view name, const Tensor& x, const Tensor& mean, const Tensor& var,
                   bool needed) {
  check<Error>(mean.defined() == var.defined() && (mean.defined() || !needed),
               "{}: running_mean is {}, running_var is {}; it needs both, or none where x is "
               "normalised by its own moments",
               name, mean.defined() ? "defined" : "undefined",
               var.defined() ? "defined" : "undefined");
  if (!mean.defined()) return;
  const Shape channels{x.shape()[1]};
  check<ShapeError>(mean.shape() == channels && var.shape() == channels,
                    "{}: running_mean is {}, running_var is {}; both must be {}", name,
                    mean.shape(), var.shape(), channels);
}

/// [channels] as it broadcasts to x.
Tensor for_channels(const Tensor& numbers, const Tensor& x) {
  Shape shape(x.shape().size(), 1);
  shape[1] = x.shape()[1];
  return numbers.reshape(shape);
}

/// x by moments that don't depend on it.
Tensor by_running(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                  const Tensor& bias, double eps) {
  const ComputedWith guard({&x});
  const Tensor inverse = rsqrt(var.to(x.dtype()) + eps);
  const Tensor scale = weight.defined() ? weight * inverse : inverse;
  const Tensor y = (x - for_channels(mean.to(x.dtype()), x)) * for_channels(scale, x);
  return bias.defined() ? y + for_channels(bias, x) : y;
}

/// Throws Error for x of a graph, whose runs change nothing but its variables.
void check_changes(std::string_view name, const Tensor& x, const Tensor& running_mean) {
  if (!running_mean.defined()) return;
  refuse_symbolic(name, x,
                  "in train() mode each run would move the running moments: eval() the module "
                  "first, or capture() a function, whose runs do so");
}

/// The running moments follow [2, channels], of which each is that of so many elements.
void follow(const Tensor& mean, const Tensor& var, const Tensor& moments, double count,
            double momentum) {
  const NoGrad guard;
  const auto step = [&](Tensor running, const Tensor& now) {
    running.mul_(1 - momentum).add_((now * momentum).to(running.dtype()));
  };
  step(mean, moments[0]);
  step(var, moments[1] * (count / (count - 1)));
}

void check_several(std::string_view name, const Tensor& x, std::int64_t count) {
  check<ShapeError>(count != 1, "{}: x is {}; a single element has no variance", name, x.shape());
}

}  // namespace

namespace nn {

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias,
                  double eps) {
  check_channels("group_norm", x, weight, bias, 2, eps);
  check<Error>(groups >= 1 && x.shape()[1] % groups == 0,
               "group_norm: {} groups of the {} channels of {}; they must divide them", groups,
               x.shape()[1], x.shape());
  return x.numel() == 0 ? x.clone() : normalized_groups(x, weight, bias, groups, eps).y;
}

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, const BatchNormOptions& o) {
  check_channels("batch_norm", x, weight, bias, 2, o.eps);
  check_running("batch_norm", x, running_mean, running_var, !o.training);
  if (!o.training) return by_running(x, running_mean, running_var, weight, bias, o.eps);
  check_changes("batch_norm", x, running_mean);
  if (x.numel() == 0) return x.clone();
  const std::int64_t count = x.numel() / x.shape()[1];
  check_several("batch_norm", x, count);
  const auto [y, moments] = normalized_channels(x, weight, bias, o.eps);
  if (running_mean.defined()) {
    follow(running_mean, running_var, moments, static_cast<double>(count), o.momentum);
  }
  return y;
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, const InstanceNormOptions& o) {
  check_channels("instance_norm", x, weight, bias, 3, o.eps);
  check_running("instance_norm", x, running_mean, running_var, !o.use_input_stats);
  if (!o.use_input_stats) return by_running(x, running_mean, running_var, weight, bias, o.eps);
  check_changes("instance_norm", x, running_mean);
  if (x.numel() == 0) return x.clone();
  const std::int64_t count = x.numel() / (x.shape()[0] * x.shape()[1]);
  check_several("instance_norm", x, count);
  const auto [y, moments] = normalized_groups(x, weight, bias, x.shape()[1], o.eps);
  if (running_mean.defined()) {
    const Tensor all = moments.reshape({2, x.shape()[0], x.shape()[1]});
    follow(running_mean, running_var, mean(all, 1), static_cast<double>(count), o.momentum);
  }
  return y;
}

Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha, double beta,
                           double k) {
  check_floating("local_response_norm", x);
  check<ShapeError>(x.dim() >= 3,
                    "local_response_norm: x is {}; it needs three dimensions at least", x.shape());
  check<Error>(size >= 1, "local_response_norm: size is {}; it is at least 1", size);
  if (x.numel() == 0) return x.clone();
  return speaking_as("local_response_norm", [&] {
    const Tensor squares = square(x).reshape({x.size(0), 1, x.size(1), -1});
    const Tensor around = pad(squares, {0, 0, size / 2, (size - 1) / 2});
    const Tensor means = avg_pool2d(around, {size, 1}, {.stride = 1}).reshape(x.shape());
    return x / pow(means * alpha + k, beta);
  });
}

}  // namespace nn

}  // namespace tapegrad
