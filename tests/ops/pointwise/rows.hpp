// What the tests of pointwise operations share: rows of the operation table, and values compared
// with functions of long double.
#pragma once

#include <string_view>
#include <vector>

#include "support/op_table.hpp"

namespace tapegrad::test {

using Function = Tensor (*)(const Tensor&);
using BinaryFunction = Tensor (*)(const Tensor&, const Tensor&);

/// A row of a function of one tensor.
OpRow row(std::string_view name, Function f, double low, double high);

/// Rows of a function of two tensors: equal shapes, and shapes that broadcast both ways.
std::vector<OpRow> row(std::string_view name, BinaryFunction f, double low = -2, double high = 2,
                       bool differentiable = true);

/// A function and what it is, between two numbers; `units` in the last place may lie between.
struct Values {
  std::string_view name;
  Function f;
  long double (*exact)(long double);
  double low;
  double high;
  double units = 2;
};

/// The same of two numbers, both between `low` and `high`.
struct BinaryValues {
  std::string_view name;
  BinaryFunction f;
  long double (*exact)(long double, long double);
  double low;
  double high;
  double units = 2;
};

/// In float32 and float64. Call it within a TEST_CASE.
void check_values(const std::vector<Values>& functions);
void check_values(const std::vector<BinaryValues>& functions);

/// How many units in the last place of `dtype` lie between a value and the exact one. Below the
/// normal numbers a unit is the smallest subnormal. 0 where both are NaN or the same infinity.
long double units_between(double value, long double exact, DType dtype);

}  // namespace tapegrad::test
