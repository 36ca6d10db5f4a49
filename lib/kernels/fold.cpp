#include "kernels/fold.hpp"

#include <algorithm>

#include "core/dispatch.hpp"
#include "kernels/parallel.hpp"

namespace tapegrad::kernels {
namespace {

/// One element of the kernel along one dimension: the places whose element lies in the image, and
/// where the first of these lies.
struct Stretch {
  std::int64_t begin, end, first;
};

Stretch stretch_of(const Folding& f, std::size_t d, std::int64_t tap) {
  const std::int64_t shift = tap * f.dilation[d] - f.before[d];
  const std::int64_t step = f.stride[d];
  // Places i with 0 <= i step + shift < size.
  const auto up = [step](std::int64_t x) { return x <= 0 ? 0 : (x + step - 1) / step; };
  const std::int64_t begin = std::min(up(-shift), f.places[d]);
  const std::int64_t end = std::clamp(up(f.size[d] - shift), begin, f.places[d]);
  return {begin, end, begin * step + shift};
}

/// Calls f(row of places, row of the image, columns) for each row of each element of the kernel;
/// the row of the image is null where that lies beyond it.
template <class Column, class Image, class F>
void each_row(Column* columns, Image* image, const Folding& k, const F& f) {
  for (std::int64_t i = 0; i < k.kernel[0]; ++i) {
    const Stretch rows = stretch_of(k, 0, i);
    for (std::int64_t j = 0; j < k.kernel[1]; ++j) {
      const Stretch along = stretch_of(k, 1, j);
      for (std::int64_t y = 0; y < k.places[0]; ++y, columns += k.places[1]) {
        const bool inside = y >= rows.begin && y < rows.end;
        const std::int64_t row = rows.first + (y - rows.begin) * k.stride[0];
        f(columns, inside ? image + row * k.size[1] + along.first : nullptr, along);
      }
    }
  }
}

/// Calls f(columns, image) of each plane, in several threads.
template <class F>
void each_plane(const Folding& k, const F& f) {
  const std::int64_t column = k.kernel[0] * k.kernel[1] * k.places[0] * k.places[1];
  const std::int64_t image = k.size[0] * k.size[1];
  const std::int64_t most = std::max<std::int64_t>({1, column, image});
  parallel_for(k.planes, std::max<std::int64_t>(1, grain / most),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t p = begin; p < end; ++p) f(p * column, p * image);
               });
}

}  // namespace

void unfold_planes(Ref columns, Ref images, const Folding& k) {
  dispatch_known_floating(images.dtype, [&]<class T>(std::type_identity<T>) {
    each_plane(k, [&](std::int64_t column, std::int64_t image) {
      each_row(columns.as<T>() + column, images.as<const T>() + image, k,
               [&](T* to, const T* from, const Stretch& along) {
                 if (!from) {
                   std::fill_n(to, k.places[1], T(0));
                   return;
                 }
                 std::fill(to, to + along.begin, T(0));
                 std::fill(to + along.end, to + k.places[1], T(0));
                 const std::int64_t count = along.end - along.begin, step = k.stride[1];
                 T* const middle = to + along.begin;
                 if (step == 1) {
                   std::copy_n(from, count, middle);
                 } else {
                   for (std::int64_t x = 0; x < count; ++x) middle[x] = from[x * step];
                 }
               });
    });
  });
}

void fold_planes(Ref images, Ref columns, const Folding& k) {
  dispatch_known_floating(columns.dtype, [&]<class T>(std::type_identity<T>) {
    each_plane(k, [&](std::int64_t column, std::int64_t image) {
      T* const plane = images.as<T>() + image;
      std::fill_n(plane, k.size[0] * k.size[1], T(0));
      each_row(columns.as<const T>() + column, plane, k,
               [&](const T* from, T* to, const Stretch& along) {
                 if (!to) return;
                 const std::int64_t count = along.end - along.begin, step = k.stride[1];
                 const T* const middle = from + along.begin;
                 if (step == 1) {
                   for (std::int64_t x = 0; x < count; ++x) to[x] += middle[x];
                 } else {
                   for (std::int64_t x = 0; x < count; ++x) to[x * step] += middle[x];
                 }
               });
    });
  });
}

}  // namespace tapegrad::kernels
