#include "kernels/step.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {
namespace {

template <class T, std::size_t N, class F, std::size_t... K>
void row(const F& f, const std::array<std::byte*, N>& at, const std::array<std::int64_t, N>& stride,
         std::int64_t n, std::index_sequence<K...>) {
  const std::array<T*, N> p{reinterpret_cast<T*>(at[K])...};
  if (((stride[K] == 1) && ...)) {
    for (std::int64_t i = 0; i < n; ++i) f(p[K][i]...);
  } else {
    for (std::int64_t i = 0; i < n; ++i) f(p[K][i * stride[K]]...);
  }
}

/// f(element of each array...), whose references it may assign to.
template <class T, std::size_t N, class F>
void for_each(const std::array<Ref, N>& arrays, const F& f) {
  Walk<N>(arrays).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    row<T>(f, at, stride, n, std::make_index_sequence<N>{});
  });
}

/// What a step follows: the gradient with its sign and the pull of the weight decay.
template <class T>
struct Direction {
  T weight_decay;
  bool maximize;
  T operator()(T x, T g) const {
    const T d = maximize ? -g : g;
    return weight_decay != 0 ? d + weight_decay * x : d;
  }
};

/// Adam's rule for one element; `largest` returns the mean square that the step divides by.
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

  template <class Largest>
  void operator()(T& x, T g, T& mean, T& square, const Largest& largest) const {
    const T d = direction_(x, g);
    const T m = beta1_ * mean + rest1_ * d;
    const T v = beta2_ * square + rest2_ * d * d;
    mean = m;
    square = v;
    const T scale = std::sqrt(largest(v)) / root_correction_ + eps_;
    x = shrink_ * x - step_size_ * m / scale;
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
    for_each<T, 2>({x, g}, [=](T& value, const T& grad) { value -= lr * direction(value, grad); });
  });
}

void sgd_momentum_step(const SgdStep& step, Ref x, Ref g, Ref momentum) {
  dispatch_floating("SGD", x.dtype, [&]<class T>(std::type_identity<T>) {
    const Direction<T> direction{static_cast<T>(step.weight_decay), step.maximize};
    const T lr = static_cast<T>(step.lr);
    const T keep = static_cast<T>(step.momentum);
    const T take = static_cast<T>(step.take);
    const bool nesterov = step.nesterov;
    for_each<T, 3>({x, g, momentum}, [=](T& value, const T& grad, T& average) {
      const T d = direction(value, grad);
      const T b = keep * average + take * d;
      average = b;
      value -= lr * (nesterov ? d + keep * b : b);
    });
  });
}

void adam_step(const AdamStep& step, Ref x, Ref g, Ref mean, Ref square) {
  dispatch_floating("Adam", x.dtype, [&]<class T>(std::type_identity<T>) {
    const AdamRule<T> rule(step);
    for_each<T, 4>({x, g, mean, square}, [=](T& value, const T& grad, T& m, T& v) {
      rule(value, grad, m, v, [](T now) { return now; });
    });
  });
}

void amsgrad_step(const AdamStep& step, Ref x, Ref g, Ref mean, Ref square, Ref largest) {
  dispatch_floating("Adam", x.dtype, [&]<class T>(std::type_identity<T>) {
    const AdamRule<T> rule(step);
    for_each<T, 5>({x, g, mean, square, largest},
                   [=](T& value, const T& grad, T& m, T& v, T& most) {
                     rule(value, grad, m, v, [&](T now) { return most = most > now ? most : now; });
                   });
  });
}

}  // namespace tapegrad::kernels
