// What may stand between the brackets of x[{...}].
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/shape.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace detail {

template <class T>
concept Bound = std::integral<T> || std::same_as<T, std::nullopt_t>;

template <std::integral T>
constexpr std::optional<std::int64_t> bound_of(T value) {
  return index_of("Slice", value);
}
constexpr std::optional<std::int64_t> bound_of(std::nullopt_t none) { return none; }

}  // namespace detail

/// Python's start:stop:step. Negative bounds count from the end and clamp; step is positive.
struct Slice {
  std::optional<std::int64_t> start = std::nullopt;
  std::optional<std::int64_t> stop = std::nullopt;
  std::int64_t step = 1;

  constexpr Slice() = default;
  constexpr Slice(std::optional<std::int64_t> from, std::optional<std::int64_t> to,
                  std::int64_t by = 1)
      : start(from), stop(to), step(by) {}
  /// Throws IndexError for a bound from 2^63 on; the end is std::nullopt.
  template <detail::Bound From, detail::Bound To>
  constexpr Slice(From from, To to, std::int64_t by = 1)
      : start(detail::bound_of(from)), stop(detail::bound_of(to)), step(by) {}
};

/// `...`: as many whole dimensions as are left over.
struct Ellipsis {};
inline constexpr Ellipsis ellipsis;

/// A new dimension of size 1.
struct NewAxis {};
inline constexpr NewAxis newaxis;

/// An integer, a Slice, `ellipsis`, `newaxis`, or a tensor: of integers, or a mask.
class Index {
 public:
  enum class Kind : std::uint8_t { integer, slice, dots, new_axis, tensor };

  /// Throws IndexError from 2^63 on.
  template <std::integral T>
  requires(!std::same_as<T, bool>) Index(T integer)
      : kind(Kind::integer), at(detail::index_of("Index", integer)) {}
  Index(Slice s) : kind(Kind::slice), range(s) {}
  Index(Ellipsis) : kind(Kind::dots) {}
  Index(NewAxis) : kind(Kind::new_axis) {}
  Index(const Tensor& t) : kind(Kind::tensor), tensor(t) {}

  Kind kind;
  std::int64_t at = 0;
  Slice range;
  Tensor tensor;
};

/// What brackets give: a view or, where a tensor stands in them, a copy of what it names. What is
/// assigned to it at once, x[mask] = 0, x[{rows, 2}] = y, is written into the tensor that the
/// brackets stand behind. Kept in a variable it is a tensor like any other.
class Selection : public Tensor {
 public:
  explicit Selection(Tensor elements) : Tensor(std::move(elements)) {}
  Selection(Tensor elements, Tensor of, std::vector<Index> where)
      : Tensor(std::move(elements)), of_(std::move(of)), where_(std::move(where)) {}
  Selection(const Selection&) = default;
  Selection(Selection&&) = default;
  ~Selection() = default;

  /// A tensor broadcasts to the shape of the selection and is converted as by copy_(). Of several
  /// elements for one place the last is written.
  void operator=(const Tensor& source) &&;
  void operator=(const Selection& source) && {
    std::move(*this) = static_cast<const Tensor&>(source);
  }
  void operator=(Scalar value) &&;
  Selection& operator=(const Tensor& other) & {
    Tensor::operator=(other);
    of_ = Tensor();
    where_.clear();
    return *this;
  }
  Selection& operator=(const Selection& other) & = default;
  template <class T>
  requires std::is_arithmetic_v<T> Tensor& operator=(T value) & { return Tensor::operator=(value); }
  /// x[mask] += 1: the elements are changed, and written where they were taken from.
  void operator+=(const auto& other) && {
    Tensor::operator+=(other);
    write_back();
  }
  Tensor& operator+=(const auto& other) & { return Tensor::operator+=(other); }
  void operator-=(const auto& other) && {
    Tensor::operator-=(other);
    write_back();
  }
  Tensor& operator-=(const auto& other) & { return Tensor::operator-=(other); }
  void operator*=(const auto& other) && {
    Tensor::operator*=(other);
    write_back();
  }
  Tensor& operator*=(const auto& other) & { return Tensor::operator*=(other); }
  void operator/=(const auto& other) && {
    Tensor::operator/=(other);
    write_back();
  }
  Tensor& operator/=(const auto& other) & { return Tensor::operator/=(other); }
  void operator&=(const auto& other) && {
    Tensor::operator&=(other);
    write_back();
  }
  Tensor& operator&=(const auto& other) & { return Tensor::operator&=(other); }
  void operator|=(const auto& other) && {
    Tensor::operator|=(other);
    write_back();
  }
  Tensor& operator|=(const auto& other) & { return Tensor::operator|=(other); }
  void operator^=(const auto& other) && {
    Tensor::operator^=(other);
    write_back();
  }
  Tensor& operator^=(const auto& other) & { return Tensor::operator^=(other); }

 private:
  void write_back() {
    if (of_.defined()) std::move(*this) = static_cast<const Tensor&>(*this);
  }

  Tensor of_;
  std::vector<Index> where_;
};

}  // namespace tapegrad
