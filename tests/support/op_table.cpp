#include "support/op_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "support/captured.hpp"
#include "support/catch.hpp"
#include "support/contract.hpp"
#include "support/cut.hpp"
#include "support/errors.hpp"
#include "support/in_graph.hpp"
#include "support/op_inputs.hpp"
#include "support/sanitized.hpp"
#include "support/sweep.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

/// An operation without derivative leaves no trace on the tape.
void check_untracked(const OpRow& row) {
  CHECK(!row.f(leaves(row, Arrangement::dense)).requires_grad());
}

void check_gradient(const OpRow& row, const Tensors& inputs, const GradcheckOptions& options) {
  const gradtest::Report report = gradcheck(row.f, inputs, options);
  INFO(report.text());
  CHECK(report);
}

void check_recorded(const OpRow& row) {
  const std::string tape = tape_text(row.f(leaves(row, Arrangement::dense)));
  INFO("the tape:\n" << tape);
  CHECK(tape.find("= " + std::string(row.name) + "(") != std::string::npos);
}

double largest(const Tensor& x) {
  double most = 1;
  for (const double v : x.detach().to_vector<double>()) {
    if (std::isfinite(v)) most = std::max(most, std::abs(v));
  }
  return most;
}

void check_float32(const OpRow& row) {
  // Both start from the same numbers: those that float32 holds exactly.
  const Tensors single = copies(leaves(row, Arrangement::dense), float32);
  const Tensors exact = copies(single, float64);
  const Tensor y = row.f(exact);
  const Tensor y32 = row.f(single);
  CHECK(y32.dtype() == float32);
  CHECK(difference(y32, y, 0, row.float32_tolerance * largest(y)) == "");
  const Tensors g = gradients(row, exact);
  const Tensors g32 = gradients(row, single);
  for (std::size_t i = 0; i < g.size(); ++i) {
    if (!g[i].defined()) continue;
    INFO("gradient of input " << i);
    CHECK(g32[i].dtype() == float32);
    // A gradient passes through about twice as many roundings as the result.
    CHECK(difference(g32[i], g[i], 0, 2 * row.float32_tolerance * largest(g[i])) == "");
  }
}

/// Types that are only stored: as float32 does it, rounded at each operation.
void check_narrow(const OpRow& row, DType dtype, double half_unit) {
  if (!row.never_narrow.empty()) return;
  const Tensors narrow = copies(leaves(row, Arrangement::dense), dtype);
  const Tensors wide = copies(narrow, float32);
  const auto check_like = [&](const Tensor& x, const Tensor& expected, double units) {
    CHECK(x.dtype() == (expected.dtype() == float32 ? dtype : expected.dtype()));
    CHECK(difference(x, expected, 0, units * half_unit * largest(expected)) == "");
  };
  check_like(row.f(narrow), row.f(wide), row.narrow_roundings);
  const Tensors g = gradients(row, narrow);
  const Tensors expected = gradients(row, wide);
  for (std::size_t i = 0; i < g.size(); ++i) {
    INFO("gradient of input " << i);
    REQUIRE(g[i].defined() == expected[i].defined());
    if (g[i].defined()) check_like(g[i], expected[i], 2 * row.narrow_roundings);
  }
}

void check_layout(const OpRow& row, Arrangement arrangement) {
  const Tensors strided = leaves(row, arrangement);
  const Tensors dense = copies(strided, float64);
  // The order of additions may differ with the layout, so equality is up to float64 roundings.
  CHECK(difference(row.f(strided), row.f(dense), 1e-13, 1e-13) == "");
  const Tensors g = gradients(row, strided);
  const Tensors expected = gradients(row, dense);
  for (std::size_t i = 0; i < g.size(); ++i) {
    REQUIRE(g[i].defined() == expected[i].defined());
    if (g[i].defined()) CHECK(difference(g[i], expected[i], 1e-13, 1e-13) == "");
  }
}

void check_empty(const OpRow& row) {
  if (!row.never_empty.empty()) return;
  REQUIRE(row.empty_inputs.size() == row.inputs.size());
  Tensors inputs;
  for (const Shape& shape : row.empty_inputs) {
    inputs.push_back(spread(shape, 0.25, 0.75).requires_grad_());
  }
  const Tensor y = row.f(inputs);
  CHECK(to_string(y.shape()) == to_string(row.empty_result));
  const Tensors g = gradients(row, inputs);
  for (std::size_t i = 0; i < g.size(); ++i) {
    if (g[i].defined()) CHECK(to_string(g[i].shape()) == to_string(inputs[i].shape()));
  }
}

void check_refusals(const OpRow& row) {
  for (const Refusal& refusal : row.refuses) {
    const std::string error = error_of(refusal.call);
    INFO("expected an error with: " << refusal.message << "\ngot: " << error);
    CHECK(contains(error, std::string(refusal.message)));
  }
}

void check_same_bits(const Tensor& x, const Tensor& expected) {
  REQUIRE(x.defined() == expected.defined());
  if (x.defined()) CHECK(difference(x, expected, 0, 0) == "");
}

void check_threads(const OpRow& row) {
  const Tensors inputs = leaves(row, Arrangement::transposed);
  const Tensor y = row.f(inputs);
  const Tensors g = row.differentiable ? gradients(row, inputs) : Tensors();
  // Where everything is slow, whether several do no harm.
  for (const int threads : sanitized ? std::vector{3} : std::vector{1, 2, 3, 7}) {
    INFO(threads << " threads");
    const Cut cut(threads, 3);
    check_same_bits(row.f(inputs), y);
    if (!row.differentiable) continue;
    const Tensors again = gradients(row, inputs);
    for (std::size_t i = 0; i < g.size(); ++i) check_same_bits(again[i], g[i]);
  }
}

/// The operations of the function and, recorded, of its derivative.
void check_contract_of(const OpRow& row, const Tensors& inputs) {
  check_contract([&] {
    const Tensor y = row.f(inputs);
    if (!row.differentiable) return;
    const Tensor weights = spread(y.shape(), 0.5, 1.5).to(y.dtype());
    grad({y}, inputs, {.grad_outputs = {weights}, .create_graph = true, .allow_unused = true});
  });
}

/// Captured and run on new numbers, the function and its derivative are what they are by
/// themselves.
void check_program(const OpRow& row) {
  const auto f = [&](const Tensors& feeds) {
    Tensors inputs;
    for (const Tensor& x : feeds) inputs.push_back(Tensor(x).requires_grad_(row.differentiable));
    Tensors results{row.f(inputs)};
    if (!row.differentiable) return results;
    const Tensor weights = spread(results[0].shape(), 0.5, 1.5).to(results[0].dtype());
    for (const Tensor& g :
         grad({results[0]}, inputs, {.grad_outputs = {weights}, .allow_unused = true})) {
      if (g.defined()) results.push_back(g);
    }
    return results;
  };
  const Tensors first = leaves(row, Arrangement::dense);
  const auto check = [&] { check_captured(f, {first, leaves(row, Arrangement::dense, 7), first}); };
  if (row.never_captured.empty()) return check();
  CHECK(contains(error_of(check), "captured"));
}

/// Rows that read values, change something in place or ask for gradients in their function are
/// refused in a graph.
void check_graph(const OpRow& row) {
  const Tensors x = leaves(row, Arrangement::dense);
  try {
    check_in_graph(row.f, x, row.differentiable);
  } catch (const Error& refusal) {
    const std::string why = refusal.what();
    INFO(why);
    CHECK((contains(why, "belongs to a graph") || contains(why, "while the program is captured")));
  }
  check_in_graph_of_unknown_size(row.f, x);
}

/// For an emulated processor, where each instruction takes many times as long: what has been shown
/// on another one, and isn't about instructions, is left out.
bool only_loops() {
  static const bool on = std::getenv("TAPEGRAD_ONLY_LOOPS") != nullptr;
  return on;
}

void check_derivatives(const OpRow& row, const std::string& label) {
  DYNAMIC_SECTION(label << "float32 against float64") { check_float32(row); }
  // What numbers a derivative has, was shown elsewhere, and takes many runs.
  if (only_loops()) return;
  DYNAMIC_SECTION(label << "recorded under its name") { check_recorded(row); }
  DYNAMIC_SECTION(label << "derivatives of orders 1 to 3") {
    // Where allocations are slow the higher orders take minutes. They run public operations, which
    // have rows of their own; that the first derivative is recorded, is checked above.
    const int order = sanitized ? 1 : row.no_third_order.empty() ? 3 : 2;
    check_gradient(row, leaves(row, Arrangement::dense),
                   {.order = order, .tolerance = row.tolerance});
  }
  if (sanitized) return;  // the loops have run above
  DYNAMIC_SECTION(label << "derivatives of order 1 in float32") {
    check_gradient(row, copies(leaves(row, Arrangement::dense), float32), {});
  }
}

/// Reverse mode against numeric derivatives of the result, of its gradient, and of that one's; at
/// each order against forward mode, too.
void sweep(const OpRow& row) {
  if (!row.differentiable) return account(row.name, 0, 0, "has no derivative");
  const int orders = row.no_third_order.empty() ? 3 : 2;
  std::size_t before = 0;
  for (int order = 1; order <= orders; ++order) {
    const gradtest::Report report = gradcheck(row.f, leaves(row, Arrangement::dense),
                                              {.order = order, .tolerance = row.tolerance});
    INFO(row.name << ": " << report.text());
    CHECK(report);
    account(row.name, order, report.cells - before, order == 2 ? row.no_third_order : "");
    before = report.cells;
  }
}

}  // namespace

void check_rows(const std::vector<OpRow>& rows, int line) {
  if (sweeping()) {
    for (const OpRow& row : rows) {
      if (wanted()) sweep(row);
    }
    return;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const OpRow& row = rows[i];
    // Catch2 passes over a section whose name it has seen.
    const std::string label = std::string(row.name) + " (line " + std::to_string(line) + ", row " +
                              std::to_string(i) + "): ";
    if (row.differentiable) {
      check_derivatives(row, label);
    } else {
      DYNAMIC_SECTION(label << "not tracked") { check_untracked(row); }
    }
    for (const Arrangement arrangement :
         {Arrangement::transposed, Arrangement::sliced, Arrangement::broadcast}) {
      if (arrangement == Arrangement::broadcast && !row.broadcast_inputs) continue;
      DYNAMIC_SECTION(label << "" << name_of(arrangement) << " inputs") {
        check_layout(row, arrangement);
      }
    }
    DYNAMIC_SECTION(label << "float16 and bfloat16 against float32") {
      check_narrow(row, float16, 0x1p-11);
      check_narrow(row, bfloat16, 0x1p-8);
    }
    if (only_loops()) continue;
    DYNAMIC_SECTION(label << "the contract of each operation") {
      check_contract_of(row, leaves(row, Arrangement::dense));
      check_contract_of(row, copies(leaves(row, Arrangement::dense), float32));
      if (row.never_narrow.empty()) {
        check_contract_of(row, copies(leaves(row, Arrangement::dense), bfloat16));
      }
      check_contract_of(row, leaves(row, Arrangement::transposed));
    }
    DYNAMIC_SECTION(label << "empty inputs") { check_empty(row); }
    DYNAMIC_SECTION(label << "refusals") { check_refusals(row); }
    // What follows runs the same loops again. Programs and threads have tests of their own, which a
    // sanitizer sees as well.
    if (sanitized) continue;
    DYNAMIC_SECTION(label << "as a captured program") { check_program(row); }
    DYNAMIC_SECTION(label << "in a graph") { check_graph(row); }
    DYNAMIC_SECTION(label << "any number of threads") { check_threads(row); }
  }
}

}  // namespace tapegrad::test
