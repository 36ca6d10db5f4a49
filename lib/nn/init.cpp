#include "tapegrad/nn/init.hpp"

#include <cmath>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad::nn::init {
namespace {

/// A tensor without elements has nothing to begin with, and a fan of 0 would divide by it.
bool is_empty(const Tensor& x) { return x.numel() == 0; }

double fan_of(const Tensor& x, Fan mode) {
  const Fans fans = calculate_fans(x);
  switch (mode) {
    case Fan::in:
      return fans.in;
    case Fan::out:
      return fans.out;
  }
  fail<Error>("init: no side of a weight (Fan) has the number {}", static_cast<int>(mode));
}

double kaiming_deviation(const Tensor& x, const KaimingOptions& options) {
  return calculate_gain(options.nonlinearity, options.a) / std::sqrt(fan_of(x, options.mode));
}

double xavier_deviation(const Tensor& x, double gain) {
  check<Error>(std::isfinite(gain) && gain >= 0,
               "init: gain is {}; it must be finite and not negative", gain);
  const Fans fans = calculate_fans(x);
  return gain * std::sqrt(2 / (fans.in + fans.out));
}

/// A uniform distribution of this standard deviation reaches sqrt(3) times as far.
Tensor uniform_of(const Tensor& x, double deviation, Generator& generator) {
  const double bound = std::sqrt(3.0) * deviation;
  return is_empty(x) ? x : init::uniform_(x, -bound, bound, generator);
}

Tensor normal_of(const Tensor& x, double deviation, Generator& generator) {
  return is_empty(x) ? x : init::normal_(x, 0, deviation, generator);
}

Tensor filled(std::string_view operation, Tensor& x, double value) {
  check_defined(operation, x);
  const NoGrad guard;
  return x.fill_(value);
}

}  // namespace

Tensor uniform_(Tensor x, double low, double high, Generator& generator) {
  check_defined("init::uniform_", x);
  const NoGrad guard;
  return tapegrad::uniform_(std::move(x), low, high, generator);
}

Tensor normal_(Tensor x, double mean, double std, Generator& generator) {
  check_defined("init::normal_", x);
  const NoGrad guard;
  return tapegrad::normal_(std::move(x), mean, std, generator);
}

Tensor constant_(Tensor x, double value) { return filled("init::constant_", x, value); }
Tensor zeros_(Tensor x) { return filled("init::zeros_", x, 0); }
Tensor ones_(Tensor x) { return filled("init::ones_", x, 1); }

double calculate_gain(Nonlinearity nonlinearity, double slope) {
  switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid:
      return 1;
    case Nonlinearity::tanh:
      return 5.0 / 3;
    case Nonlinearity::relu:
      return std::sqrt(2.0);
    case Nonlinearity::leaky_relu:
      check<Error>(std::isfinite(slope), "init: the slope is {}; it must be finite", slope);
      return std::sqrt(2 / (1 + slope * slope));
    case Nonlinearity::selu:
      return 0.75;
  }
  fail<Error>("init: no nonlinearity has the number {}", static_cast<int>(nonlinearity));
}

Fans calculate_fans(const Tensor& weight) {
  check_defined("init::calculate_fans", weight);
  const Shape& shape = weight.shape();
  check<ShapeError>(
      shape.size() >= 2,
      "init: fan_in and fan_out need weights [out, in, ...], this is {}; use uniform_ "
      "or normal_",
      shape);
  double field = 1;
  for (std::size_t d = 2; d < shape.size(); ++d) field *= static_cast<double>(shape[d]);
  return {.in = static_cast<double>(shape[1]) * field,
          .out = static_cast<double>(shape[0]) * field};
}

Tensor xavier_uniform_(Tensor x, double gain, Generator& generator) {
  check_defined("init::xavier_uniform_", x);
  return uniform_of(x, xavier_deviation(x, gain), generator);
}

Tensor xavier_normal_(Tensor x, double gain, Generator& generator) {
  check_defined("init::xavier_normal_", x);
  return normal_of(x, xavier_deviation(x, gain), generator);
}

Tensor kaiming_uniform_(Tensor x, const KaimingOptions& options, Generator& generator) {
  check_defined("init::kaiming_uniform_", x);
  return uniform_of(x, kaiming_deviation(x, options), generator);
}

Tensor kaiming_normal_(Tensor x, const KaimingOptions& options, Generator& generator) {
  check_defined("init::kaiming_normal_", x);
  return normal_of(x, kaiming_deviation(x, options), generator);
}

}  // namespace tapegrad::nn::init
