#include "support/contract.hpp"

#include <cstring>

#include "autograd/trace.hpp"
#include "kernels/ref.hpp"
#include "support/catch.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

/// Elements that no operation gives.
Tensor rubbish(DType dtype, const Shape& shape) {
  const Tensor x = make_tensor(dtype, shape);
  const int byte = dtype == boolean ? 1 : 0x9b;
  std::memset(kernels::ref(x).data, byte, static_cast<std::size_t>(x.numel()) * size_of(dtype));
  return x;
}

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  const Tensor x = a.contiguous();
  const Tensor y = b.contiguous();
  const auto bytes = static_cast<std::size_t>(x.numel()) * size_of(x.dtype());
  return bytes == 0 || std::memcmp(kernels::ref(x).data, kernels::ref(y).data, bytes) == 0;
}

/// Each second element in each dimension of x, whose dimensions stand in reverse order.
Tensor scattered_view(const Tensor& x) {
  Dims order;
  for (std::int64_t i = x.dim(); i-- > 0;) order.push_back(i);
  Tensor view = x.permute(order);
  for (std::int64_t i = 0; i < view.dim(); ++i) view = view.slice(i, 1, std::nullopt, 2);
  return view;
}

/// A tensor of `shape` in the midst of another, which is given, too.
Tensor among_others(DType dtype, const Shape& shape, Tensor& all) {
  Shape wide;
  for (std::size_t i = shape.size(); i-- > 0;) wide.push_back(2 * shape[i] + 1);
  all = rubbish(dtype, wide);
  return scattered_view(all);
}

void check_into_others(const Operation& op, Inputs inputs, const Tensor& output) {
  Tensor all;
  const Tensor place = among_others(output.dtype(), output.shape(), all);
  Tensor expected = all.clone();
  op.into(place, inputs);
  CHECK(same_bits(place, output));
  scattered_view(expected).copy_(output);
  CHECK(same_bits(all, expected));
}

void check_operation(const Operation& op, Inputs inputs, const Tensor& output) {
  const bool in_place = inputs[0]->is_same(output);
  if (in_place) return;
  INFO(op.name() << " with a result of " << name_of(output.dtype()) << ' '
                 << to_string(output.shape()));
  if (const auto layout = op.layout(inputs[0]->defined() ? impl_of(*inputs[0]).layout : Layout())) {
    CHECK_FALSE(op.computes());
    CHECK(*layout == impl_of(output).layout);
    CHECK(output.shares_storage_with(*inputs[0]));
    return;
  }
  REQUIRE(op.computes());
  const Meta meta = op.result(inputs);
  CHECK(meta.dtype == output.dtype());
  CHECK(to_string(meta.shape) == to_string(output.shape()));
  const Tensor given = rubbish(output.dtype(), output.shape());
  op.into(given, inputs);
  CHECK(same_bits(given, output));
  if (op.any_layout()) check_into_others(op, inputs, output);
}

}  // namespace

void check_contract(const std::function<void()>& f) { trace(f, check_operation); }

}  // namespace tapegrad::test
