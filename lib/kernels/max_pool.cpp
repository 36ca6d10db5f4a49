#include <array>
#include <cstring>
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

template <class T, std::size_t n>
using Lanes [[gnu::vector_size(n * sizeof(T))]] = T;

template <class T>
using Place = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

/// Rows are often shorter than the widest registers.
template <class T>
constexpr std::size_t lanes_of = std::min<std::size_t>(Batch<T>::size, 8);

/// x[0], x[step], ...; nothing behind the last of them is read.
template <std::size_t n, class T>
[[gnu::always_inline]] inline void load(Lanes<T, n>& lanes, const T* x, std::int64_t step) {
  if (n > 1 && step == 1) {
    std::memcpy(&lanes, x, sizeof lanes);
    return;
  }
  if constexpr (n > 1) {
    if (step == 2) {
      Lanes<T, n> low, high;
      std::memcpy(&low, x, sizeof low);
      std::memcpy(&high, x + n - 1, sizeof high);
      if constexpr (n == 8) lanes = __builtin_shufflevector(low, high, 0, 2, 4, 6, 9, 11, 13, 15);
      if constexpr (n == 4) lanes = __builtin_shufflevector(low, high, 0, 2, 5, 7);
      if constexpr (n == 2) lanes = __builtin_shufflevector(low, high, 0, 3);
      return;
    }
  }
  for (std::size_t k = 0; k < n; ++k) lanes[k] = x[static_cast<std::int64_t>(k) * step];
}

/// The largest element that each of some windows has seen, or NaN, which no number is larger than,
/// and where it is.
template <class T, std::size_t n>
struct Best {
  Lanes<T, n> most{};
  Lanes<Place<T>, n> place{}, apart{};
  std::int64_t step;

  /// Of windows `stride` apart, whose first taps begin there.
  Best(std::int64_t first, std::int64_t stride) : step(stride) {
    std::array<Place<T>, n> places;
    for (std::size_t k = 0; k < n; ++k) {
      places[k] = static_cast<Place<T>>(static_cast<std::int64_t>(k) * stride);
    }
    std::memcpy(&apart, places.data(), sizeof apart);
    most = most - std::numeric_limits<T>::infinity();
    place = apart + static_cast<Place<T>>(first);
  }
  [[gnu::always_inline]] void see(const T* x, std::int64_t at) {
    Lanes<T, n> v{};  // load() writes all; g++ 14 does not see it
    load<n, T>(v, x + at, step);
    const auto more = (v > most) | (v != v);
    most = more ? v : most;
    place = more ? static_cast<Place<T>>(at) + apart : place;
  }
};

/// f(first output, best) for windows i and j of a plane and all along the last dimension; some at a
/// time where these are whole. Outputs may come twice.
template <class T, class F>
void each_best(const T* x, const Pool& p, std::int64_t i, std::int64_t j, const F& f) {
  const Windows& w = p[2];
  const std::int64_t far = (w.size - 1) * w.dilation;
  const std::int64_t top = (p[0].begin(i) * p[1].in + p[1].begin(j)) * w.in;
  const auto alone = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o) {
      Best<T, 1> best(top + w.begin(o), 1);
      each_row_seen(p, i, j, [&](std::int64_t row) {
        for (std::int64_t at = w.begin(o); at < w.end(o); at += w.dilation) best.see(x, row + at);
      });
      f(o, best);
    }
  };
  const std::int64_t begin = w.even ? w.out : std::min((w.before + w.stride - 1) / w.stride, w.out);
  const std::int64_t last = w.in - 1 - far + w.before;
  const std::int64_t end = last < 0 ? 0 : std::min(last / w.stride + 1, w.out);
  const auto by = [&](auto count) {
    constexpr auto n = static_cast<std::int64_t>(count());
    const auto together = [&](std::int64_t o) {
      const std::int64_t first = o * w.stride - w.before;
      Best<T, count()> best(top + first, w.stride);
      each_row_seen(p, i, j, [&](std::int64_t row) {
        for (std::int64_t at = first; at <= first + far; at += w.dilation) best.see(x, row + at);
      });
      f(o, best);
    };
    alone(0, begin);
    for (std::int64_t o = begin; o + n <= end; o += n) together(o);
    if ((end - begin) % n > 0) together(end - n);
    alone(end, w.out);
  };
  constexpr std::size_t lanes = lanes_of<T>;
  constexpr std::size_t few = std::min<std::size_t>(lanes, 4);
  if (end - begin >= static_cast<std::int64_t>(lanes)) {
    by(std::integral_constant<std::size_t, lanes>{});
  } else if (end - begin >= static_cast<std::int64_t>(few)) {
    by(std::integral_constant<std::size_t, few>{});
  } else {
    alone(0, w.out);
  }
}

template <class T>
void max_of_plane(T* y, const T* x, const Pool& p) {
  each_row_of_windows(p, [&](std::int64_t first, std::int64_t i, std::int64_t j) {
    each_best(x, p, i, j, [&](std::int64_t o, const auto& best) {
      std::memcpy(y + first + o, &best.most, sizeof best.most);
    });
  });
}

/// f(plane, g), where g calls what it is given with the first output of each row of that plane, and
/// the places of its maxima.
template <class T, class F>
void each_plane_of_places(Ref in, const Pool& p, const F& f) {
  each_plane(in.layout->numel() / plane_in(p), p, [&](std::int64_t plane) {
    const T* x = in.as<const T>() + plane * plane_in(p);
    const Scratch<Place<T>> places(p[2].out);
    f(plane, [&](const auto& row) {
      each_row_of_windows(p, [&](std::int64_t first, std::int64_t i, std::int64_t j) {
        each_best(x, p, i, j, [&](std::int64_t o, const auto& best) {
          std::memcpy(places.get() + o, &best.place, sizeof best.place);
        });
        row(first, places.get());
      });
    });
  });
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
    each_plane_of_places<T>(in, p, [&](std::int64_t plane, const auto& rows) {
      std::int64_t* to = out.as<std::int64_t>() + plane * plane_out(p);
      rows([&](std::int64_t first, const auto* places) {
        std::copy_n(places, p[2].out, to + first);
      });
    });
  });
}

void max_pool_back(Ref out, Ref g, Ref in, const Pool& p) {
  if (g.layout->numel() == 0) return fill(out, 0);
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    each_plane_of_places<T>(in, p, [&](std::int64_t plane, const auto& rows) {
      T* to = out.as<T>() + plane * plane_in(p);
      const T* from = g.as<const T>() + plane * plane_out(p);
      std::fill_n(to, plane_in(p), T(0));
      rows([&](std::int64_t first, const auto* places) {
        for (std::int64_t o = 0; o < p[2].out; ++o) to[places[o]] += from[first + o];
      });
    });
  });
}

}  // namespace tapegrad::kernels
