#include <limits>
#include <type_traits>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/matrices.hpp"
#include "kernels/pool.hpp"
#include "kernels/pool_rows.hpp"
#include "kernels/simd.hpp"

namespace tapegrad::kernels {
namespace {

template <class T>
void max_of_plane(T* y, const T* x, const Pool& p) {
  std::fill_n(y, plane_out(p), -std::numeric_limits<T>::infinity());
  each_row_of_windows(p, [&](std::int64_t first, std::int64_t i, std::int64_t j) {
    each_row_seen(p, i, j, [&](std::int64_t row) {
      each_tap(p[2], [&](std::int64_t o, std::int64_t count, std::int64_t at, auto step) {
        T* to = y + first + o;
        const T* from = x + row + at;
        for (std::int64_t k = 0; k < count; ++k) {
          const T v = from[k * step];
          to[k] = (v > to[k]) | (v != v) ? v : to[k];
        }
      });
    });
  });
}

/// The places of the maxima of one row of windows. P is an integer of T's size, where it can count
/// the elements of a plane.
template <class T, class P>
void places_of_row(P* places, T* most, const T* x, const Pool& p, std::int64_t i, std::int64_t j) {
  bool first = true;
  each_row_seen(p, i, j, [&](std::int64_t row) {
    if (first) {
      for (std::int64_t o = 0; o < p[2].out; ++o) {
        places[o] = static_cast<P>(row + p[2].begin(o));
        most[o] = -std::numeric_limits<T>::infinity();
      }
      first = false;
    }
    each_tap(p[2], [&](std::int64_t o, std::int64_t count, std::int64_t at, auto step) {
      T* top = most + o;
      P* place = places + o;
      const T* from = x + row + at;
      const P begin = static_cast<P>(row + at);
      for (std::int64_t k = 0; k < count; ++k) {
        const T v = from[k * step];
        const bool more = (v > top[k]) | (v != v);
        place[k] = more ? static_cast<P>(begin + static_cast<P>(k * step)) : place[k];
        top[k] = more ? v : top[k];
      }
    });
  });
}

/// f(plane, first output of a row, the places of its maxima) for each row of each plane.
template <class T, class P, class F>
void each_row_of_places(std::int64_t planes, const T* x, const Pool& p, const F& f) {
  each_plane(planes, p, [&](std::int64_t plane) {
    const Scratch<P> places(p[2].out);
    const Scratch<T> most(p[2].out);
    each_row_of_windows(p, [&](std::int64_t first, std::int64_t i, std::int64_t j) {
      places_of_row(places.get(), most.get(), x + plane * plane_in(p), p, i, j);
      f(plane, first, places.get());
    });
  });
}

template <class T, class F>
void with_places(Ref in, const Pool& p, const F& f) {
  const std::int64_t planes = in.layout->numel() / plane_in(p);
  const T* x = in.as<const T>();
  if (sizeof(T) == 4 && plane_in(p) < std::numeric_limits<std::int32_t>::max()) {
    each_row_of_places<T, std::int32_t>(planes, x, p, f);
  } else {
    each_row_of_places<T, std::int64_t>(planes, x, p, f);
  }
}

}  // namespace

void max_pool(Ref out, Ref in, const Pool& p) {
  if (out.layout->numel() == 0) return;
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    each_plane(in.layout->numel() / plane_in(p), p, [&](std::int64_t i) {
      max_of_plane(out.as<T>() + i * plane_out(p), in.as<const T>() + i * plane_in(p), p);
    });
  });
}

void max_pool_places(Ref out, Ref in, const Pool& p) {
  if (out.layout->numel() == 0) return;
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    with_places<T>(in, p, [&](std::int64_t plane, std::int64_t first, const auto* places) {
      std::copy_n(places, p[2].out, out.as<std::int64_t>() + plane * plane_out(p) + first);
    });
  });
}

void max_pool_back(Ref out, Ref g, Ref in, const Pool& p) {
  fill(out, 0);
  if (g.layout->numel() == 0) return;
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    with_places<T>(in, p, [&](std::int64_t plane, std::int64_t first, const auto* places) {
      T* to = out.as<T>() + plane * plane_in(p);
      const T* from = g.as<const T>() + plane * plane_out(p) + first;
      for (std::int64_t o = 0; o < p[2].out; ++o) to[places[o]] += from[o];
    });
  });
}

}  // namespace tapegrad::kernels
