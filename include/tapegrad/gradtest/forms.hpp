// The forms in which functions give their results: returned, or written into what follows x.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "tapegrad/gradtest/problem.hpp"

namespace tapegrad::gradtest::detail {

/// A point that was given as a plain array: functions may take it as one, as a pointer or a span.
template <class T, std::size_t N>
struct PlainArray {
  T elements[N];

  T* data() { return elements; }
  const T* data() const { return elements; }
  std::size_t size() const { return N; }
  T* begin() { return elements; }
  T* end() { return elements + N; }
  const T* begin() const { return elements; }
  const T* end() const { return elements + N; }
  using Elements = T[N];
  operator Elements&() { return elements; }
};

/// Whole numbers, which no small step leads from.
template <class X>
concept WholeNumbers = Numbers<X> && std::integral<typename ElementOf<X>::type>;

/// x in memory of its own: what a std::span looks at is copied, whole numbers become real ones.
template <class X>
auto owned(const X& x) {
  if constexpr (std::integral<X>) {
    return static_cast<double>(x);
  } else if constexpr (std::is_bounded_array_v<X>) {
    using T = std::remove_const_t<std::remove_extent_t<X>>;
    using Real = std::conditional_t<std::integral<T>, double, T>;
    PlainArray<Real, std::extent_v<X>> copy{};
    for (std::size_t i = 0; i < copy.size(); ++i) copy.elements[i] = static_cast<Real>(x[i]);
    return copy;
  } else if constexpr (WholeNumbers<X>) {
    return flat(x);
  } else if constexpr (requires {
                         typename X::element_type;
                         X::extent;
                       }) {
    return std::vector<typename X::value_type>(x.begin(), x.end());
  } else {
    return x;
  }
}

/// The type of the result that a function of two or more arguments takes last; void where its
/// signature can't be known, as that of a generic lambda.
template <class F>
struct LastArgument {
  using type = void;
};
template <class... A>
struct LastOf {
  using type = void;
};
template <class A>
struct LastOf<A> {
  using type = A;
};
template <class A, class B, class... More>
struct LastOf<A, B, More...> : LastOf<B, More...> {};
template <class R, class... A>
struct LastArgument<R(A...)> : LastOf<A...> {};
template <class R, class... A>
struct LastArgument<R (*)(A...)> : LastOf<A...> {};
template <class C, class R, class... A>
struct LastArgument<R (C::*)(A...)> : LastOf<A...> {};
template <class C, class R, class... A>
struct LastArgument<R (C::*)(A...) const> : LastOf<A...> {};
template <class F>
requires requires { &F::operator(); }
struct LastArgument<F> : LastArgument<decltype(&F::operator())> {};

/// What a function wants written, where its signature tells: M for M&.
template <class F>
using Written = std::remove_reference_t<typename LastArgument<std::remove_cvref_t<F>>::type>;

template <class M>
concept Resizable = requires(M& m) {
  m.resize(1, 1);
};

/// In this shape, or, as a vector that is a matrix of one column or one row, with as many elements;
/// one of fixed size may have them, and can't be resized.
template <Resizable M>
void shape(M& m, std::size_t rows, std::size_t columns) {
  using I = decltype(m.rows());
  const I all = static_cast<I>(rows * columns);
  if (m.rows() * static_cast<I>(m.cols()) == all) return;
  if (m.cols() == 1) return m.resize(all, 1);
  if (m.rows() == 1) return m.resize(1, all);
  m.resize(static_cast<I>(rows), static_cast<I>(columns));
}

/// A matrix, or rows, of this shape, filled.
template <class M>
M made(std::size_t rows, std::size_t columns, double filled) {
  M m{};
  if constexpr (Matrix<M>) {
    using I = decltype(m.rows());
    if constexpr (Resizable<M>) shape(m, rows, columns);
    for (I i = 0; i < m.rows(); ++i) {
      for (I j = 0; j < static_cast<I>(m.cols()); ++j) {
        m(i, j) = static_cast<std::remove_cvref_t<decltype(m(i, j))>>(filled);
      }
    }
  } else {
    m.resize(rows);
    for (auto& row : m) row.assign(columns, filled);
  }
  return m;
}

template <class M>
concept WritableTable = !std::is_const_v<M> && std::default_initializable<M> &&
                        (Matrix<M> || (Rows<M> && requires(M & m) {
                           m.resize(1);
                           m.begin()->assign(1, 0.0);
                         }));

/// What to make of a function that returns a number and takes what could be its result: as a value
/// it is that number (the gradient is written beside it, as NLopt wants it), as a derivative it is
/// what was written.
enum class Role { value, derivative };

/// f(x...) where the last argument is the result if f returns nothing: a span, a vector or a
/// pointer to rows * columns elements, a matrix or rows of that shape, or something like x. It
/// holds `filled` before.
template <Role role, class F, class X, class... More>
Values result_of(F& f, X& x, std::size_t rows, std::size_t columns, double filled, More&... more) {
  using T = typename ElementOf<X>::type;
  const auto written = [&](auto&& out, const auto& holder) {
    using Out = decltype(out);
    using Returned = std::invoke_result_t<F&, X&, More&..., Out>;
    if constexpr (role == Role::value && std::is_floating_point_v<Returned>) {
      return Values{static_cast<double>(f(x, more..., std::forward<Out>(out)))};
    } else {
      f(x, more..., std::forward<Out>(out));
      return flat(holder);
    }
  };
  if constexpr (std::invocable<F&, X&, More&...>) {
    return flat(f(x, more...));
  } else if constexpr (std::invocable<F&, X&, More&..., std::span<T>>) {
    std::vector<T> out(rows * columns, static_cast<T>(filled));
    return written(std::span<T>(out), out);
  } else if constexpr (std::invocable<F&, X&, More&..., std::vector<T>&>) {
    std::vector<T> out(rows * columns, static_cast<T>(filled));
    return written(out, out);
  } else if constexpr (std::invocable<F&, X&, More&..., T*>) {
    std::vector<T> out(rows * columns, static_cast<T>(filled));
    return written(out.data(), out);
  } else if constexpr (WritableTable<Written<F>>) {
    auto table = made<Written<F>>(rows, columns, filled);
    return written(table, table);
  } else if constexpr (std::invocable<F&, X&, More&..., X&>) {
    X like = x;
    assign(like, Values(flat(x).size(), filled));
    return written(like, like);
  } else {
    static_assert(std::invocable<F&, X&>,
                  "gradtest: the function takes neither (x) nor (x, result), where x is as given "
                  "to the check and result a std::span, a std::vector, a pointer, a matrix, a "
                  "vector of rows, or like x");
  }
}

/// f(x) in its own type, or the values that f writes.
template <class F, class X>
auto plain_result(F& f, const X& x, std::size_t written) {
  X copy = x;
  if constexpr (std::invocable<F&, X&>) {
    return f(copy);
  } else {
    return result_of<Role::value>(f, copy, written, 1, 0);
  }
}

/// f at a point like x; `written` is how many values one writes that returns none. Empty where it
/// throws.
template <class F, class X>
Values value_at(F& f, const X& x, const Values& at, std::size_t written) {
  Values y;
  X copy = x;
  assign(copy, at);
  succeeds([&] { y = result_of<Role::value>(f, copy, written, 1, 0); });
  return y;
}

/// What `derivative(x, more...)` gives or writes at a point like x, and whether it changed that;
/// `more` are copies, which it may change. Empty where it throws.
template <class D, class X, class... More>
Values derivative_at(D& derivative, const X& x, const Values& at, std::size_t rows,
                     std::size_t columns, double filled, bool& changed_x, More... more) {
  Values result;
  X copy = x;
  assign(copy, at);
  const Values before = flat(copy);
  succeeds([&] {
    result = result_of<Role::derivative>(derivative, copy, rows, columns, filled, more...);
  });
  if (!same(before, flat(copy))) changed_x = true;
  return result;
}

}  // namespace tapegrad::gradtest::detail
