#include "kernels/index.hpp"

#include <functional>
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

/// Every so many elements.
template <class T>
struct Stepped {
  T* data;
  std::int64_t step;
  T& operator[](std::int64_t i) const { return data[i * step]; }
};

/// f(x[places[j]], y[j]) for every j of [begin, end).
template <class T, class F>
void each_place(Stepped<T> x, Stepped<const std::int64_t> places, Stepped<T> y, std::int64_t begin,
                std::int64_t end, const F& f) {
  if (x.step == 1 && places.step == 1 && y.step == 1) {
    for (std::int64_t j = begin; j < end; ++j) f(x.data[places.data[j]], y.data[j]);
    return;
  }
  for (std::int64_t j = begin; j < end; ++j) f(x[places[j]], y[j]);
}

/// Slices of `many` that an index names, beside those of `few` in their order.
template <class T, class F>
class Slices {
 public:
  Slices(Ref many, Ref few, Ref index, std::size_t dim, const F& f)
      : from_(*many.layout, dim),
        to_(*few.layout, dim),
        places_{index.as<const std::int64_t>(), index.layout->strides()[0]},
        walk_({with_layout(many, from_.others), with_layout(few, to_.others)}),
        f_(f) {}

  std::int64_t count() const { return to_.n; }

  /// f(element of slice index[j] of `many`, element of slice j of `few`) for every j of [begin,
  /// end), one after another; several threads have parts of the slices.
  void by_parts(std::int64_t begin, std::int64_t end) const {
    constexpr std::int64_t line = 64 / sizeof(T);
    if (begin == end) return;  // an empty `few` may have no memory to walk over
    walk_.parallel_rows(std::max(line, grain / std::max<std::int64_t>(1, end - begin)),
                        [&](const auto& at, const auto& stride, std::int64_t n) {
                          row(at, stride, n, begin, end);
                        });
  }

 private:
  void row(const std::array<std::byte*, 2>& at, const std::array<std::int64_t, 2>& along,
           std::int64_t n, std::int64_t begin, std::int64_t end) const {
    T* a = reinterpret_cast<T*>(at[0]);
    T* b = reinterpret_cast<T*>(at[1]);
    if (along[0] == 1 && along[1] == 1) {  // slices have rows without gaps
      for (std::int64_t j = begin; j < end; ++j) {
        T* x = a + places_[j] * from_.stride;
        T* y = b + j * to_.stride;
        for (std::int64_t i = 0; i < n; ++i) f_(x[i], y[i]);
      }
      return;
    }
    for (std::int64_t i = 0; i < n; ++i) {
      each_place(Stepped<T>{a + i * along[0], from_.stride}, places_,
                 Stepped<T>{b + i * along[1], to_.stride}, begin, end, f_);
    }
  }

  const Along from_;
  const Along to_;
  const Stepped<const std::int64_t> places_;
  const Walk<2> walk_;
  const F& f_;
};

/// Calls f(element of `many` that the index names, element of `few`) for every element of `few`.
/// In several threads if `shared`: where no two come to one of `many`, or it is only read.
template <class T, class F>
void with_elements(Ref many, Ref few, Ref index, std::size_t dim, bool shared, const F& f) {
  Strides strides = many.layout->strides();
  std::int64_t step = 0;
  if (!strides.empty()) step = std::exchange(strides[dim], 0);
  const Layout start_of_lines(index.layout->shape(), strides, 0);
  const auto row = [&](const auto& at, const auto& stride, std::int64_t n) {
    T* line = reinterpret_cast<T*>(at[0]);
    T* element = reinterpret_cast<T*>(at[1]);
    const auto* place = reinterpret_cast<const std::int64_t*>(at[2]);
    if (stride[0] == 0) {  // a row of one line
      return each_place(Stepped<T>{line, step}, Stepped<const std::int64_t>{place, stride[2]},
                        Stepped<T>{element, stride[1]}, 0, n, f);
    }
    for (std::int64_t i = 0; i < n; ++i) {
      f(line[i * stride[0] + place[i * stride[2]] * step], element[i * stride[1]]);
    }
  };
  const Walk<3> walk({with_layout(many, start_of_lines), few, index});
  shared ? walk.parallel_rows(grain, row) : walk.rows(row);
}

/// `length` of `dim` from `start`.
struct Narrow {
  Layout layout;
  Ref ref;
  Narrow(Ref x, std::size_t dim, std::int64_t start, std::int64_t length)
      : layout(Layout(x.layout->shape(), x.layout->strides(), 0).sliced(dim, start, length, 1)),
        ref{x.dtype, x.data + layout.offset() * static_cast<std::int64_t>(size_of(x.dtype)),
            &layout} {}
  Narrow(const Narrow&) = delete;
  Narrow& operator=(const Narrow&) = delete;
};

/// One loop for all folds: a call costs less than finding the element.
template <class T>
auto folded(Fold fold) -> void (*)(T& to, const T& from) {
  if (fold == Fold::set) return [](T& to, const T& from) { to = from; };
  if (fold == Fold::largest) {
    return [](T& to, const T& from) { to = from > to || from != from ? from : to; };
  }
  return [](T& to, const T& from) { to = from < to || from != from ? from : to; };
}

/// The longest dimension but `dim`, which is the answer where there is no other.
std::size_t dimension_beside(const Shape& shape, std::size_t dim) {
  std::size_t longest = dim;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (d != dim && (longest == dim || shape[d] > shape[longest])) longest = d;
  }
  return longest;
}

/// Calls f(part of out, part of in, part of index) in several threads. The lines along `dim` don't
/// meet: only the elements of one come in their order.
void by_parts_of_lines(Ref out, Ref in, Ref index, std::size_t dim,
                       const std::function<void(Ref, Ref, Ref)>& f) {
  const Shape& shape = index.layout->shape();
  const std::int64_t count = index.layout->numel();
  if (count == 0) return;
  const std::size_t cut = dimension_beside(shape, dim);
  const std::int64_t size = cut == dim ? 1 : shape[cut];
  parallel_for(size, std::max<std::int64_t>(1, grain / (count / size)),
               [&](std::int64_t begin, std::int64_t end) {
                 if (end - begin == size) return f(out, in, index);
                 const Narrow to(out, cut, begin, end - begin);
                 const Narrow from(in, cut, begin, end - begin);
                 const Narrow at(index, cut, begin, end - begin);
                 f(to.ref, from.ref, at.ref);
               });
}

}  // namespace

std::optional<std::int64_t> first_outside(Ref indices, std::int64_t size) {
  std::optional<std::int64_t> found;
  Walk<1>({indices}).rows([&](const auto& at, const auto& stride, std::int64_t n) {
    if (found) return;
    const auto* index = reinterpret_cast<const std::int64_t*>(at[0]);
    const auto outside = [size](std::int64_t place) {
      return static_cast<std::uint64_t>(place) >= static_cast<std::uint64_t>(size);
    };
    bool any = false;  // without leaving the loop early, it is one of vectors
    if (stride[0] == 1) {
      for (std::int64_t i = 0; i < n; ++i) any |= outside(index[i]);
    } else {
      for (std::int64_t i = 0; i < n; ++i) any |= outside(index[i * stride[0]]);
    }
    for (std::int64_t i = 0; any && !found; ++i) {
      if (outside(index[i * stride[0]])) found = index[i * stride[0]];
    }
  });
  return found;
}

void index_select(Ref out, Ref in, Ref index, std::size_t dim) {
  dispatch_size(out.dtype, [&]<class T>(std::type_identity<T>) {
    const auto set = [](const T& from, T& to) { to = from; };
    const Slices<T, decltype(set)> slices(in, out, index, dim, set);
    if (out.layout->numel() == 0) return;
    const std::int64_t area = out.layout->numel() / slices.count();
    if (area > slices.count()) return slices.by_parts(0, slices.count());
    parallel_for(slices.count(), std::max<std::int64_t>(1, grain / area),
                 [&](std::int64_t begin, std::int64_t end) { slices.by_parts(begin, end); });
  });
}

// What several slices add to one element comes in their order.
void index_add(Ref out, Ref in, Ref index, std::size_t dim) {
  dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
    const Slices<T, decltype(add)> slices(out, in, index, dim, add);
    slices.by_parts(0, slices.count());
  });
}

void index_copy(Ref out, Ref in, Ref index, std::size_t dim) {
  dispatch_size(out.dtype, [&]<class T>(std::type_identity<T>) {
    const auto set = [](T& to, const T& from) { to = from; };
    const Slices<T, decltype(set)> slices(out, in, index, dim, set);
    slices.by_parts(0, slices.count());
  });
}

void gather(Ref out, Ref in, Ref index, std::size_t dim) {
  dispatch_size(out.dtype, [&]<class T>(std::type_identity<T>) {
    with_elements<T>(in, out, index, dim, true, [](const T& from, T& to) { to = from; });
  });
}

void scatter_add(Ref out, Ref in, Ref index, std::size_t dim) {
  by_parts_of_lines(out, in, index, dim, [&](Ref to, Ref from, Ref at) {
    dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
      with_elements<T>(to, from, at, dim, false, add);
    });
  });
}

void scatter_fold(Ref out, Ref in, Ref index, std::size_t dim, Fold fold) {
  by_parts_of_lines(out, in, index, dim, [&](Ref to, Ref from, Ref at) {
    dispatch(out.dtype, [&]<class T>(std::type_identity<T>) {
      with_elements<T>(to, from, at, dim, false, folded<T>(fold));
    });
  });
}

void set_one_hot(Ref out, Ref labels, std::int64_t classes) {
  const Layout dense(labels.layout->shape());
  Strides strides = dense.strides();
  for (std::int64_t& stride : strides) stride *= classes;
  const Layout rows(dense.shape(), strides, 0);
  Walk<2>({with_layout(out, rows), labels})
      .parallel_rows(grain, [](const auto& at, const auto& stride, std::int64_t n) {
        auto* row = reinterpret_cast<std::int64_t*>(at[0]);
        const auto* label = reinterpret_cast<const std::int64_t*>(at[1]);
        for (std::int64_t i = 0; i < n; ++i) row[i * stride[0] + label[i * stride[1]]] = 1;
      });
}

}  // namespace tapegrad::kernels
