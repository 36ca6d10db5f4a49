#include "kernels/index.hpp"

#include <type_traits>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/lines.hpp"
#include "kernels/wrap.hpp"

namespace tapegrad::kernels {
namespace {

/// Integers wrap around.
constexpr auto add = [](auto& to, const auto& from) {
  using T = std::remove_reference_t<decltype(to)>;
  to = static_cast<T>(Unsigned<T>(to) + Unsigned<T>(from));
};

/// Calls f(element of slice index[j] of `many`, element of slice j of `few`) for every j.
template <class T, class F>
void with_slices(Ref many, Ref few, Ref index, std::size_t dim, const F& f) {
  const Along from(*many.layout, dim);
  const Along to(*few.layout, dim);
  const auto* at_slice = index.as<const std::int64_t>();
  const std::int64_t step = index.layout->strides()[0];
  Walk<2>({with_layout(many, from.others), with_layout(few, to.others)})
      .rows([&](const auto& at, const auto& stride, std::int64_t n) {
        T* a = reinterpret_cast<T*>(at[0]);
        T* b = reinterpret_cast<T*>(at[1]);
        const std::array<std::int64_t, 2> along = stride;
        if (along[0] == 1 && along[1] == 1) {  // slices have rows without gaps
          for (std::int64_t j = 0; j < to.n; ++j) {
            T* x = a + at_slice[j * step] * from.stride;
            T* y = b + j * to.stride;
            for (std::int64_t i = 0; i < n; ++i) f(x[i], y[i]);
          }
          return;
        }
        for (std::int64_t i = 0; i < n; ++i) {
          for (std::int64_t j = 0; j < to.n; ++j) {
            f(a[i * along[0] + at_slice[j * step] * from.stride], b[i * along[1] + j * to.stride]);
          }
        }
      });
}

/// Calls f(element of `many` that the index names, element of `few`) for every element of `few`.
template <class T, class F>
void with_elements(Ref many, Ref few, Ref index, std::size_t dim, const F& f) {
  Strides strides = many.layout->strides();
  std::int64_t step = 0;
  if (!strides.empty()) step = std::exchange(strides[dim], 0);
  const Layout start_of_lines(index.layout->shape(), strides, 0);
  Walk<3>({with_layout(many, start_of_lines), few, index})
      .rows([&](const auto& at, const auto& stride, std::int64_t n) {
        T* line = reinterpret_cast<T*>(at[0]);
        T* element = reinterpret_cast<T*>(at[1]);
        const auto* place = reinterpret_cast<const std::int64_t*>(at[2]);
        for (std::int64_t i = 0; i < n; ++i) {
          f(line[i * stride[0] + place[i * stride[2]] * step], element[i * stride[1]]);
        }
      });
}

}  // namespace

std::optional<std::int64_t> first_outside(Ref indices, std::int64_t size) {
  std::optional<std::int64_t> found;
  Walk<1>({indices}).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    const auto* index = reinterpret_cast<const std::int64_t*>(at[0]);
    for (std::int64_t i = 0; i < n && !found; ++i) {
      const std::int64_t value = index[i * stride[0]];
      if (value < 0 || value >= size) found = value;
    }
  });
  return found;
}

void index_select(Ref out, Ref in, Ref index, std::size_t dim) {
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    with_slices<T>(in, out, index, dim, [](const T& from, T& to) { to = from; });
  });
}

void index_add(Ref out, Ref in, Ref index, std::size_t dim) {
  dispatch(out.dtype,
           [&]<class T>(std::type_identity<T>) { with_slices<T>(out, in, index, dim, add); });
}

void gather(Ref out, Ref in, Ref index, std::size_t dim) {
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    with_elements<T>(in, out, index, dim, [](const T& from, T& to) { to = from; });
  });
}

void scatter_add(Ref out, Ref in, Ref index, std::size_t dim) {
  dispatch(out.dtype,
           [&]<class T>(std::type_identity<T>) { with_elements<T>(out, in, index, dim, add); });
}

void set_one_hot(Ref out, Ref labels, std::int64_t classes) {
  auto* row = out.as<std::int64_t>();
  Walk<1>({labels}).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    const auto* label = reinterpret_cast<const std::int64_t*>(at[0]);
    for (std::int64_t i = 0; i < n; ++i, row += classes) row[label[i * stride[0]]] = 1;
  });
}

}  // namespace tapegrad::kernels
