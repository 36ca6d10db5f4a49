// Random tensors. Philox, a counter-based generator, makes element i of a call from the seed, the
// number of the call and i alone: any number of threads gives the same numbers, on every machine.
// Normal numbers, too, are made without the mathematical library, which differs between them.
// Source: Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2,
// 3".
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace detail {

/// What a generator's next numbers depend on. It outlives the generator for what draws from it
/// later: a captured program, a checkpoint.
struct RandomState {
  explicit RandomState(std::uint64_t its_seed, std::uint64_t so_far = 0)
      : seed(its_seed), calls(so_far) {}
  RandomState(const RandomState& other) : RandomState(other.seed, other.calls.load()) {}
  RandomState& operator=(const RandomState& other) {
    seed = other.seed;
    calls = other.calls.load();
    return *this;
  }

  std::uint64_t seed;
  std::atomic<std::uint64_t> calls;
};

}  // namespace detail

/// A seed and a count of the calls that have drawn from it; copies go on by themselves. Threads may
/// draw from one generator; which of them gets which call is then up to the scheduler. Nobody may
/// draw while it is seeded or its state is set. In a captured function, making, copying and seeding
/// one are steps of the program.
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 0);
  Generator(const Generator& other);
  Generator& operator=(const Generator& other);
  ~Generator() = default;

  /// Starts again from this seed; in each run, where a program is captured.
  void manual_seed(std::uint64_t seed);
  std::uint64_t initial_seed() const noexcept { return state_->seed; }

  /// All that the numbers to come depend on: int64 of shape [2].
  Tensor get_state() const;
  /// Throws ShapeError or DTypeError for what isn't a state. In each run, where a program is
  /// captured.
  void set_state(const Tensor& state);

  /// For what draws: the number of this call, which no other call gets.
  std::uint64_t next_call() noexcept {
    return state_->calls.fetch_add(1, std::memory_order_relaxed);
  }
  /// For what draws later.
  const std::shared_ptr<detail::RandomState>& state() const noexcept { return state_; }

 private:
  std::shared_ptr<detail::RandomState> state_;
};

/// What functions draw from that aren't given a generator: one for the process, from seed 0, so
/// that a program repeats itself. For other numbers every time:
/// manual_seed(std::random_device{}()).
Generator& default_generator();

/// Seeds the default generator.
void manual_seed(std::uint64_t seed);

/// Uniform on [0, 1): multiples of 2^-24 for float32, of 2^-53 for float64.
/// Throws DTypeError for other dtypes.
Tensor rand(const Shape& shape, const TensorOptions& options = {},
            Generator& generator = default_generator());

/// Normal with mean 0 and standard deviation 1. Throws DTypeError for integers.
/// Source: Box & Muller (1958), "A note on the generation of random normal deviates".
Tensor randn(const Shape& shape, const TensorOptions& options = {},
             Generator& generator = default_generator());

/// Normal with this mean and standard deviation. Throws as normal_().
Tensor normal(double mean, double std, const Shape& shape, const TensorOptions& options = {},
              Generator& generator = default_generator());

namespace detail {

/// As below, where a template keeps {2} in randint(2, {2}, {.dtype = int32}) from being a bound.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
               const TensorOptions& options, Generator& generator);

}  // namespace detail

/// Integers of [low, high), int64 unless `options` says otherwise. The probabilities of two values
/// differ by at most 2^-64. Throws IndexError when the range is empty, DTypeError when the dtype
/// can't hold it exactly.
template <std::convertible_to<std::int64_t> Low, std::convertible_to<std::int64_t> High>
Tensor randint(Low low, High high, const Shape& shape, const TensorOptions& options = {},
               Generator& generator = default_generator()) {
  return detail::randint(low, high, shape, options, generator);
}
/// Integers of [0, high).
Tensor randint(std::int64_t high, const Shape& shape, const TensorOptions& options = {},
               Generator& generator = default_generator());

/// The integers of [0, n) in random order, int64 unless `options` says otherwise. Throws ShapeError
/// when n is negative, DTypeError when the dtype can't hold them exactly.
Tensor randperm(std::int64_t n, const TensorOptions& options = {},
                Generator& generator = default_generator());

/// The shape and, unless `options` says otherwise, the dtype of x.
Tensor rand_like(const Tensor& x, const TensorOptions& options = {},
                 Generator& generator = default_generator());
Tensor randn_like(const Tensor& x, const TensorOptions& options = {},
                  Generator& generator = default_generator());
Tensor randint_like(const Tensor& x, std::int64_t low, std::int64_t high,
                    const TensorOptions& options = {}, Generator& generator = default_generator());

/// 1 with the probability that stands in p, else 0, in p's dtype; outside the tape.
/// Throws DTypeError for integers. What is below 0, and NaN, gives 0, what is above 1 gives 1.
Tensor bernoulli(const Tensor& p, Generator& generator = default_generator());

/// 1 with probability p, else 0, in the shape and dtype of x: dropout's mask. p is rounded to a
/// multiple of 2^-32. Throws Error unless 0 <= p <= 1.
Tensor bernoulli_like(const Tensor& x, double p, const TensorOptions& options = {},
                      Generator& generator = default_generator());

/// `n` places of each row of p, [k] or [m, k], drawn with probabilities in the proportion of its
/// numbers: int64 [n] or [m, n]. Without `replacement` no place comes twice. It looks at p, so not
/// in a captured function. Throws Error where a number is negative, NaN or infinite, where a row
/// has fewer above 0 than are drawn (with replacement: none), and for an n below 1; ShapeError for
/// another rank, DTypeError for integers.
Tensor multinomial(const Tensor& p, std::int64_t n, bool replacement = false,
                   Generator& generator = default_generator());

// Fills replace the elements of x in place, recorded as copy_ is: a leaf that requires grad is
// refused with AutogradError outside NoGrad. They give x back.

/// Uniform on [low, high), or `low` where they are equal. Throws Error unless low <= high and
/// high - low is finite in x's dtype, DTypeError for integers.
Tensor uniform_(Tensor x, double low = 0, double high = 1,
                Generator& generator = default_generator());

/// Normal. Throws Error unless std >= 0 and both are finite, DTypeError for integers.
Tensor normal_(Tensor x, double mean = 0, double std = 1,
               Generator& generator = default_generator());

// Sizes without braces, and the dtype alone in the place of the options: rand(2, 3),
// rand({2, 3}, float64).

template <detail::Integral... Sizes>
requires(sizeof...(Sizes) > 1) Tensor rand(Sizes... sizes) { return rand(Shape{sizes...}); }
template <detail::Integral... Sizes>
requires(sizeof...(Sizes) > 1) Tensor randn(Sizes... sizes) { return randn(Shape{sizes...}); }
Tensor rand(const Shape& shape, std::same_as<DType> auto dtype,
            Generator& generator = default_generator()) {
  return rand(shape, TensorOptions{.dtype = dtype}, generator);
}
Tensor randn(const Shape& shape, std::same_as<DType> auto dtype,
             Generator& generator = default_generator()) {
  return randn(shape, TensorOptions{.dtype = dtype}, generator);
}
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
               std::same_as<DType> auto dtype, Generator& generator = default_generator()) {
  return randint(low, high, shape, TensorOptions{.dtype = dtype}, generator);
}
Tensor randint(std::int64_t high, const Shape& shape, std::same_as<DType> auto dtype,
               Generator& generator = default_generator()) {
  return randint(high, shape, TensorOptions{.dtype = dtype}, generator);
}
Tensor randperm(std::int64_t n, std::same_as<DType> auto dtype,
                Generator& generator = default_generator()) {
  return randperm(n, TensorOptions{.dtype = dtype}, generator);
}
Tensor normal(double mean, double std, const Shape& shape, std::same_as<DType> auto dtype,
              Generator& generator = default_generator()) {
  return normal(mean, std, shape, TensorOptions{.dtype = dtype}, generator);
}
Tensor rand_like(const Tensor& x, std::same_as<DType> auto dtype,
                 Generator& generator = default_generator()) {
  return rand_like(x, TensorOptions{.dtype = dtype}, generator);
}
Tensor randn_like(const Tensor& x, std::same_as<DType> auto dtype,
                  Generator& generator = default_generator()) {
  return randn_like(x, TensorOptions{.dtype = dtype}, generator);
}

// The generator alone: rand({2, 3}, generator).

inline Tensor rand(const Shape& shape, Generator& generator) {
  return rand(shape, TensorOptions{}, generator);
}
inline Tensor randn(const Shape& shape, Generator& generator) {
  return randn(shape, TensorOptions{}, generator);
}
Tensor randint(std::integral auto low, std::integral auto high, const Shape& shape,
               Generator& generator) {
  return randint(low, high, shape, TensorOptions{}, generator);
}
inline Tensor randint(std::int64_t high, const Shape& shape, Generator& generator) {
  return randint(high, shape, TensorOptions{}, generator);
}
inline Tensor randperm(std::int64_t n, Generator& generator) {
  return randperm(n, TensorOptions{}, generator);
}

}  // namespace tapegrad
