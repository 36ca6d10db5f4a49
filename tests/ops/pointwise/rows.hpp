// What the tests of pointwise operations share: rows of the operation table, and values compared
// with functions of long double.
#pragma once

#include <functional>
#include <string_view>
#include <utility>
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

/// The derivative, by a pass that isn't recorded and by one that is, with `exact` its formula.
void check_slopes(const std::vector<Values>& functions);

/// The derivative of the sum of f(x), of order 1, 2 or 3; 0 where a lower one is constant.
Tensor derivative(Function f, const Tensor& x, int order);

/// Numbers of float64 and what a function is of each, from a table; `units` as in Values. float32
/// is compared with float64, at the numbers that it holds.
using Table = std::vector<std::pair<double, long double>>;
void check_table(std::string_view name, const std::function<Tensor(const Tensor&)>& f,
                 const Table& table, double units = 2);

/// How many units in the last place of `dtype` lie between a value and the exact one. Below the
/// normal numbers a unit is the smallest subnormal. 0 where both are NaN or the same infinity.
long double units_between(double value, long double exact, DType dtype);

}  // namespace tapegrad::test
