// The operation table: a row tells how an operation is called, and from it come its gradient
// checks at three orders, float32 against float64, other layouts, empty inputs, expected errors,
// and what its operations say of their results.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

using Tensors = std::vector<Tensor>;

/// An input of an operation: float64 values spread over [low, high].
struct Input {
  Shape shape;
  double low = -2;
  double high = 2;
};

/// A call that must throw, and a part of the message that it must throw with.
struct Refusal {
  std::string_view message;
  std::function<void()> call;
};

struct OpRow {
  /// The operation's name on the tape. The first row of a name must record it.
  std::string_view name;
  std::function<Tensor(const Tensors&)> f;
  std::vector<Input> inputs;
  /// Shapes of the same inputs with no element, and what the result's shape is then.
  std::vector<Shape> empty_inputs = {};
  Shape empty_result = {};
  /// Why there are no empty inputs.
  std::string_view never_empty = {};
  std::vector<Refusal> refuses = {};
  /// Float32 against float64, relative to the largest magnitude of the result. The default allows
  /// for a few roundings of 2^-24.
  double float32_tolerance = 2e-6;
  /// How often float16 and bfloat16 are rounded, relative to the largest magnitude of the result;
  /// more where several operations make one, or the slope is steep.
  double narrow_roundings = 4;
  /// Why its inputs are never of these two types.
  std::string_view never_narrow = {};
  /// Why no program can be captured that runs it, or its derivative; the error that says so is
  /// checked.
  std::string_view never_captured = {};
  /// Of derivatives, relative; larger where the operation itself rounds to float32.
  double tolerance = 1e-9;
  /// Why derivatives end at the second; empty where the third is checked too.
  std::string_view no_third_order = {};
  /// False where the equal values of a broadcast view sit on a kink, as ties of a maximum do.
  bool broadcast_inputs = true;
  /// False for an operation without a derivative, whose result is never tracked.
  bool differentiable = true;
};

/// The generated tests of each row, a section each. Call it within a TEST_CASE, and not in a loop:
/// the line and the row tell sections apart.
void check_rows(const std::vector<OpRow>& rows, int line = __builtin_LINE());

}  // namespace tapegrad::test
