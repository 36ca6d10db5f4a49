#include "support/contract.hpp"

#include <cstring>
#include <vector>

#include "autograd/trace.hpp"
#include "kernels/ref.hpp"
#include "support/catch.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

using Tensors = std::vector<Tensor>;

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

void check_into_others(const Operation& op, Inputs inputs, Outputs outputs) {
  Tensors whole(outputs.size()), places, expected;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    places.push_back(among_others(outputs[i].dtype(), outputs[i].shape(), whole[i]));
    expected.push_back(whole[i].clone());
  }
  op.into(places, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CHECK(same_bits(places[i], outputs[i]));
    scattered_view(expected[i]).copy_(outputs[i]);
    CHECK(same_bits(whole[i], expected[i]));
  }
}

void check_views(const Operation& op, const Tensor& input, const std::vector<Layout>& layouts,
                 Outputs outputs) {
  CHECK_FALSE(op.computes());
  REQUIRE(layouts.size() == outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CHECK(layouts[i] == impl_of(outputs[i]).layout);
    CHECK(outputs[i].shares_storage_with(input));
  }
}

void check_operation(const Operation& op, Inputs inputs, Outputs outputs) {
  const bool in_place = inputs[0]->is_same(outputs[0]);
  if (in_place) return;
  INFO(op.name() << " with a result of " << name_of(outputs[0].dtype()) << ' '
                 << to_string(outputs[0].shape()));
  const Layout first = inputs[0]->defined() ? impl_of(*inputs[0]).layout : Layout();
  if (const auto layouts = op.layouts(first); !layouts.empty()) {
    return check_views(op, *inputs[0], layouts, outputs);
  }
  REQUIRE(op.computes());
  const std::vector<Meta> results = op.results(inputs);
  REQUIRE(results.size() == outputs.size());
  Tensors given;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CHECK(results[i].dtype == outputs[i].dtype());
    CHECK(to_string(results[i].shape) == to_string(outputs[i].shape()));
    given.push_back(rubbish(outputs[i].dtype(), outputs[i].shape()));
  }
  op.into(given, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(same_bits(given[i], outputs[i]));
  if (op.any_layout()) check_into_others(op, inputs, outputs);
}

}  // namespace

void check_contract(const std::function<void()>& f) { trace(f, check_operation); }

}  // namespace tapegrad::test
