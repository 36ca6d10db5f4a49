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

/// A batch of each array: of elements that lie apart, or of fewer than it has, filled up with 0.
template <class T, std::size_t N>
struct Batches {
  static constexpr std::size_t width = Batch<T>::size;
  alignas(64) T values[N][width];

  [[gnu::noinline]] void take(const std::array<T*, N>& p, const std::array<std::int64_t, N>& stride,
                              std::int64_t n) {
    for (std::size_t k = 0; k < N; ++k) {
      std::fill_n(values[k], width, T(0));
      for (std::int64_t i = 0; i < n; ++i) values[k][i] = p[k][i * stride[k]];
    }
  }
  [[gnu::noinline]] void give(const std::array<T*, N>& p, const std::array<std::int64_t, N>& stride,
                              std::int64_t n) const {
    for (std::size_t k = 0; k < N; ++k) {
      if (k == gradient) continue;
      for (std::int64_t i = 0; i < n; ++i) p[k][i * stride[k]] = values[k][i];
    }
  }
};

/// Elements that lie apart, or fewer than a batch of them: through a batch all the same, so that a
/// result doesn't depend on its place.
template <class T, std::size_t N, class F, std::size_t... K>
void padded(const F& f, const std::array<T*, N>& p, const std::array<std::int64_t, N>& stride,
            std::int64_t n, std::index_sequence<K...>) {
  Batches<T, N> few;
  few.take(p, stride, n);
  std::array<Batch<T>, N> v{Batch<T>::load_aligned(few.values[K])...};
  f(v[K]...);
  (v[K].store_aligned(few.values[K]), ...);
  few.give(p, stride, n);
}

template <class T, std::size_t N, class F, std::size_t... K>
void row(const F& f, const std::array<std::byte*, N>& at, const std::array<std::int64_t, N>& stride,
         std::int64_t n, std::index_sequence<K...> places) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  const std::array<T*, N> first{reinterpret_cast<T*>(at[K])...};
  const std::int64_t whole = ((stride[K] == 1) && ...) ? n - width : -1;
  for (std::int64_t i = 0; i < n; i += width) {
    if (i > whole) {
      padded(f, std::array<T*, N>{first[K] + i * stride[K]...}, stride, std::min(width, n - i),
             places);
      continue;
    }
    std::array<Batch<T>, N> v{Batch<T>::load_unaligned(first[K] + i)...};
    f(v[K]...);
    ((K != gradient ? v[K].store_unaligned(first[K] + i) : void()), ...);
  }
}

// ---- all parameters ----

template <std::size_t N>
using Pointers = std::array<std::byte*, N>;
template <std::size_t N>
using StrideOf = std::array<std::int64_t, N>;

/// The steps of all parameters, for loops that know how many arrays there are, and no rule.
template <std::size_t N>
struct Steps {
  std::size_t count;
  const std::byte* first;  // the first one's arrays
  std::size_t distance;    // in bytes, to those of the next
  /// n elements of parameter i of `all`.
  void (*row)(const void* all, std::size_t i, const Pointers<N>& at, const StrideOf<N>& stride,
              std::int64_t n);
  const void* all;

  const std::array<Ref, N>& arrays(std::size_t i) const {
    return *reinterpret_cast<const std::array<Ref, N>*>(first + i * distance);
  }
};

template <class Step, std::size_t N = Step::memories + 2>
void row_of(const void* all, std::size_t i, const Pointers<N>& at, const StrideOf<N>& stride,
            std::int64_t n) {
  const Stepped<Step>& one = static_cast<const Stepped<Step>*>(all)[i];
  const auto rule = [step = one.step](auto& x, const auto& g, auto&... memories) {
    update(step, x, g, memories...);
  };
  dispatch_known_floating(one.arrays[0].dtype, [&]<class T>(std::type_identity<T>) {
    row<T>(rule, at, stride, n, std::make_index_sequence<N>{});
  });
}

/// One element of each array. Finding out more, and calling, takes several times as long.
template <class Step>
void step_number(const Stepped<Step>& one) {
  dispatch_known_floating(one.arrays[0].dtype, [&]<class T>(std::type_identity<T>) {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      std::array<Batch<T>, sizeof...(K)> v{Batch<T>(*one.arrays[K].template as<T>())...};
      update(one.step, v[K]...);
      ((K != gradient ? void(*one.arrays[K].template as<T>() = v[K].get(0)) : void()), ...);
    }
    (std::make_index_sequence<Step::memories + 2>{});
  });
}

template <std::size_t N>
bool is_number(const std::array<Ref, N>& arrays) {
  return arrays[0].layout->numel() == 1;
}

template <std::size_t N>
bool is_dense(const std::array<Ref, N>& arrays) {
  return !is_number(arrays) &&
         std::ranges::all_of(arrays, [](const Ref& r) { return r.layout->is_contiguous(); });
}

/// Elements from `begin` to `end` of dense arrays.
template <std::size_t N>
void run_piece(const Steps<N>& steps, std::size_t i, std::int64_t begin, std::int64_t end) {
  const std::array<Ref, N>& arrays = steps.arrays(i);
  const std::int64_t offset = begin * static_cast<std::int64_t>(size_of(arrays[0].dtype));
  Pointers<N> at;
  StrideOf<N> stride;
  for (std::size_t k = 0; k < N; ++k) {
    at[k] = arrays[k].data + offset;
    stride[k] = 1;
  }
  steps.row(steps.all, i, at, stride, end - begin);
}

/// All but single numbers. The dense parameters are one loop for the threads, as if they lay behind
/// each other.
template <std::size_t N>
void run(const Steps<N>& steps) {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < steps.count; ++i) {
    const std::array<Ref, N>& arrays = steps.arrays(i);
    if (is_dense(arrays)) {
      total += arrays[0].layout->numel();
    }
    if (is_dense(arrays) || is_number(arrays)) continue;
    Walk<N>(arrays).parallel_rows(grain, [&](const auto& at, const auto& stride, std::int64_t n) {
      steps.row(steps.all, i, at, stride, n);
    });
  }
  if (total <= grain) {
    for (std::size_t i = 0; i < steps.count; ++i) {
      const std::array<Ref, N>& arrays = steps.arrays(i);
      if (is_dense(arrays)) run_piece(steps, i, 0, arrays[0].layout->numel());
    }
    return;
  }
  parallel_for(total, grain, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t first = 0;
    for (std::size_t i = 0; i < steps.count; ++i) {
      const std::array<Ref, N>& arrays = steps.arrays(i);
      if (!is_dense(arrays)) continue;
      const std::int64_t behind = first + arrays[0].layout->numel();
      const std::int64_t from = std::max(begin, first);
      const std::int64_t to = std::min(end, behind);
      if (from < to) run_piece(steps, i, from - first, to - first);
      first = behind;
    }
  });
}

/// The named rows of matrices.
template <std::size_t N>
void run_rows(const Steps<N>& steps, Ref rows) {
  const auto* which = rows.as<const std::int64_t>();
  const std::array<Ref, N>& arrays = steps.arrays(0);
  const auto size = static_cast<std::int64_t>(size_of(arrays[0].dtype));
  const std::int64_t width = arrays[0].layout->shape()[1];
  StrideOf<N> down, along;
  for (std::size_t k = 0; k < N; ++k) {
    down[k] = arrays[k].layout->strides()[0] * size;
    along[k] = arrays[k].layout->strides()[1];
  }
  parallel_for(rows.layout->numel(), grain / std::max<std::int64_t>(1, width) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t j = begin; j < end; ++j) {
                   Pointers<N> at;
                   for (std::size_t k = 0; k < N; ++k) {
                     at[k] = arrays[k].data + (k == gradient ? j : which[j]) * down[k];
                   }
                   steps.row(steps.all, 0, at, along, width);
                 }
               });
}

template <class Step>
Steps<Step::memories + 2> steps_of(std::span<const Stepped<Step>> all) {
  return {.count = all.size(),
          .first = reinterpret_cast<const std::byte*>(&all[0].arrays),
          .distance = sizeof(all[0]),
          .row = row_of<Step>,
          .all = all.data()};
}

}  // namespace

// Both reach a rule by its pointer: called here and there it would cost each row a call more.
template <class Step>
void take_row_steps(const Stepped<Step>& one, Ref rows) {
  run_rows(steps_of(std::span(&one, 1)), rows);
}

template void take_row_steps(const Stepped<SgdStep>& one, Ref rows);
template void take_row_steps(const Stepped<AdamStep>& one, Ref rows);
template void take_row_steps(const Stepped<AdagradStep>& one, Ref rows);

template <class Step>
void take_steps(std::span<const Stepped<Step>> all) {
  std::size_t numbers = 0;
  for (const Stepped<Step>& one : all) {
    if (!is_number(one.arrays)) continue;
    step_number(one);
    ++numbers;
  }
  if (numbers < all.size()) run(steps_of(all));
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
