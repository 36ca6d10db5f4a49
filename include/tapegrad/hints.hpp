// Types that stand where a spelling can't be, and whose use says what to write.
#pragma once

#include <concepts>
#include <type_traits>

namespace [[gnu::visibility("default")]] tapegrad {
namespace detail {

/// Says what to write in the place of backward(true).
struct RetainFlag {
  template <std::same_as<bool> T>
  RetainFlag(T) {
    static_assert(!std::same_as<T, bool>, "write backward({.retain_graph = true})");
  }
};

/// Says what to write in the place of methods that would give a tensor another shape.
struct NoShapesInPlace {
  void squeeze_(const auto&... dims) { refuse(dims...); }
  void unsqueeze_(const auto&... dims) { refuse(dims...); }
  void transpose_(const auto&... dims) { refuse(dims...); }
  void t_(const auto&... dims) { refuse(dims...); }
  void resize_(const auto&... dims) { refuse(dims...); }

 private:
  template <class... T>
  static void refuse(const T&...) {
    static_assert(sizeof...(T) > 99,
                  "a tensor keeps its shape: write x = x.squeeze(), for example");
  }
};

/// Says what to write in the place of methods that other libraries have.
struct NoSuchMethods {
  void cpu(const auto&... none) const { refuse_device(none...); }
  void cuda(const auto&... none) const { refuse_device(none...); }
  void numpy(const auto&... none) const { refuse_list(none...); }
  void tolist(const auto&... none) const { refuse_list(none...); }
  template <class T>
  T* data_ptr() const {
    static_assert(std::same_as<T, void>, "write data<float>(), or mutable_data<float>()");
    return nullptr;
  }

 private:
  template <class... T>
  static void refuse_device(const T&...) {
    static_assert(sizeof...(T) > 99, "there are no devices: leave it out");
  }
  template <class... T>
  static void refuse_list(const T&...) {
    static_assert(sizeof...(T) > 99, "write to_vector<float>()");
  }
};

/// Says what to write in the place of zero_grad(set_to_none).
struct SetToNone {
  constexpr SetToNone() = default;
  template <std::same_as<bool> T>
  SetToNone(T) {
    static_assert(!std::same_as<T, bool>, "write zero_grad(), which drops gradients");
  }
};

/// Says what to write in the place of softplus(x, beta, threshold).
struct NoThreshold {
  constexpr NoThreshold() = default;
  template <class T>
  requires std::is_arithmetic_v<T> NoThreshold(T) {
    static_assert(!std::is_arithmetic_v<T>,
                  "write softplus(x, beta): it is exact without a threshold");
  }
};

/// A type of letters or of truth values, which C++ would convert to numbers.
template <class T>
concept NoNumber = std::same_as<T, bool> || std::same_as<T, char> || std::same_as<T, wchar_t> ||
    std::same_as<T, char8_t> || std::same_as<T, char16_t> || std::same_as<T, char32_t>;

/// A fraction as an argument, such as a rate or a probability.
class Real {
 public:
  template <std::convertible_to<double> T>
  constexpr Real(const T& value) : value_(static_cast<double>(value)) {
    static_assert(!NoNumber<T>, "write a number: neither bool nor char is one here");
  }
  constexpr operator double() const { return value_; }

 private:
  double value_;
};

/// A function object for arguments of any type, such as a lambda with `auto`: it can't be asked
/// what it takes.
template <class F>
concept Generic = std::is_class_v<F> && !requires {
  &F::operator();
};

/// The first member of options that have lists: {2, 1} isn't taken for two of them.
struct ByName {
  constexpr ByName() {}
  template <std::integral T>
  constexpr ByName(T) {
    static_assert(!std::integral<T>, "name the options: {.stride = {2, 1}}");
  }
};

}  // namespace detail
}  // namespace tapegrad
