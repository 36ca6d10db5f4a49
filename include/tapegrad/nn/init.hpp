// How parameters begin. Every function changes its tensor in place, outside the tape, and gives it
// back; the random ones draw from a generator. Bounds that are none (NaN, infinite, a negative
// deviation or gain) are refused with Error.
#pragma once

#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn::init {

/// Uniform on [low, high).
Tensor uniform_(Tensor x, double low = 0, double high = 1,
                Generator& generator = default_generator());
/// Normal.
Tensor normal_(Tensor x, double mean = 0, double std = 1,
               Generator& generator = default_generator());
Tensor constant_(Tensor x, double value);
Tensor zeros_(Tensor x);
Tensor ones_(Tensor x);

/// What follows the layer whose weights begin here.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

/// By how much the weights must grow for the variance to pass the nonlinearity unchanged:
///   linear, sigmoid 1 | tanh 5/3 | relu sqrt(2) | leaky_relu sqrt(2 / (1 + slope^2)) | selu 3/4
double calculate_gain(Nonlinearity nonlinearity, double slope = 0.01);

/// Which side of the weight keeps its variance: fan_in the forward pass, fan_out the gradients.
enum class Fan { in, out };

/// Inputs and outputs of one unit, for weights [out, in, kernel...]. Throws ShapeError below
/// rank 2.
struct Fans {
  double in = 0;
  double out = 0;
};
Fans calculate_fans(const Tensor& weight);

/// Uniform on +-gain * sqrt(6 / (fan_in + fan_out)).
/// Source: Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward
/// neural networks".
Tensor xavier_uniform_(Tensor x, double gain = 1, Generator& generator = default_generator());
/// Normal with standard deviation gain * sqrt(2 / (fan_in + fan_out)).
Tensor xavier_normal_(Tensor x, double gain = 1, Generator& generator = default_generator());

struct KaimingOptions {
  /// The slope below 0 of the leaky_relu that follows.
  double a = 0;
  Fan mode = Fan::in;
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};

/// Uniform on +-gain * sqrt(3 / fan). Source: He, Zhang, Ren & Sun (2015), "Delving deep into
/// rectifiers".
Tensor kaiming_uniform_(Tensor x, const KaimingOptions& options = {},
                        Generator& generator = default_generator());
/// Normal with standard deviation gain / sqrt(fan).
Tensor kaiming_normal_(Tensor x, const KaimingOptions& options = {},
                       Generator& generator = default_generator());

}  // namespace nn::init
}  // namespace tapegrad
