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

/// f(batch of each array...): references that it may assign to.
template <class T, std::size_t N, class F>
void for_each(const std::array<Ref, N>& arrays, const F& f) {
  Walk<N>(arrays).parallel_rows(grain, [&](const auto& at, const auto& stride, std::int64_t n) {
    row<T>(f, at, stride, n, std::make_index_sequence<N>{});
  });
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

/// Adam's rule; `largest` gives the mean square that the step divides by.
template <class T>
class AdamRule {
 public:
  explicit AdamRule(const AdamStep& step)
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
  void operator()(V& x, const V& g, V& mean, V& square, const Largest& largest) const {
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

}  // namespace

void sgd_step(const SgdStep& step, Ref x, Ref g) {
  dispatch_floating("SGD", x.dtype, [&]<class T>(std::type_identity<T>) {
    const Direction<T> direction{static_cast<T>(step.weight_decay), step.maximize};
    const T lr = static_cast<T>(step.lr);
    for_each<T, 2>({x, g}, [=]<class V>(V& value, const V& grad) {
      value = value - lr * direction(value, grad);
    });
  });
}

void sgd_momentum_step(const SgdStep& step, Ref x, Ref g, Ref momentum) {
  dispatch_floating("SGD", x.dtype, [&]<class T>(std::type_identity<T>) {
    const Direction<T> direction{static_cast<T>(step.weight_decay), step.maximize};
    const T lr = static_cast<T>(step.lr);
    const T keep = static_cast<T>(step.momentum);
    const T take = static_cast<T>(step.take);
    const bool nesterov = step.nesterov;
    for_each<T, 3>({x, g, momentum}, [=]<class V>(V& value, const V& grad, V& average) {
      const V d = direction(value, grad);
      average = keep * average + take * d;
      value = value - lr * (nesterov ? V(d + keep * average) : average);
    });
  });
}

void adam_step(const AdamStep& step, Ref x, Ref g, Ref mean, Ref square) {
  dispatch_floating("Adam", x.dtype, [&]<class T>(std::type_identity<T>) {
    const AdamRule<T> rule(step);
    for_each<T, 4>({x, g, mean, square}, [=]<class V>(V& value, const V& grad, V& m, V& v) {
      rule(value, grad, m, v, [](const V& now) { return now; });
    });
  });
}

void amsgrad_step(const AdamStep& step, Ref x, Ref g, Ref mean, Ref square, Ref largest) {
  dispatch_floating("Adam", x.dtype, [&]<class T>(std::type_identity<T>) {
    const AdamRule<T> rule(step);
    for_each<T, 5>(
        {x, g, mean, square, largest}, [=]<class V>(V& value, const V& grad, V& m, V& v, V& most) {
          rule(value, grad, m, v, [&](const V& now) { return most = maximum(most, now); });
        });
  });
}

}  // namespace tapegrad::kernels
