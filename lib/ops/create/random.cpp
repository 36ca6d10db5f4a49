#include "tapegrad/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/draws.hpp"
#include "core/check.hpp"
#include "core/computed_with.hpp"
#include "core/dispatch.hpp"
#include "core/speaking.hpp"
#include "kernels/random.hpp"
#include "ops/assign.hpp"
#include "ops/create/options.hpp"
#include "ops/floating.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

struct Uniform : Assign<Uniform> {
  static constexpr std::string_view name = "uniform";
};
struct Normal : Assign<Normal> {
  static constexpr std::string_view name = "normal";
};

using State = std::shared_ptr<detail::RandomState>;

kernels::Stream next(const State& state) {
  note_draw(state);
  return {state->seed, state->calls.fetch_add(1, std::memory_order_relaxed)};
}

/// Numbers from nothing: fill(ref, stream) of a kernel, which a captured program calls again with
/// the stream that comes next by then.
template <class Fill>
struct Draw {
  static constexpr bool has_effect = true;
  std::string_view name;
  Meta meta;
  State state;
  Fill fill;
  void each_size(const auto& f) { std::for_each(meta.shape.begin(), meta.shape.end(), f); }
  Meta result() const { return meta; }
  void into(const Tensor& x) const { fill(kernels::ref(x), next(state)); }
};

template <class Fill>
Tensor drawn(std::string_view operation, const Shape& shape, DType dtype, Generator& generator,
             Fill fill) {
  const Draw<Fill> op{operation, {computed_in(dtype), shape}, generator.state(), fill};
  return converted(speaking_as(operation, [&] { return untaped(op); }), dtype);
}

Tensor uniform(std::string_view operation, const Shape& shape, DType dtype, double low, double high,
               Generator& generator) {
  return drawn(operation, shape, dtype, generator, [=](kernels::Ref x, kernels::Stream stream) {
    kernels::uniform(x, stream, low, high);
  });
}

Tensor normal(std::string_view operation, const Shape& shape, DType dtype, double mean, double std,
              Generator& generator) {
  return drawn(operation, shape, dtype, generator, [=](kernels::Ref x, kernels::Stream stream) {
    kernels::normal(x, stream, mean, std);
  });
}

Tensor standard_uniform(std::string_view operation, const Shape& shape,
                        const TensorOptions& options, Generator& generator) {
  const DType dtype = chosen(operation, options, float32);
  check_floating(operation, dtype);
  return finished(uniform(operation, shape, dtype, 0, 1, generator), options);
}

Tensor standard_normal(std::string_view operation, const Shape& shape, const TensorOptions& options,
                       Generator& generator) {
  const DType dtype = chosen(operation, options, float32);
  check_floating(operation, dtype);
  return finished(normal(operation, shape, dtype, 0, 1, generator), options);
}

/// Of [low, high).
Tensor integers(std::string_view operation, std::int64_t low, std::int64_t high, const Shape& shape,
                const TensorOptions& options, Generator& generator) {
  const DType dtype = chosen(operation, options, int64);
  check<IndexError>(low < high, "{}: there is no integer from {} to below {}", operation, low,
                    high);
  check_holds(operation, dtype, low, high - 1);
  const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const auto fill = [=](kernels::Ref x, kernels::Stream stream) {
    kernels::integers(x, stream, low, count);
  };
  return finished(drawn(operation, shape, dtype, generator, fill), options);
}

/// Both are numbers that the type can hold.
void check_parameters(std::string_view operation, DType dtype, double a, double b) {
  dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) {
    Scalar(a).to<T>(operation);
    Scalar(b).to<T>(operation);
  });
}

void check_normal(std::string_view operation, DType dtype, double mean, double std) {
  check<Error>(std >= 0 && std::isfinite(std) && std::isfinite(mean),
               "{}: mean {} and standard deviation {}; both must be finite, and the latter not "
               "negative",
               operation, mean, std);
  check_parameters(operation, dtype, mean, std);
}

/// exponential_()'s numbers, as float64.
Tensor exponential(std::string_view operation, const Shape& shape, double rate,
                   Generator& generator) {
  // 1 - u is never 0.
  const Tensor u = uniform(operation, shape, float64, 0, 1, generator);
  return unrecorded([&] { return (-u).log1p() / -rate; });
}

}  // namespace

Tensor rand(const Shape& shape, const TensorOptions& options, Generator& generator) {
  return standard_uniform("rand", shape, options, generator);
}

Tensor randn(const Shape& shape, const TensorOptions& options, Generator& generator) {
  return standard_normal("randn", shape, options, generator);
}

Tensor normal(double mean, double std, const Shape& shape, const TensorOptions& options,
              Generator& generator) {
  const DType dtype = chosen("normal", options, float32);
  check_floating("normal", dtype);
  check_normal("normal", dtype, mean, std);
  return finished(normal("normal", shape, dtype, mean, std, generator), options);
}

Tensor detail::randint(std::int64_t low, std::int64_t high, const Shape& shape,
                       const TensorOptions& options, Generator& generator) {
  return integers("randint", low, high, shape, options, generator);
}

Tensor randint(std::int64_t high, const Shape& shape, const TensorOptions& options,
               Generator& generator) {
  return randint(0, high, shape, options, generator);
}

Tensor randperm(std::int64_t n, const TensorOptions& options, Generator& generator) {
  const DType dtype = chosen("randperm", options, int64);
  check<ShapeError>(n >= 0, "randperm: {} elements; n can't be negative", n);
  check_holds("randperm", dtype, 0, std::max<std::int64_t>(n - 1, 0));
  return finished(drawn("randperm", Shape{n}, int64, generator, kernels::permutation).to(dtype),
                  options);
}

Tensor rand_like(const Tensor& x, const TensorOptions& options, Generator& generator) {
  const TensorOptions its = like("rand_like", x, options);
  const ComputedWith guard({&x});
  return standard_uniform("rand_like", x.shape(), its, generator);
}

Tensor randn_like(const Tensor& x, const TensorOptions& options, Generator& generator) {
  const TensorOptions its = like("randn_like", x, options);
  const ComputedWith guard({&x});
  return standard_normal("randn_like", x.shape(), its, generator);
}

Tensor randint_like(const Tensor& x, std::int64_t low, std::int64_t high,
                    const TensorOptions& options, Generator& generator) {
  const TensorOptions its = like("randint_like", x, options);
  const ComputedWith guard({&x});
  return integers("randint_like", low, high, x.shape(), its, generator);
}

Tensor bernoulli(const Tensor& p, Generator& generator) {
  check_defined("bernoulli", p);
  check_floating("bernoulli", p.dtype());
  return in_name_of("bernoulli", [&] {
    return unrecorded([&] { return (rand_like(p, {}, generator) < p).to(p.dtype()); });
  });
}

Tensor bernoulli_like(const Tensor& x, double p, const TensorOptions& options,
                      Generator& generator) {
  check_defined("bernoulli_like", x);
  check<Error>(p >= 0 && p <= 1, "bernoulli_like: {} is no probability; use 0 to 1", p);
  const DType dtype = chosen("bernoulli_like", options, x.dtype());
  const auto fill = [p](kernels::Ref mask, kernels::Stream stream) {
    kernels::bernoulli(mask, stream, p);
  };
  const ComputedWith guard({&x});
  return finished(drawn("bernoulli_like", x.shape(), dtype, generator, fill), options);
}

Tensor multinomial(const Tensor& p, std::int64_t n, bool replacement, Generator& generator) {
  check_defined("multinomial", p);
  check_floating("multinomial", p.dtype());
  check<ShapeError>(p.dim() == 1 || p.dim() == 2,
                    "multinomial: needs one row of numbers or several: shape {}", p.shape());
  check<Error>(n > 0, "multinomial: {} draws; there must be one at least", n);
  return in_name_of("multinomial", [&] {
    const NoGrad guard;
    const Tensor weights = p.to(float64);
    check<Error>(all((weights >= 0) & isfinite(weights)).item<bool>(),
                 "multinomial: a number is negative, NaN or infinite");
    const std::int64_t needed = replacement ? 1 : n;
    check<Error>(all(count_nonzero(weights, -1) >= needed).item<bool>(),
                 "multinomial: {} draws of a row in which fewer than {} numbers are above 0", n,
                 needed);
    if (!replacement) {
      // The first of clocks that ring at these rates.
      return topk(exponential("multinomial", p.shape(), 1, generator) / weights, n, -1, false)
          .indices;
    }
    Shape drawn_shape = p.shape();
    drawn_shape[drawn_shape.size() - 1] = n;
    const Tensor u = uniform("multinomial", drawn_shape, float64, 0, 1, generator);
    const Tensor sums = cumsum(weights, -1);
    return searchsorted(sums, u * sums.slice(-1, -1), true);
  });
}

Tensor uniform_(Tensor x, double low, double high, Generator& generator) {
  check_defined("uniform_", x);
  check_floating("uniform_", x.dtype());
  const double most = dispatch_stored(x.dtype(), []<class T>(std::type_identity<T>) {
    return static_cast<double>(std::numeric_limits<T>::max());
  });
  check<Error>(low <= high && high - low <= most,
               "uniform_: from {} to {} is no interval that {} can hold", low, high, x.dtype());
  check_parameters("uniform_", x.dtype(), low, high);
  return apply_in_place(Uniform{}, x,
                        uniform("uniform_", x.shape(), x.dtype(), low, high, generator));
}

Tensor normal_(Tensor x, double mean, double std, Generator& generator) {
  check_defined("normal_", x);
  check_floating("normal_", x.dtype());
  check_normal("normal_", x.dtype(), mean, std);
  return apply_in_place(Normal{}, x, normal("normal_", x.shape(), x.dtype(), mean, std, generator));
}

Tensor& Tensor::uniform_(double low, double high, Generator& generator) {
  check_defined_self("uniform_", *this);
  tapegrad::uniform_(*this, low, high, generator);
  return *this;
}

Tensor& Tensor::normal_(double mean, double std, Generator& generator) {
  check_defined_self("normal_", *this);
  tapegrad::normal_(*this, mean, std, generator);
  return *this;
}

Tensor& Tensor::bernoulli_(detail::Real p, Generator& generator) {
  check_writable("bernoulli_", *this);
  check<Error>(p >= 0 && p <= 1, "bernoulli_: {} is no probability; use 0 to 1", double{p});
  return written("bernoulli_", *this, bernoulli_like(*this, p, {}, generator));
}

Tensor& Tensor::bernoulli_(const Tensor& p, Generator& generator) {
  check_writable("bernoulli_", *this);
  check_defined_self("bernoulli_", *this, p);
  check_floating("bernoulli_", p.dtype());
  check_reaches("bernoulli_", *this, p);
  return written("bernoulli_", *this, bernoulli(p.expand(shape()), generator).to(dtype()));
}

Tensor& Tensor::random_(std::int64_t low, std::int64_t high, Generator& generator) {
  check_writable("random_", *this);
  return written("random_", *this,
                 integers("random_", low, high, shape(), {.dtype = dtype()}, generator));
}

Tensor& Tensor::exponential_(double rate, Generator& generator) {
  check_writable("exponential_", *this);
  check_floating("exponential_", dtype());
  check<Error>(rate > 0 && std::isfinite(rate), "exponential_: a rate of {}; it must be above 0",
               rate);
  return written("exponential_", *this,
                 converted(exponential("exponential_", shape(), rate, generator), dtype()));
}

}  // namespace tapegrad
