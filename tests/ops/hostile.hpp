// Calls of hostile_test.cpp with arguments that are hostile to one function, by what they take.
// Every function is called besides, by what is made of the headers (calls.hpp).
#pragma once

#include <span>
#include <string_view>

#include "tapegrad/dtype.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

template <class... Arguments>
struct Victim {
  std::string_view name;
  Tensor (*f)(Arguments...);
};

std::span<const Victim<const Tensor&>> functions_of_one();
std::span<const Victim<const Tensor&, const Tensor&>> functions_of_two();
std::span<const Victim<const Tensor&, std::int64_t>> functions_with_integer();
std::span<const Victim<const Tensor&, Scalar>> functions_with_number();
std::span<const Victim<const Tensor&>> more_functions_of_one();
std::span<const Victim<const Tensor&, const Tensor&>> more_functions_of_two();
std::span<const Victim<const Tensor&, std::int64_t>> more_functions_with_integer();
std::span<const Victim<const Tensor&, Scalar>> more_functions_with_number();
std::span<const Victim<const Tensor&>> layer_functions_of_one();
std::span<const Victim<const Tensor&, const Tensor&>> layer_functions_of_two();
std::span<const Victim<const Tensor&, std::int64_t>> layer_functions_with_integer();
std::span<const Victim<const Tensor&, const Tensor&>> loss_functions_of_two();
std::span<const Victim<const Tensor&, std::int64_t>> loss_functions_with_integer();
std::span<const Victim<const Tensor&, const Tensor&>> sequence_functions_of_two();
std::span<const Victim<const Tensor&, Scalar>> sequence_functions_with_number();

}  // namespace tapegrad::test
