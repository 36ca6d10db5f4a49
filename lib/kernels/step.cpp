#include "kernels/step.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/simd.hpp"
#include "kernels/step_rules.hpp"
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

// ---- all parameters ----

template <std::size_t N>
bool is_dense(const std::array<Ref, N>& arrays) {
  return std::ranges::all_of(arrays, [](const Ref& r) { return r.layout->is_contiguous(); });
}

/// A rule with its numbers, for the loops.
template <class Step>
struct Rule {
  Step step;
  template <class V, class... Memories>
  void operator()(V& x, const V& g, Memories&... memories) const {
    update(step, x, g, memories...);
  }
};

/// Elements from `begin` to `end` of dense arrays.
template <class Step>
void run_piece(const Stepped<Step>& one, std::int64_t begin, std::int64_t end) {
  constexpr std::size_t count = Step::memories + 2;
  dispatch_known_floating(one.arrays[0].dtype, [&]<class T>(std::type_identity<T>) {
    std::array<std::byte*, count> at;
    std::array<std::int64_t, count> stride;
    for (std::size_t k = 0; k < count; ++k) {
      at[k] = one.arrays[k].data + begin * static_cast<std::int64_t>(sizeof(T));
      stride[k] = 1;
    }
    row<T>(Rule<Step>{one.step}, at, stride, end - begin, std::make_index_sequence<count>{});
  });
}

/// Arrays that lie in any way.
template <class Step>
void run_strided(const Stepped<Step>& one) {
  constexpr std::size_t count = Step::memories + 2;
  dispatch_known_floating(one.arrays[0].dtype, [&]<class T>(std::type_identity<T>) {
    const Walk<count> walk(one.arrays);
    walk.parallel_rows(grain, [&](const auto& at, const auto& stride, std::int64_t n) {
      row<T>(Rule<Step>{one.step}, at, stride, n, std::make_index_sequence<count>{});
    });
  });
}

}  // namespace

// The dense parameters are one loop for the threads, as if they lay behind each other.
template <class Step>
void take_steps(std::span<const Stepped<Step>> all) {
  std::int64_t total = 0;
  for (const Stepped<Step>& one : all) {
    const bool dense = is_dense(one.arrays);
    dense ? void(total += one.arrays[0].layout->numel()) : run_strided(one);
  }
  parallel_for(total, grain, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t first = 0;
    for (const Stepped<Step>& one : all) {
      if (!is_dense(one.arrays)) continue;
      const std::int64_t behind = first + one.arrays[0].layout->numel();
      const std::int64_t from = std::max(begin, first);
      const std::int64_t to = std::min(end, behind);
      if (from < to) run_piece(one, from - first, to - first);
      first = behind;
    }
  });
}

template void take_steps(std::span<const Stepped<SgdStep>> all);
template void take_steps(std::span<const Stepped<MomentumStep>> all);
template void take_steps(std::span<const Stepped<AdamStep>> all);
template void take_steps(std::span<const Stepped<AmsgradStep>> all);
template void take_steps(std::span<const Stepped<NAdamStep>> all);
template void take_steps(std::span<const Stepped<RAdamStep>> all);
template void take_steps(std::span<const Stepped<AdamaxStep>> all);
template void take_steps(std::span<const Stepped<LionStep>> all);
template void take_steps(std::span<const Stepped<AdadeltaStep>> all);
template void take_steps(std::span<const Stepped<AdagradStep>> all);
template void take_steps(std::span<const Stepped<RMSpropStep<false, false>>> all);
template void take_steps(std::span<const Stepped<RMSpropStep<true, false>>> all);
template void take_steps(std::span<const Stepped<RMSpropStep<false, true>>> all);
template void take_steps(std::span<const Stepped<RMSpropStep<true, true>>> all);
template void take_steps(std::span<const Stepped<RpropStep>> all);

}  // namespace tapegrad::kernels
