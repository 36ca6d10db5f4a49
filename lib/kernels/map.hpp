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
#include "kernels/joined_rows.hpp"
#include "kernels/part_of_batch.hpp"
#include "kernels/ref.hpp"
#include "kernels/simd.hpp"
#include "kernels/turned_rows.hpp"
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
      const std::int64_t end = n - width;
      std::array<Batch<T>, N> last;
      if (n == 1) {
        last = {Batch<T>(*in[K])...};
      } else {
        // Before any result is stored, which may be where an input is.
        last = {end >= 0 ? Batch<T>::load_unaligned(in[K] + end * advance[K])
                         : part_of_batch<T>(in[K], n * advance[K], *in[K])...};
        for (std::int64_t i = 0; i < end; i += width) {
          f(Batch<T>::load_unaligned(in[K] + i * advance[K])...).store_unaligned(out + i);
        }
      }
      const Batch<T> result = f(last[K]...);
      if (n == 1) {
        *out = result.data[0];
        return;
      }
      if (end >= 0) return result.store_unaligned(out + end);
      alignas(64) T few[static_cast<std::size_t>(width)];
      result.store_aligned(few);
      copy_few(few, n, out);
    }
    (std::make_index_sequence<N>{});
  }

  /// dense() of an f, whatever its type. It is a copy, which no result is stored to: so its numbers
  /// are found once, and not for each batch.
  template <class F>
  [[gnu::noinline]] static void call(const void* f, std::byte* out, const std::byte* const* in,
                                     const std::int64_t* advance, std::int64_t n) {
    const F own = *static_cast<const F*>(f);
    [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
      dense(own, reinterpret_cast<T*>(out), {reinterpret_cast<const T*>(in[K])...}, {advance[K]...},
            n);
    }
    (std::make_index_sequence<N>{});
  }

  /// An f whatever its type: all that there is for each f is one call().
  struct Text {
    const void* f;
    DenseCall call;
    void operator()(T* out, const Sources& in, const Steps& advance, std::int64_t n) const {
      std::array<const std::byte*, N> from;
      for (std::size_t k = 0; k < N; ++k) from[k] = reinterpret_cast<const std::byte*>(in[k]);
      call(f, reinterpret_cast<std::byte*>(out), from.data(), advance.data(), n);
    }
  };
  template <class F>
  static Text text(const F& f) {
    return {&f, &call<F>};
  }

  /// Rows with any strides pass through blocks on the stack.
  template <class F>
  static void run(const F& f, T* out, std::int64_t out_stride, const Sources& in,
                  const Steps& stride, std::int64_t n) {
    run_any(text(f), out, out_stride, in, stride, n);
  }
  [[gnu::noinline]] static void run_any(Text f, T* out, std::int64_t out_stride, Sources in,
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

 private:
  static void gathered(Text f, T* out, std::int64_t out_stride, const Sources& in,
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

/// A row of scalar_row() with the element types known.
template <class F, class Out, class... In>
[[gnu::noinline]] void map_row(const void* f, const std::array<std::byte*, sizeof...(In) + 1>& at,
                               const std::array<std::int64_t, sizeof...(In) + 1>& stride,
                               std::int64_t n) {
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    scalar_row<Out, F, In...>(*static_cast<const F*>(f), reinterpret_cast<Out*>(at[0]), stride[0],
                              n, reinterpret_cast<const Read<In>*>(at[K + 1])...,
                              {stride[K + 1]...});
  }
  (std::index_sequence_for<In...>{});
}

/// Few elements that lie without gaps, which are one row.
template <std::size_t N>
bool is_short_row(const std::array<Ref, N>& arrays, std::int64_t n) {
  if (n > grain) return false;
  for (const Ref& r : arrays) {
    if (!r.layout->is_contiguous()) return false;
  }
  return true;
}

/// map() by batches, which is the same whatever f does.
template <class T, std::size_t N>
[[gnu::noinline]] void map_batches(typename VectorRow<T, N>::Text f,
                                   const std::array<Ref, N + 1>& arrays) {
  const std::int64_t n = arrays[0].layout->numel();
  if (is_short_row(arrays, n)) {
    std::array<const std::byte*, N> in;
    std::array<std::int64_t, N> ahead;
    for (std::size_t k = 0; k < N; ++k) {
      in[k] = arrays[k + 1].data;
      ahead[k] = 1;
    }
    return f.call(f.f, arrays[0].data, in.data(), ahead.data(), n);
  }
  const Walk<N + 1> walk(arrays);
  if (walk.rank() > 1) {
    const Operands all = walk.operands(sizeof(T));
    if (walk.size(0) <= longest_joined_row && run_joined_rows(all, f.f, f.call)) return;
    if (run_turned_rows(all, f.f, f.call)) return;
  }
  walk.parallel_rows(grain, [&](const auto& at, const auto& stride, std::int64_t length) {
    std::array<const T*, N> in;
    std::array<std::int64_t, N> in_stride;
    for (std::size_t k = 0; k < N; ++k) {
      in[k] = reinterpret_cast<const T*>(at[k + 1]);
      in_stride[k] = stride[k + 1];
    }
    VectorRow<T, N>::run_any(f, reinterpret_cast<T*>(at[0]), stride[0], in, in_stride, length);
  });
}

/// map() by single elements, whatever a row does.
template <std::size_t N>
[[gnu::noinline]] void map_rows(const typename Walk<N>::Row& row,
                                const std::array<Ref, N>& arrays) {
  const std::int64_t n = arrays[0].layout->numel();
  if (is_short_row(arrays, n)) {
    std::array<std::byte*, N> at;
    std::array<std::int64_t, N> ahead;
    for (std::size_t k = 0; k < N; ++k) {
      at[k] = arrays[k].data;
      ahead[k] = 1;
    }
    return row(at, ahead, n);
  }
  Walk<N>(arrays).parallel_rows(grain, row);
}

/// out = f(in...) for arrays of one shape (broadcast before), whose element types are Out and In.
/// out may be one of the inputs if it lies exactly like it.
template <class Out, class... In, class F>
void map(const F& f, const std::array<Ref, sizeof...(In) + 1>& arrays) {
  constexpr std::size_t count = sizeof...(In);
  if constexpr (in_batches<F, Out, In...>) {
    map_batches<Out, count>(VectorRow<Out, count>::text(f), arrays);
  } else {
    map_rows<count + 1>({&f, &map_row<F, Out, In...>}, arrays);
  }
}

}  // namespace tapegrad::kernels
