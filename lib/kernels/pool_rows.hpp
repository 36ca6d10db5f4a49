// How the windows of a row of outputs see rows of the plane: for loops over pools.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/parallel.hpp"
#include "kernels/pool.hpp"

namespace tapegrad::kernels {

inline std::int64_t plane_in(const Pool& p) { return p[0].in * p[1].in * p[2].in; }
inline std::int64_t plane_out(const Pool& p) { return p[0].out * p[1].out * p[2].out; }

/// f(plane) for each plane, in several threads.
template <class F>
void each_plane(std::int64_t planes, const Pool& p, const F& f) {
  const std::int64_t work = std::max(plane_in(p), plane_out(p)) + 1;
  parallel_for(planes, std::max<std::int64_t>(1, grain / work),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) f(i);
               });
}

/// f(first output of the row, first window along the first dimension, second) for each row.
template <class F>
void each_row_of_windows(const Pool& p, const F& f) {
  for (std::int64_t i = 0; i < p[0].out; ++i) {
    for (std::int64_t j = 0; j < p[1].out; ++j) f((i * p[1].out + j) * p[2].out, i, j);
  }
}

/// f(row of the plane) for each that windows i and j see.
template <class F>
void each_row_seen(const Pool& p, std::int64_t i, std::int64_t j, const F& f) {
  for (std::int64_t a = p[0].begin(i); a < p[0].end(i); a += p[0].dilation) {
    for (std::int64_t b = p[1].begin(j); b < p[1].end(j); b += p[1].dilation) {
      f((a * p[1].in + b) * p[2].in);
    }
  }
}

/// Calls f(output, count, place, step): outputs that follow each other see places in equal steps.
/// A step of one or two, the most frequent, is known to the compiler.
template <class F>
void each_tap(const Windows& w, const F& f) {
  if (w.even) {
    for (std::int64_t o = 0; o < w.out; ++o) {
      for (std::int64_t at = w.begin(o); at < w.end(o); ++at) {
        f(o, std::int64_t{1}, at, std::integral_constant<std::int64_t, 1>{});
      }
    }
    return;
  }
  for (std::int64_t k = 0; k < w.size; ++k) {
    const std::int64_t first = k * w.dilation - w.before;
    const auto reached = [&](std::int64_t way) {
      return way <= 0 ? 0 : std::min((way + w.stride - 1) / w.stride, w.out);
    };
    const std::int64_t begin = reached(-first);
    const std::int64_t count = reached(w.in - first) - begin;
    const std::int64_t at = begin * w.stride + first;
    if (w.stride == 1) {
      f(begin, count, at, std::integral_constant<std::int64_t, 1>{});
    } else if (w.stride == 2) {
      f(begin, count, at, std::integral_constant<std::int64_t, 2>{});
    } else {
      f(begin, count, at, w.stride);
    }
  }
}

}  // namespace tapegrad::kernels
