#include "accuracy/arguments.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>

namespace tapegrad::accuracy {
namespace {

template <class T>
class Source {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

 public:
  /// Uniform; the standard's distributions differ between libraries.
  T between(double low, double high) {
    const double unit = static_cast<double>(engine_() >> 11) * 0x1p-53;
    return static_cast<T>(low + (high - low) * unit);
  }
  /// Any bits: all exponents alike.
  T any() { return std::bit_cast<T>(static_cast<Bits>(engine_() >> (64 - 8 * sizeof(T)))); }
  T any_positive() { return std::abs(any()); }
  bool one_in(std::uint64_t n) { return engine_() % n == 0; }

 private:
  std::mt19937_64 engine_{20'26'11'26};
};

template <class T>
std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  for (const T x :
       {T(0), Limits::denorm_min(), Limits::min(), std::nextafter(Limits::min(), T(0)),
        Limits::epsilon(), T(0.625), T(1), std::nextafter(T(1), T(0)), std::nextafter(T(1), T(2)),
        T(2), Limits::max(), Limits::infinity(), Limits::quiet_NaN()}) {
    values.push_back(x);
    values.push_back(-x);
  }
  return values;
}

}  // namespace

template <class T>
std::vector<T> arguments() {
  // exp is subnormal from `lowest` to `low`, and infinite from `high` on.
  const double lowest = std::log(static_cast<double>(std::numeric_limits<T>::denorm_min())) - 2;
  const double low = std::log(static_cast<double>(std::numeric_limits<T>::min())) + 2;
  const double high = std::log(static_cast<double>(std::numeric_limits<T>::max()));
  Source<T> source;
  std::vector<T> x = special_values<T>();
  while (x.size() < count / 2) x.push_back(source.any());
  while (x.size() < count) {
    x.push_back(source.between(-1, 1));
    x.push_back(source.between(-3, 3));
    x.push_back(source.between(-20, 20));
    x.push_back(source.between(0.5, 2));
    x.push_back(source.between(lowest, low));
    x.push_back(source.between(low, high));
    x.push_back(source.between(high - 2, high + 1));
    x.push_back(source.between(lowest, high));
  }
  x.resize(count);
  return x;
}

template <class T>
Pairs<T> bases_and_exponents() {
  using Limits = std::numeric_limits<T>;
  Source<T> source;
  Pairs<T> pairs;
  const auto add = [&pairs](T base, T exponent) {
    pairs.first.push_back(base);
    pairs.second.push_back(exponent);
  };
  const std::vector<T> special = special_values<T>();
  for (const T base : special) {
    for (const T exponent : special) add(base, exponent);
  }
  while (pairs.first.size() < count) {
    const T wanted = source.between(Limits::min_exponent - Limits::digits, Limits::max_exponent);
    const T base = source.any_positive();
    add(base, wanted / std::log2(base));
    const T beside_one = source.between(0.5, 2);
    add(beside_one, wanted / std::log2(beside_one));
    add(source.between(-10, 10), std::round(source.between(-40, 40)));
    add(source.any(), source.any());
  }
  pairs.first.resize(count);
  pairs.second.resize(count);
  return pairs;
}

template <class T>
std::vector<T> rows_of_eight() {
  const double most = std::log(static_cast<double>(std::numeric_limits<T>::max()));
  Source<T> source;
  std::vector<T> x;
  while (x.size() < count) {
    const double spread = source.one_in(2) ? 4 : 1.5 * most;
    const double middle = source.one_in(4) ? source.between(-2000, 2000) : 0;
    for (int i = 0; i < 8; ++i) x.push_back(source.between(middle - spread, middle + spread));
  }
  return x;
}

template std::vector<float> arguments<float>();
template std::vector<double> arguments<double>();
template Pairs<float> bases_and_exponents<float>();
template Pairs<double> bases_and_exponents<double>();
template std::vector<float> rows_of_eight<float>();
template std::vector<double> rows_of_eight<double>();

}  // namespace tapegrad::accuracy
