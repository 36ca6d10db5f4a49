// The numbers at which the elementary functions are measured.
#pragma once

#include <cstddef>
#include <vector>

namespace tapegrad::accuracy {

constexpr std::size_t count = 1'000'000;

/// A million arguments for a function of one number: every binary exponent of both signs alike,
/// subnormals included; then around 0, around 1, and where e^x leaves the numbers of T; zeros,
/// infinities, NaN. The same ones wherever it runs.
template <class T>
std::vector<T> arguments();

template <class T>
struct Pairs {
  std::vector<T> first;
  std::vector<T> second;
};

/// A million bases and exponents: powers of every magnitude, whole exponents of either sign,
/// bases next to 1, and pairs of any two numbers.
template <class T>
Pairs<T> bases_and_exponents();

/// A million numbers in rows of eight, which spread over more than exp can hold.
template <class T>
std::vector<T> rows_of_eight();

}  // namespace tapegrad::accuracy
