// Loops that apply a function element by element: one vector loop for contiguous floats, rows of
// it for everything else.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/dense_loop.hpp"
#include "kernels/part_of_batch.hpp"
#include "kernels/ref.hpp"
#include "kernels/simd.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {

/// Whether f can be called with SIMD batches: an operation says `vector = false` where the exact
/// library function has no batch form.
template <class F>
constexpr bool vectorizes() {
  if constexpr (requires { F::vector; }) {
    return F::vector;
  } else {
    return true;
  }
}

/// Whether f gives a Value; what <cmath> has for double alone, and what f cannot call at all, do
/// not.
template <class F, class Value, class... In>
concept Gives = requires(const F& f, const In&... in) {
  { f(in...) } -> std::same_as<Value>;
};

/// A vector loop over one row. Each input is either contiguous or one repeated element. The last
/// batch overlaps the one before it, or is filled up where there is none: all elements run through
/// the same vector code, and none's value depends on its place.
template <class T, std::size_t N>
class VectorRow {
  static constexpr std::int64_t width = static_cast<std::int64_t>(Batch<T>::size);
  static constexpr std::int64_t chunk = 32 * width;
  using Block = std::array<T, static_cast<std::size_t>(chunk)>;
  using Sources = std::array<const T*, N>;
  using Steps = std::array<std::int64_t, N>;

 public:
  /// advance[k] is 1, or 0 where in[k] is a batch of one repeated element. Both are copies: what a
  /// batch is stored to might be them.
  template <class F>
  [[gnu::always_inline]] static void dense(const F& f, T* out, Sources in, Steps advance,
                                           std::int64_t n) {
    [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
      static_assert(Gives<F, Batch<T>, std::enable_if_t<K + 1 != 0, Batch<T>>...>,
                    "f of SIMD batches must give a batch of their type: give each function that it "
                    "calls a form for batches in kernels/simd.hpp, or say `vector = false`");
      if (n <= 0) return;
      if (n == 1) {
        *out = f(Batch<T>(*in[K])...).data[0];
        return;
      }
      const std::int64_t end = n - width;
      // Before any result is stored, which may be where an input is.
      const std::array<Batch<T>, N> last{end >= 0
                                             ? Batch<T>::load_unaligned(in[K] + end * advance[K])
                                             : part_of_batch<T>(in[K], n * advance[K], *in[K])...};
      for (std::int64_t i = 0; i < end; i += width) {
        f(Batch<T>::load_unaligned(in[K] + i * advance[K])...).store_unaligned(out + i);
      }
      const Batch<T> result = f(last[K]...);
      if (end >= 0) return result.store_unaligned(out + end);
      alignas(64) T few[static_cast<std::size_t>(width)];
      result.store_aligned(few);
      copy_few(few, n, out);
    }
    (std::make_index_sequence<N>{});
  }

  /// dense() of an f, whatever its type.
  template <class F>
  static void call(const void* f, std::byte* out, const std::byte* const* in,
                   const std::int64_t* advance, std::int64_t n) {
    [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
      dense(*static_cast<const F*>(f), reinterpret_cast<T*>(out),
            {reinterpret_cast<const T*>(in[K])...}, {advance[K]...}, n);
    }
    (std::make_index_sequence<N>{});
  }

  /// Rows with any strides pass through blocks on the stack. All that there is of it for each f is
  /// one call().
  template <class F>
  static void run(const F& f, T* out, std::int64_t out_stride, const Sources& in,
                  const Steps& stride, std::int64_t n) {
    run_any({&f, &call<F>}, out, out_stride, in, stride, n);
  }

 private:
  struct Dense {
    const void* f;
    DenseCall call;
    void operator()(T* out, const Sources& in, const Steps& advance, std::int64_t n) const {
      std::array<const std::byte*, N> from;
      for (std::size_t k = 0; k < N; ++k) from[k] = reinterpret_cast<const std::byte*>(in[k]);
      call(f, reinterpret_cast<std::byte*>(out), from.data(), advance.data(), n);
    }
  };

  [[gnu::noinline]] static void run_any(const Dense& f, T* out, std::int64_t out_stride, Sources in,
                                        const Steps& stride, std::int64_t n) {
    alignas(64) T repeated[N][static_cast<std::size_t>(width)];
    Steps advance;
    bool direct = out_stride == 1 || n == 1;
    for (std::size_t k = 0; k < N; ++k) {
      advance[k] = stride[k] == 0 && n > 1 ? 0 : 1;
      if (advance[k] == 0) {
        std::fill_n(repeated[k], width, *in[k]);
        in[k] = repeated[k];
      } else {
        direct = direct && (stride[k] == 1 || n == 1);
      }
    }
    if (direct) return f(out, in, advance, n);
    gathered(f, out, out_stride, in, stride, n);
  }

  static void gathered(const Dense& f, T* out, std::int64_t out_stride, const Sources& in,
                       const Steps& stride, std::int64_t n) {
    alignas(64) Block blocks[N];
    alignas(64) Block results;
    for (std::int64_t i = 0; i < n; i += chunk) {
      const std::int64_t m = std::min(chunk, n - i);
      Sources from;
      Steps advance;
      for (std::size_t k = 0; k < N; ++k) {
        advance[k] = stride[k] == 0 ? 0 : 1;
        from[k] = in[k] + i * stride[k];
        if (stride[k] == 0 || stride[k] == 1) continue;
        for (std::int64_t j = 0; j < m; ++j) {
          blocks[k][static_cast<std::size_t>(j)] = from[k][j * stride[k]];
        }
        from[k] = blocks[k].data();
      }
      T* to = out_stride == 1 ? out + i : results.data();
      f(to, from, advance, m);
      if (out_stride == 1) continue;
      for (std::int64_t j = 0; j < m; ++j) {
        out[(i + j) * out_stride] = results[static_cast<std::size_t>(j)];
      }
    }
  }
};

/// How a loop reads elements: booleans as bytes, because g++ 12 makes no vectors of bool.
template <class In>
using Read = std::conditional_t<std::is_same_v<In, bool>, std::uint8_t, In>;

/// A plain loop over one row, left to the compiler; f is a copy, because its numbers might be where
/// results are stored.
template <class Out, class F, class... In>
void scalar_row(const F f, Out* out, std::int64_t out_stride, std::int64_t n, const Read<In>*... in,
                std::array<std::int64_t, sizeof...(In)> stride) {
  static_assert(
      !std::is_floating_point_v<Out> || !(std::is_same_v<Out, In> && ...) || Gives<F, Out, In...>,
      "f of numbers must give their type: give each function that it calls a form for "
      "scalars in kernels/simd.hpp, as exp() has; constants are constant(x, c)");
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    if (out_stride == 1 && ((stride[K] == 1) && ...)) {
      for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(f(static_cast<In>(in[i])...));
    } else {
      for (std::int64_t i = 0; i < n; ++i) {
        out[i * out_stride] = static_cast<Out>(f(static_cast<In>(in[i * stride[K]])...));
      }
    }
  }
  (std::make_index_sequence<sizeof...(In)>{});
}

template <class F, class Out, class... In>
constexpr bool in_batches = vectorizes<F>() && std::is_floating_point_v<Out> &&
                            (std::is_same_v<Out, In> && ...);

/// One row with the element types known. It is compiled once, not for each way to walk.
template <class Out, class... In, class F>
[[gnu::noinline]] void map_row(const F& f, const std::array<std::byte*, sizeof...(In) + 1>& at,
                               const std::array<std::int64_t, sizeof...(In) + 1>& stride,
                               std::int64_t n) {
  constexpr std::size_t count = sizeof...(In);
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    Out* out = reinterpret_cast<Out*>(at[0]);
    const std::array<std::int64_t, count> in_stride{stride[K + 1]...};
    if constexpr (in_batches<F, Out, In...>) {
      VectorRow<Out, count>::run(f, out, stride[0], {reinterpret_cast<const Out*>(at[K + 1])...},
                                 in_stride, n);
    } else {
      scalar_row<Out, F, In...>(f, out, stride[0], n,
                                reinterpret_cast<const Read<In>*>(at[K + 1])..., in_stride);
    }
  }
  (std::index_sequence_for<In...>{});
}

/// The shortest way, which small tensors go: all arrays lie without gaps.
template <class Out, class... In, class F>
void map_dense(const F& f, const std::array<Ref, sizeof...(In) + 1>& arrays, std::int64_t n) {
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    Out* out = reinterpret_cast<Out*>(arrays[0].data);
    if constexpr (in_batches<F, Out, In...>) {
      constexpr std::array<std::int64_t, sizeof...(In)> ahead{(K * 0 + 1)...};
      VectorRow<Out, sizeof...(In)>::dense(
          f, out, {reinterpret_cast<const Out*>(arrays[K + 1].data)...}, ahead, n);
    } else {
      scalar_row<Out, F, In...>(
          f, out, 1, n, reinterpret_cast<const Read<In>*>(arrays[K + 1].data)..., {(K * 0 + 1)...});
    }
  }
  (std::index_sequence_for<In...>{});
}

/// The longest way, which is the same whatever a row does.
template <std::size_t N>
[[gnu::noinline]] void walk_rows(const std::array<Ref, N>& arrays,
                                 const typename Walk<N>::Row& row) {
  Walk<N>(arrays).parallel_rows(grain, row);
}

/// out = f(in...) for arrays of one shape (broadcast before), whose element types are Out and In.
/// out may be one of the inputs if it lies exactly like it.
template <class Out, class... In, class F>
void map(const F& f, const std::array<Ref, sizeof...(In) + 1>& arrays) {
  constexpr std::size_t count = sizeof...(In) + 1;
  const std::int64_t n = arrays[0].layout->numel();
  bool dense = n <= grain;
  for (const Ref& r : arrays) dense = dense && r.layout->is_contiguous();
  if (dense) return map_dense<Out, In...>(f, arrays, n);
  using Pointers = std::array<std::byte*, count>;
  using Steps = std::array<std::int64_t, count>;
  walk_rows<count>(
      arrays, {&f, [](const void* g, const Pointers& at, const Steps& stride, std::int64_t length) {
                 map_row<Out, In...>(*static_cast<const F*>(g), at, stride, length);
               }});
}

}  // namespace tapegrad::kernels
