// Functions of ops/pointwise.hpp and ops/reduce/softmax.hpp as layers, for a Sequential: each does
// what the function of its name does, and has PyTorch's options. A new one is a line.
#pragma once

#include <string>
#include <string_view>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce/softmax.hpp"
#include "tapegrad/random.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

namespace detail {

/// A function of a tensor as a layer.
template <Tensor (*f)(const Tensor&)>
struct Function : Layer {
  Tensor forward(const Tensor& x) const override { return f(x); }
};

/// "alpha=1.0", as Python prints it.
std::string number_text(std::string_view what, double number);

/// A function of a tensor and a number.
template <Tensor (*f)(const Tensor&, double)>
class FunctionWithNumber : public Layer {
 public:
  Tensor forward(const Tensor& x) const override { return f(x, number_); }
  std::string extra_repr() const override { return number_text(what_, number_); }

 protected:
  FunctionWithNumber(std::string_view what, double number) : what_(what), number_(number) {}

 private:
  std::string_view what_;  // a literal
  double number_;
};

/// A function along a dimension.
template <Tensor (*f)(const Tensor&, AsDim)>
class FunctionAlong : public Layer {
 public:
  Tensor forward(const Tensor& x) const override { return f(x, dim_); }
  std::string extra_repr() const override { return "dim=" + std::to_string(dim_); }

 protected:
  explicit FunctionAlong(AsDim dim) : dim_(dim) {}

 private:
  std::int64_t dim_;
};

}  // namespace detail

struct ReLU : detail::Function<relu> {};
struct ReLU6 : detail::Function<relu6> {};
struct Sigmoid : detail::Function<sigmoid> {};
struct Tanh : detail::Function<tanh> {};
struct LogSigmoid : detail::Function<logsigmoid> {};
struct Softsign : detail::Function<softsign> {};
struct Tanhshrink : detail::Function<tanhshrink> {};
struct SiLU : detail::Function<silu> {};
struct Mish : detail::Function<mish> {};
struct SELU : detail::Function<selu> {};
struct Hardswish : detail::Function<hardswish> {};
struct Hardsigmoid : detail::Function<hardsigmoid> {};

struct ELU : detail::FunctionWithNumber<elu> {
  explicit ELU(double alpha = 1) : FunctionWithNumber("alpha", alpha) {}
};
struct CELU : detail::FunctionWithNumber<celu> {
  explicit CELU(double alpha = 1) : FunctionWithNumber("alpha", alpha) {}
};
struct LeakyReLU : detail::FunctionWithNumber<leaky_relu> {
  explicit LeakyReLU(double negative_slope = 0.01)
      : FunctionWithNumber("negative_slope", negative_slope) {}
};
struct Softshrink : detail::FunctionWithNumber<softshrink> {
  explicit Softshrink(double lambd = 0.5) : FunctionWithNumber("lambd", lambd) {}
};
struct Hardshrink : detail::FunctionWithNumber<hardshrink> {
  explicit Hardshrink(double lambd = 0.5) : FunctionWithNumber("lambd", lambd) {}
};

struct GLU : detail::FunctionAlong<glu> {
  explicit GLU(AsDim dim = -1) : FunctionAlong(dim) {}
};
struct Softmax : detail::FunctionAlong<softmax> {
  explicit Softmax(AsDim dim) : FunctionAlong(dim) {}
};
struct LogSoftmax : detail::FunctionAlong<log_softmax> {
  explicit LogSoftmax(AsDim dim) : FunctionAlong(dim) {}
};

/// softmax() of -x.
class Softmin : public Layer {
 public:
  explicit Softmin(AsDim dim) : dim_(dim) {}
  Tensor forward(const Tensor& x) const override { return softmax(-x, dim_); }
  std::string extra_repr() const override { return "dim=" + std::to_string(dim_); }

 private:
  std::int64_t dim_;
};

/// softmax() over the channels of x: [n, channels, height, width] or [channels, height, width].
/// Throws ShapeError for another rank.
struct Softmax2d : Layer {
  Tensor forward(const Tensor& x) const override;
};

/// x where it is above 0, else x times a slope that is drawn from [lower, upper) for each element:
/// noise against overfitting. Derivative: 1, or the slope; at 0 the slope is one as well, a kink
/// whose derivative is by chance. Throws DTypeError for integers, Error unless lower <= upper.
/// Source: Xu et al. (2015), "Empirical evaluation of rectified activations in convolutional
/// network".
Tensor rrelu(const Tensor& x, double lower = 1.0 / 8, double upper = 1.0 / 3,
             Generator& generator = default_generator());

/// rrelu() while training; in eval mode leaky_relu() of the middle slope.
class RReLU : public Layer {
 public:
  /// The generator must outlive the layer and its copies.
  explicit RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3,
                 Generator& generator = default_generator());
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  double lower_, upper_;
  Generator* generator_;
};

class Softplus : public Layer {
 public:
  explicit Softplus(double beta = 1) : beta_(beta) {}
  template <class T>
  requires std::is_arithmetic_v<T> Softplus(double, T) {
    static_assert(!std::is_arithmetic_v<T>,
                  "write Softplus(beta): it is exact without a threshold, where PyTorch's rounds");
  }
  Tensor forward(const Tensor& x) const override { return softplus(x, beta_); }
  std::string extra_repr() const override { return detail::number_text("beta", beta_); }

 private:
  double beta_;
};

class GELU : public Layer {
 public:
  explicit GELU(std::string_view approximate = "none") : approximate_(approximate) {}
  Tensor forward(const Tensor& x) const override { return gelu(x, approximate_); }
  std::string extra_repr() const override { return "approximate='" + approximate_ + "'"; }

 private:
  std::string approximate_;
};

class Hardtanh : public Layer {
 public:
  explicit Hardtanh(double min_val = -1, double max_val = 1) : low_(min_val), high_(max_val) {}
  Tensor forward(const Tensor& x) const override { return hardtanh(x, low_, high_); }
  std::string extra_repr() const override;

 private:
  double low_, high_;
};

class Threshold : public Layer {
 public:
  Threshold(double threshold, double value) : threshold_(threshold), value_(value) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  double threshold_, value_;
};

struct PReLUOptions {
  DType dtype = float32;
};

/// leaky_relu with a slope that is learned, one for all or one for each channel; it begins at
/// `init`.
class PReLU : public Layer {
 public:
  explicit PReLU(AsSize num_parameters = 1, double init = 0.25, PReLUOptions options = {});

  Parameter weight;  ///< [num_parameters]

  void visit(Visitor& v) override { v("weight", weight); }
  Tensor forward(const Tensor& x) const override { return prelu(x, weight); }
  std::string extra_repr() const override;
};

}  // namespace nn
}  // namespace tapegrad
