// The lines of an array along one dimension, handed out as dense rows wherever they lie: what works
// on rows need not know of strides.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/memory.hpp"
#include "core/sizes.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {

/// One dimension of a layout, and the layout of the others. Rank 0 is one line of one element.
struct Along {
  std::int64_t n = 1;
  std::int64_t stride = 1;
  Layout others;

  Along(const Layout& layout, std::size_t dim) {
    if (layout.rank() == 0) return;
    n = layout.shape()[dim];
    stride = n == 1 ? 1 : layout.strides()[dim];
    Shape shape = layout.shape();
    Strides strides = layout.strides();
    shape.erase(dim);
    strides.erase(dim);
    others = Layout(shape, strides, 0);
  }
};

/// A few neighbouring lines, copied together so that each cache line is read once.
template <class T>
class Tile {
 public:
  static constexpr std::int64_t limit = 16;

  /// For `lines` lines of n elements, if they are fewer than `limit`.
  Tile(std::int64_t n, std::int64_t lines)
      : n_(n), bytes_(bytes_of(n, std::min(limit, lines))), block_(allocate(bytes_)) {}
  Tile(const Tile&) = delete;
  Tile& operator=(const Tile&) = delete;
  ~Tile() { deallocate(block_, bytes_); }

  T* line(std::int64_t i) { return static_cast<T*>(block_) + i * n_; }

  void gather(const T* from, std::int64_t line_stride, std::int64_t stride, std::int64_t lines) {
    for (std::int64_t j = 0; j < n_; ++j) {
      for (std::int64_t i = 0; i < lines; ++i) line(i)[j] = from[i * line_stride + j * stride];
    }
  }
  void scatter(T* to, std::int64_t line_stride, std::int64_t stride, std::int64_t lines) {
    for (std::int64_t j = 0; j < n_; ++j) {
      for (std::int64_t i = 0; i < lines; ++i) to[i * line_stride + j * stride] = line(i)[j];
    }
  }

 private:
  /// More than there is where 64 bits can't count them.
  static std::size_t bytes_of(std::int64_t n, std::int64_t lines) {
    const auto bytes = product(n, lines * static_cast<std::int64_t>(sizeof(T)));
    return static_cast<std::size_t>(bytes.value_or(std::numeric_limits<std::int64_t>::max()));
  }

  std::int64_t n_;
  std::size_t bytes_;
  void* block_;
};

/// A function of `count` lines x of n elements and their places y, whatever its type: the walk is
/// compiled once. From one line to the next there are so many steps; x and y may be the same place.
template <class T>
struct SomeLines {
  const void* f;
  void (*call)(const void* f, T* y, std::int64_t y_step, const T* x, std::int64_t x_step,
               std::int64_t n, std::int64_t count);
  void operator()(T* y, std::int64_t y_step, const T* x, std::int64_t x_step, std::int64_t n,
                  std::int64_t count) const {
    call(f, y, y_step, x, x_step, n, count);
  }
};

/// Calls f for the lines of `in` and their places in `out`, which has the same shape. `grain`: the
/// elements that are worth the waking of a thread.
template <class T>
[[gnu::noinline]] void map_any_lines(Ref out, Ref in, std::size_t dim, std::int64_t grain,
                                     const SomeLines<T>& f) {
  if (in.layout->numel() == 0) return;
  const Along from(*in.layout, dim);
  const Along to(*out.layout, dim);
  const std::int64_t n = from.n;
  const bool dense = from.stride == 1 && to.stride == 1;
  Walk<2>({with_layout(out, to.others), with_layout(in, from.others)})
      .parallel_rows(grain / n, [&](const auto& at, const auto& stride, std::int64_t count) {
        T* y = reinterpret_cast<T*>(at[0]);
        const T* x = reinterpret_cast<const T*>(at[1]);
        if (dense) return f(y, stride[0], x, stride[1], n, count);
        Tile<T> tile(n, count);
        for (std::int64_t i = 0; i < count; i += Tile<T>::limit) {
          const std::int64_t lines = std::min(Tile<T>::limit, count - i);
          tile.gather(x + i * stride[1], stride[1], from.stride, lines);
          f(tile.line(0), n, tile.line(0), n, n, lines);
          tile.scatter(y + i * stride[0], stride[0], to.stride, lines);
        }
      });
}

/// f(y, y_step, x, x_step, n, count) for lines as above.
template <class T, class F>
void map_some_lines(Ref out, Ref in, std::size_t dim, std::int64_t grain, const F& f) {
  map_any_lines<T>(out, in, dim, grain,
                   {&f, [](const void* g, T* y, std::int64_t y_step, const T* x,
                           std::int64_t x_step, std::int64_t n, std::int64_t count) {
                      (*static_cast<const F*>(g))(y, y_step, x, x_step, n, count);
                    }});
}

/// f(y, x, n) for each line.
template <class T, class F>
void map_lines(Ref out, Ref in, std::size_t dim, const F& f) {
  map_some_lines<T>(out, in, dim, grain,
                    [&](T* y, std::int64_t y_step, const T* x, std::int64_t x_step, std::int64_t n,
                        std::int64_t count) {
                      for (std::int64_t i = 0; i < count; ++i) f(y + i * y_step, x + i * x_step, n);
                    });
}

/// out = f(x, n) for every line x of `in`, which has at least one element. out is row-major over
/// the other dimensions.
template <class Out, class T, class F>
void reduce_lines(Ref out, Ref in, std::size_t dim, const F& f) {
  if (in.layout->numel() == 0) return;
  const Along from(*in.layout, dim);
  const Layout to(from.others.shape());
  const bool dense = from.stride == 1;
  Walk<2>({with_layout(out, to), with_layout(in, from.others)})
      .parallel_rows(grain / from.n, [&](const auto& at, const auto& stride, std::int64_t count) {
        Out* y = reinterpret_cast<Out*>(at[0]);
        const T* x = reinterpret_cast<const T*>(at[1]);
        if (dense) {
          for (std::int64_t i = 0; i < count; ++i) y[i * stride[0]] = f(x + i * stride[1], from.n);
          return;
        }
        Tile<T> tile(from.n, count);
        for (std::int64_t i = 0; i < count; i += Tile<T>::limit) {
          const std::int64_t lines = std::min(Tile<T>::limit, count - i);
          tile.gather(x + i * stride[1], stride[1], from.stride, lines);
          for (std::int64_t k = 0; k < lines; ++k) {
            y[(i + k) * stride[0]] = f(tile.line(k), from.n);
          }
        }
      });
}

}  // namespace tapegrad::kernels
