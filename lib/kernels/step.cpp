#include "kernels/step.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/simd.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {
namespace {

constexpr std::size_t gradient = 1;  // its place in every list of arrays; it is only read

/// Elements that lie apart, or fewer than a batch of them: through a batch all the same, so that a
/// result doesn't depend on its place.
template <class T, std::size_t N, class F, std::size_t... K>
void padded(const F& f, const std::array<T*, N>& p, const std::array<std::int64_t, N>& stride,
            std::int64_t n, std::index_sequence<K...>) {
  constexpr std::size_t width = Batch<T>::size;
  alignas(64) T values[N][width] = {};
  for (std::size_t k = 0; k < N; ++k) {
    for (std::int64_t i = 0; i < n; ++i) values[k][i] = p[k][i * stride[k]];
  }
  std::array<Batch<T>, N> v{Batch<T>::load_aligned(values[K])...};
  f(v[K]...);
  for (std::size_t k = 0; k < N; ++k) {
    if (k == gradient) continue;
    v[k].store_aligned(values[k]);
    for (std::int64_t i = 0; i < n; ++i) p[k][i * stride[k]] = values[k][i];
  }
}

template <class T, std::size_t N, class F, std::size_t... K>
void row(const F& f, const std::array<std::byte*, N>& at, const std::array<std::int64_t, N>& stride,
         std::int64_t n, std::index_sequence<K...> places) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  const bool dense = ((stride[K] == 1) && ...);
  for (std::int64_t i = 0; i < n; i += width) {
    const std::array<T*, N> p{reinterpret_cast<T*>(at[K]) + i * stride[K]...};
    if (!dense || n - i < width) {
      padded(f, p, stride, std::min(width, n - i), places);
      continue;
    }
    std::array<Batch<T>, N> v{Batch<T>::load_unaligned(p[K])...};
    f(v[K]...);
    ((K != gradient ? v[K].store_unaligned(p[K]) : void()), ...);
  }
}

/// What a step follows: the gradient with its sign and the pull of the weight decay.
template <class T>
struct Direction {
  T weight_decay;
  bool maximize;
  template <class V>
  V operator()(const V& x, const V& g) const {
    const V d = maximize ? V(-g) : g;
    return weight_decay != 0 ? V(d + weight_decay * x) : d;
  }
};

template <class T>
struct SgdRule {
  Direction<T> direction;
  T lr;
  explicit SgdRule(const SgdStep& step)
      : direction{static_cast<T>(step.weight_decay), step.maximize}, lr(static_cast<T>(step.lr)) {}
  template <class V>
  void operator()(V& x, const V& g) const {
    x = x - lr * direction(x, g);
  }
};

template <class T>
struct MomentumRule : SgdRule<T> {
  T keep;
  T fresh;
  bool nesterov;
  explicit MomentumRule(const SgdStep& step)
      : SgdRule<T>(step),
        keep(static_cast<T>(step.momentum)),
        fresh(static_cast<T>(step.take)),
        nesterov(step.nesterov) {}
  template <class V>
  void operator()(V& x, const V& g, V& momentum) const {
    const V d = this->direction(x, g);
    momentum = keep * momentum + fresh * d;
    x = x - this->lr * (nesterov ? V(d + keep * momentum) : momentum);
  }
};

/// Adam's rule; `largest` gives the mean square that the step divides by.
template <class T>
class AnyAdam {
 public:
  explicit AnyAdam(const AdamStep& step)
      : direction_{static_cast<T>(step.weight_decay), step.maximize},
        step_size_(static_cast<T>(step.step_size)),
        beta1_(static_cast<T>(step.beta1)),
        rest1_(static_cast<T>(1 - step.beta1)),
        beta2_(static_cast<T>(step.beta2)),
        rest2_(static_cast<T>(1 - step.beta2)),
        eps_(static_cast<T>(step.eps)),
        root_correction_(static_cast<T>(step.root_correction)),
        shrink_(static_cast<T>(step.shrink)) {}

  template <class V, class Largest>
  void take(V& x, const V& g, V& mean, V& square, const Largest& largest) const {
    const V d = direction_(x, g);
    mean = beta1_ * mean + rest1_ * d;
    square = beta2_ * square + rest2_ * d * d;
    const V scale = sqrt(largest(square)) / root_correction_ + eps_;
    x = shrink_ * x - step_size_ * mean / scale;
  }

 private:
  Direction<T> direction_;
  T step_size_;
  T beta1_;
  T rest1_;
  T beta2_;
  T rest2_;
  T eps_;
  T root_correction_;
  T shrink_;
};

template <class T>
struct AdamRule : AnyAdam<T> {
  using AnyAdam<T>::AnyAdam;
  template <class V>
  void operator()(V& x, const V& g, V& mean, V& square) const {
    this->take(x, g, mean, square, [](const V& now) { return now; });
  }
};

template <class T>
struct AmsgradRule : AnyAdam<T> {
  using AnyAdam<T>::AnyAdam;
  template <class V>
  void operator()(V& x, const V& g, V& mean, V& square, V& most) const {
    this->take(x, g, mean, square, [&](const V& now) { return most = maximum(most, now); });
  }
};

// ---- all parameters ----

template <std::size_t N>
bool is_dense(const std::array<Ref, N>& arrays) {
  return std::ranges::all_of(arrays, [](const Ref& r) { return r.layout->is_contiguous(); });
}

/// Elements from `begin` to `end` of dense arrays.
template <template <class> class Rule, class Step, std::size_t N>
void run_piece(const Stepped<Step, N>& one, std::int64_t begin, std::int64_t end) {
  dispatch_known_floating(one.arrays[0].dtype, [&]<class T>(std::type_identity<T>) {
    std::array<std::byte*, N> at;
    std::array<std::int64_t, N> stride;
    for (std::size_t k = 0; k < N; ++k) {
      at[k] = one.arrays[k].data + begin * static_cast<std::int64_t>(sizeof(T));
      stride[k] = 1;
    }
    row<T>(Rule<T>(one.step), at, stride, end - begin, std::make_index_sequence<N>{});
  });
}

/// Arrays that lie in any way.
template <template <class> class Rule, class Step, std::size_t N>
void run_strided(const Stepped<Step, N>& one) {
  dispatch_known_floating(one.arrays[0].dtype, [&]<class T>(std::type_identity<T>) {
    const Rule<T> rule(one.step);
    const Walk<N> walk(one.arrays);
    walk.parallel_rows(grain, [&](const auto& at, const auto& stride, std::int64_t n) {
      row<T>(rule, at, stride, n, std::make_index_sequence<N>{});
    });
  });
}

/// The dense parameters are one loop for the threads, as if they lay behind each other.
template <template <class> class Rule, class Step, std::size_t N>
void run(std::span<const Stepped<Step, N>> all) {
  std::int64_t total = 0;
  for (const Stepped<Step, N>& one : all) {
    const bool dense = is_dense(one.arrays);
    dense ? void(total += one.arrays[0].layout->numel()) : run_strided<Rule>(one);
  }
  parallel_for(total, grain, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t first = 0;
    for (const Stepped<Step, N>& one : all) {
      if (!is_dense(one.arrays)) continue;
      const std::int64_t behind = first + one.arrays[0].layout->numel();
      const std::int64_t from = std::max(begin, first);
      const std::int64_t to = std::min(end, behind);
      if (from < to) run_piece<Rule>(one, from - first, to - first);
      first = behind;
    }
  });
}

}  // namespace

void sgd_step(std::span<const Stepped<SgdStep, 2>> all) { run<SgdRule>(all); }
void sgd_momentum_step(std::span<const Stepped<SgdStep, 3>> all) { run<MomentumRule>(all); }
void adam_step(std::span<const Stepped<AdamStep, 4>> all) { run<AdamRule>(all); }
void amsgrad_step(std::span<const Stepped<AdamStep, 5>> all) { run<AmsgradRule>(all); }

}  // namespace tapegrad::kernels
