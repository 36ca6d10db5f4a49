// How the windows of a row of outputs see rows of the plane: for loops over pools.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

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

/// The windows of a row, tap by tap: outputs that follow each other see places in equal steps.
/// Found once for all rows, because it takes divisions.
class Taps {
 public:
  explicit Taps(const Windows& w) : step_(w.stride) {
    for (std::int64_t k = 0; !w.even && k < w.size; ++k) {
      const std::int64_t first = k * w.dilation - w.before;
      const auto reached = [&](std::int64_t way) {
        return way <= 0 ? 0 : std::min((way + w.stride - 1) / w.stride, w.out);
      };
      const std::int64_t begin = reached(-first);
      const std::int64_t end = reached(w.in - first);
      if (begin < end) runs_.push_back({begin, end - begin, begin * w.stride + first});
    }
    for (std::int64_t o = 0; w.even && o < w.out; ++o) {
      for (std::int64_t at = w.begin(o); at < w.end(o); ++at) runs_.push_back({o, 1, at});
    }
  }

  /// Calls f(output, count, place, step). A step of one or two, the most frequent, is known to the
  /// compiler.
  template <class F>
  void each(const F& f) const {
    if (step_ == 1) return each_by(std::integral_constant<std::int64_t, 1>{}, f);
    if (step_ == 2) return each_by(std::integral_constant<std::int64_t, 2>{}, f);
    each_by(step_, f);
  }

 private:
  struct Run {
    std::int64_t output, count, place;
  };
  template <class F>
  void each_by(auto step, const F& f) const {
    for (const Run& run : runs_) f(run.output, run.count, run.place, step);
  }

  std::int64_t step_;
  std::vector<Run> runs_;
};

}  // namespace tapegrad::kernels
