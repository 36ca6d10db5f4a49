// How the library refuses: a condition, a typed error, a formatted message with the values.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tapegrad/dtype.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/shape.hpp"
#include "tapegrad/tensor.hpp"

// Without format specifiers: what fmt's own parser accepts is of no use in an error message.
// Written in check.cpp, because fmt would put its printing of floats into each source that formats
// one here.
template <>
struct fmt::formatter<tapegrad::Dims> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  format_context::iterator format(const tapegrad::Dims& dims, format_context& context) const;
};

template <>
struct fmt::formatter<tapegrad::DType> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  format_context::iterator format(tapegrad::DType dtype, format_context& context) const;
};

namespace tapegrad {

/// The message, and behind it, in brackets, the scope that this thread is in, if it is in one.
std::string with_place(std::string message);

template <class E>
[[noreturn, gnu::cold, gnu::noinline]] void throw_formatted(fmt::string_view message,
                                                            fmt::format_args values) {
  throw E(with_place(fmt::vformat(message, values)));
}

template <class E, class... Args>
[[noreturn, gnu::cold, gnu::noinline]] void fail(fmt::format_string<Args...> message,
                                                 Args&&... args) {
  throw_formatted<E>(fmt::string_view(message), fmt::make_format_args(args...));
}

template <class E, class... Args>
void check(bool condition, fmt::format_string<Args...> message, Args&&... args) {
  if (!condition) [[unlikely]] {
    fail<E>(message, std::forward<Args>(args)...);
  }
}

/// Throws DTypeError in `operation`'s name for a number that was cast to DType and is none.
inline void check_dtype(std::string_view operation, DType dtype) {
  if (dtype > DType::float64) [[unlikely]] {
    detail::refuse_dtype(operation, dtype);
  }
}

/// Says that argument `place` of `operation`, counted from 1, is undefined; 0 is the tensor whose
/// method was called.
[[noreturn, gnu::cold, gnu::noinline]] void refuse_undefined(std::string_view operation,
                                                             std::size_t place);

namespace detail {

template <class T>
void check_argument(std::string_view operation, std::size_t place, const T& x) {
  if constexpr (std::derived_from<T, TensorHandle>) {
    if (!x.defined()) [[unlikely]] {
      refuse_undefined(operation, place);
    }
  }
}
void check_argument(std::string_view operation, std::size_t place, const std::vector<Tensor>& list);

}  // namespace detail

/// Throws Error in `operation`'s name for an undefined tensor in a list; `what` is which list.
void check_all_defined(std::string_view operation, std::string_view what,
                       const std::vector<Tensor>& list);

/// Throws Error in `operation`'s name for an undefined tensor among all arguments of a public
/// function, which are counted from 1. Tensors that may be undefined are left out, or end the list.
template <class... Args>
void check_defined([[maybe_unused]] std::string_view operation, const Args&... args) {
  std::size_t place = 0;
  (detail::check_argument(operation, ++place, args), ...);
}

/// The same for a method: `self` is place 0.
template <class... Args>
void check_defined_self(std::string_view operation, const detail::TensorHandle& self,
                        const Args&... args) {
  detail::check_argument(operation, 0, self);
  check_defined(operation, args...);
}

}  // namespace tapegrad
