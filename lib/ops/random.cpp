#include "tapegrad/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "kernels/random.hpp"
#include "ops/options.hpp"
#include "tapegrad/ops/binary.hpp"

namespace tapegrad {
namespace {

kernels::Stream next(Generator& generator) {
  return {generator.initial_seed(), generator.next_call()};
}

void check_floating(std::string_view operation, DType dtype) {
  check<DTypeError>(is_floating(dtype), "{}: {} holds no such numbers; use float32 or float64",
                    operation, dtype);
}

Tensor uniform(const Shape& shape, DType dtype, double low, double high, Generator& generator) {
  const Tensor x = make_tensor(dtype, shape);
  kernels::uniform(kernels::ref(x), next(generator), low, high);
  return x;
}

Tensor normal(const Shape& shape, DType dtype, double mean, double std, Generator& generator) {
  const Tensor x = make_tensor(dtype, shape);
  kernels::normal(kernels::ref(x), next(generator), mean, std);
  return x;
}

}  // namespace

Generator& default_generator() {
  static Generator generator;
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().manual_seed(seed); }

Tensor Generator::get_state() const {
  return Tensor::from_vector<std::int64_t>(
      {static_cast<std::int64_t>(seed_), static_cast<std::int64_t>(calls_.load())});
}

void Generator::set_state(const Tensor& state) {
  check<ShapeError>(state.shape() == Shape{2},
                    "set_state: needs what get_state() gave, of shape [2]: got {}", state.shape());
  check<DTypeError>(state.dtype() == int64, "set_state: needs what get_state() gave, of int64: {}",
                    state.dtype());
  const std::vector<std::int64_t> values = state.to_vector<std::int64_t>();
  seed_ = static_cast<std::uint64_t>(values[0]);
  calls_ = static_cast<std::uint64_t>(values[1]);
}

Tensor rand(const Shape& shape, const TensorOptions& options, Generator& generator) {
  const DType dtype = options.dtype.value_or(float32);
  check_floating("rand", dtype);
  return finished(uniform(shape, dtype, 0, 1, generator), options);
}

Tensor randn(const Shape& shape, const TensorOptions& options, Generator& generator) {
  const DType dtype = options.dtype.value_or(float32);
  check_floating("randn", dtype);
  return finished(normal(shape, dtype, 0, 1, generator), options);
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
               const TensorOptions& options, Generator& generator) {
  const DType dtype = options.dtype.value_or(int64);
  check<IndexError>(low < high, "randint: there is no integer from {} to below {}", low, high);
  check_holds("randint", dtype, low, high - 1);
  const Tensor x = make_tensor(dtype, shape);
  const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  kernels::integers(kernels::ref(x), next(generator), low, count);
  return finished(x, options);
}

Tensor randint(std::int64_t high, const Shape& shape, const TensorOptions& options,
               Generator& generator) {
  return randint(0, high, shape, options, generator);
}

Tensor randperm(std::int64_t n, const TensorOptions& options, Generator& generator) {
  const DType dtype = options.dtype.value_or(int64);
  check<ShapeError>(n >= 0, "randperm: {} elements; n can't be negative", n);
  check_holds("randperm", dtype, 0, std::max<std::int64_t>(n - 1, 0));
  const Tensor x = make_tensor(int64, Shape{n});
  kernels::permutation(kernels::ref(x), next(generator));
  return finished(x.to(dtype), options);
}

Tensor rand_like(const Tensor& x, const TensorOptions& options, Generator& generator) {
  return rand(x.shape(), like(x, options), generator);
}

Tensor randn_like(const Tensor& x, const TensorOptions& options, Generator& generator) {
  return randn(x.shape(), like(x, options), generator);
}

Tensor randint_like(const Tensor& x, std::int64_t low, std::int64_t high,
                    const TensorOptions& options, Generator& generator) {
  return randint(low, high, x.shape(), like(x, options), generator);
}

Tensor bernoulli(const Tensor& p, Generator& generator) {
  check_floating("bernoulli", p.dtype());
  return unrecorded([&] { return (rand_like(p, {}, generator) < p).to(p.dtype()); });
}

Tensor bernoulli_like(const Tensor& x, double p, const TensorOptions& options,
                      Generator& generator) {
  check<Error>(p >= 0 && p <= 1, "bernoulli_like: {} is no probability; use 0 to 1", p);
  const Tensor mask = make_tensor(options.dtype.value_or(x.dtype()), x.shape());
  kernels::bernoulli(kernels::ref(mask), next(generator), p);
  return finished(mask, options);
}

Tensor uniform_(Tensor x, double low, double high, Generator& generator) {
  check_floating("uniform_", x.dtype());
  const double most =
      x.dtype() == float32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  check<Error>(low <= high && high - low <= most,
               "uniform_: from {} to {} is no interval that {} can hold", low, high, x.dtype());
  return x.copy_(uniform(x.shape(), x.dtype(), low, high, generator));
}

Tensor normal_(Tensor x, double mean, double std, Generator& generator) {
  check_floating("normal_", x.dtype());
  check<Error>(
      std >= 0 && std::isfinite(std) && std::isfinite(mean),
      "normal_: mean {} and standard deviation {}; both must be finite, and the latter not "
      "negative",
      mean, std);
  return x.copy_(normal(x.shape(), x.dtype(), mean, std, generator));
}

}  // namespace tapegrad
