// Every function beside every argument that nobody sane gives: each call has a result that can be
// read, or throws an Error that begins with the function's name. The sanitizers look on.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "calls.hpp"
#include "hostile.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/print.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr double inf = std::numeric_limits<double>::infinity();
const double nan_value = std::nan("");

struct Argument {
  std::string_view what;
  Tensor x;
};

std::vector<Argument> tensors() {
  static float memory[2] = {1, 2};
  const auto nothing = [](void*) {};
  return {
      {"undefined", Tensor()},
      {"rank 0", full({}, 2.0)},
      {"empty", zeros({0, 3})},
      {"empty line", zeros({0})},
      {"line", tensor({1.0, 2.0, 3.0})},
      {"matrix", ones({2, 3})},
      {"transposed", ones({2, 3}).t()},
      {"expanded", ones({1, 1}).expand({2, 3})},
      {"NaN", full({2, 3}, nan_value)},
      {"infinite", full({2, 3}, -inf)},
      {"largest", full({2, 3}, std::numeric_limits<float>::max())},
      {"smallest", full({2, 3}, 1e-45)},
      {"bool", tensor({true, false})},
      {"uint8", tensor({0, 255}, {.dtype = uint8})},
      {"int32", full({2, 3}, std::numeric_limits<std::int32_t>::min(), {.dtype = int32})},
      {"int64", tensor({least, std::int64_t{-1}, most})},
      {"indices", tensor({0, 1})},
      {"float64", ones({2, 3}, {.dtype = float64})},
      {"tracked", ones({2, 3}, {.requires_grad = true})},
      {"recorded", ones({2, 3}, {.requires_grad = true}) * 2},
      {"far stride", Tensor::from_blob(memory, {1, 2}, nothing, Strides{most, 1})},
      {"stride 0", Tensor::from_blob(memory, {2, 3}, nothing, Strides{0, 0})},
      {"square", ones({2, 2})},
      {"square of NaN", full({2, 2}, nan_value)},
      {"infinite square", full({3, 2, 2}, inf)},
      {"largest square", full({2, 2}, std::numeric_limits<double>::max(), {.dtype = float64})},
      {"empty square", zeros({2, 0, 0})},
      {"square far apart", Tensor::from_blob(memory, {1, 1, 1}, nothing, Strides{most, most, 1})},
      {"rank 8", ones({1, 1, 1, 1, 1, 1, 1, 1})},
  };
}

/// "matmul: ..."
bool names_somebody(std::string_view message) {
  const std::size_t end = message.find(':');
  return end < 40 && std::isalpha(static_cast<unsigned char>(message[0]));
}

/// Reads what a call gives, and its derivatives.
void look_at(const Tensor& y) {
  if (!y.defined()) return;
  y.detach().to_vector<double>();
  to_string(y.detach());
  if (y.requires_grad() && y.numel() > 0) sum(y).backward();
}

/// Begins with that name. What a test does before its call may throw as well: undefined tensors
/// are refused by whom undefined_test.cpp says, and shapes that a list makes by the shape.
bool speaks_as(std::string_view name, std::string_view message) {
  return message.starts_with(std::string(name) + ": ") ||
         message.find("undefined") != std::string_view::npos ||
         message.starts_with("shape: negative size") ||
         message.starts_with("shape: more elements than 64 bits count");
}

/// What is called throws in its own name, what its result is asked in anybody's. `call` gives the
/// tensors of the result.
template <class Call>
void try_to(std::string_view name, const Call& call) {
  bool called = false;
  try {
    const std::vector<Tensor> results = call();
    called = true;
    for (const Tensor& y : results) look_at(y);
  } catch (const Error& error) {
    INFO(name << ": " << error.what());
    CHECK((called ? names_somebody(error.what()) : speaks_as(name, error.what())));
  } catch (const std::exception& other) {
    FAIL_CHECK(name << " throws no Error: " << other.what());
  }
}

template <class... Arguments>
void call(const test::Victim<Arguments...>& victim, std::type_identity_t<Arguments>... arguments) {
  try_to(victim.name, [&] { return std::vector<Tensor>{victim.f(arguments...)}; });
}

template <class... Arguments>
void call_each(std::initializer_list<std::span<const test::Victim<Arguments...>>> lists,
               std::type_identity_t<Arguments>... arguments) {
  for (const auto& list : lists) {
    for (const auto& victim : list) call(victim, arguments...);
  }
}

}  // namespace

TEST_CASE("functions of tensors have a result or a typed error for hostile ones", "[hostile]") {
  for (const Argument& first : tensors()) {
    CAPTURE(first.what);
    call_each(
        {test::functions_of_one(), test::more_functions_of_one(), test::layer_functions_of_one()},
        first.x);
    for (const Argument& second : tensors()) {
      CAPTURE(second.what);
      call_each(
          {test::functions_of_two(), test::more_functions_of_two(), test::layer_functions_of_two(),
           test::loss_functions_of_two(), test::sequence_functions_of_two()},
          first.x, second.x);
    }
  }
}

TEST_CASE("functions with integers have a result or a typed error for hostile ones", "[hostile]") {
  for (const Argument& argument : tensors()) {
    for (const std::int64_t n : {least, least + 1, std::int64_t{-9}, std::int64_t{-1},
                                 std::int64_t{0}, std::int64_t{1}, std::int64_t{9}, most}) {
      CAPTURE(argument.what, n);
      call_each({test::functions_with_integer(), test::more_functions_with_integer(),
                 test::layer_functions_with_integer(), test::loss_functions_with_integer()},
                argument.x, n);
    }
  }
}

TEST_CASE("functions with numbers have a result or a typed error for hostile ones", "[hostile]") {
  const Scalar numbers[] = {nan_value, inf, -inf, 1e300, -1e300, 5e-324,
                            0.5,       0,   -1,   least, most,   true};
  for (const Argument& argument : tensors()) {
    for (std::size_t i = 0; i < std::size(numbers); ++i) {
      CAPTURE(argument.what, i);
      call_each({test::functions_with_number(), test::more_functions_with_number(),
                 test::sequence_functions_with_number()},
                argument.x, numbers[i]);
    }
  }
}

// With a few of each only: 29 tensors twice would take minutes.
TEST_CASE("every function has a result or a typed error for hostile arguments", "[hostile]") {
  struct Numbers {
    std::int64_t n;
    Scalar x;
  };
  const Numbers numbers[] = {{0, nan_value}, {-1, 0.5}, {most, inf}};
  const std::vector<Argument> all = tensors();
  for (const Argument& first : all) {
    for (const std::string_view other : {"empty", "matrix", "indices", "NaN"}) {
      const auto second = std::ranges::find(all, other, &Argument::what);
      for (const Numbers& given : numbers) {
        CAPTURE(first.what, other, given.n);
        const test::Hostile h{first.x, second->x, given.n, given.x};
        for (const test::HostileCall& one : test::hostile_calls()) {
          try_to(one.name, [&] { return one.call(h); });
        }
      }
    }
  }
}
