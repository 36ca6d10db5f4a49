// What ONNX does along dimensions.
#include "onnx/importer.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad::onnx {
namespace {

/// Over the dimensions that the node names: an attribute first, an input since opset 18 (of
/// ReduceSum since 13). None are all, or none.
template <class F>
Tensors over(const Ask& ask, F f) {
  const Tensor& x = ask.x();
  proto::Integers axes = ask.integers_or_input("axes", 1);
  const bool none = ask.integer("noop_with_empty_axes", 0) != 0;
  const Keepdim keep = ask.integer("keepdims", 1) != 0 ? Keepdim::yes : Keepdim::no;
  if (axes.empty() && none) return {x};
  if (axes.empty()) {
    for (std::int64_t d = 0; d < x.dim(); ++d) axes.push_back(d);
  }
  // Sums of integers are of their type.
  return {f(x, Dims(axes), keep).to(x.dtype())};
}

Tensor log_sum_exp(const Tensor& x, const Dims& dims, Keepdim keep) {
  return logsumexp(x, dims, keep);
}

template <bool largest>
Tensors place(const Ask& ask) {
  const std::int64_t axis = ask.axis(0);
  const Keepdim keep = ask.integer("keepdims", 1) != 0 ? Keepdim::yes : Keepdim::no;
  const bool last = ask.integer("select_last_index", 0) != 0;
  const Tensor x = last ? flip(ask.x(), {axis}) : ask.x();
  const Tensor found = largest ? argmax(x, axis, keep) : argmin(x, axis, keep);
  return {last ? x.size(axis) - 1 - found : found};
}

Tensors cumulative(const Ask& ask) {
  const proto::Integers axis = ask.told(1);
  if (axis.size() != 1) ask.refuse("the axis must be one number");
  const bool reversed = ask.integer("reverse", 0) != 0;
  const Tensor x = reversed ? flip(ask.x(), {axis[0]}) : ask.x();
  Tensor y = cumsum(x, axis[0]).to(x.dtype());
  if (ask.integer("exclusive", 0) != 0) y = y - x;
  return {reversed ? flip(y, {axis[0]}) : y};
}

Tensors top(const Ask& ask) {
  const std::int64_t axis = ask.axis(-1);
  const proto::Integers count = ask.has(1) ? ask.told(1) : proto::Integers{ask.integer("k", 1)};
  if (count.size() != 1) ask.refuse("k must be one number");
  ask.find("sorted");  // they always are
  const auto [values, indices] = topk(ask.x(), count[0], axis, ask.integer("largest", 1) != 0);
  return {values, indices};
}

}  // namespace

void add_reduce_operators(Operators& all) {
  all["ReduceSum"] = [](const Ask& ask) {
    return over(ask, [](const Tensor& x, const Dims& d, Keepdim k) { return sum(x, d, k); });
  };
  all["ReduceMean"] = [](const Ask& ask) {
    return over(ask, [](const Tensor& x, const Dims& d, Keepdim k) { return mean(x, d, k); });
  };
  all["ReduceMax"] = [](const Ask& ask) {
    return over(ask, [](const Tensor& x, const Dims& d, Keepdim k) { return amax(x, d, k); });
  };
  all["ReduceMin"] = [](const Ask& ask) {
    return over(ask, [](const Tensor& x, const Dims& d, Keepdim k) { return amin(x, d, k); });
  };
  all["ReduceProd"] = [](const Ask& ask) {
    return over(ask, [](const Tensor& x, const Dims& d, Keepdim k) { return prod(x, d, k); });
  };
  all["ReduceL1"] = [](const Ask& ask) {
    return over(ask, [](const Tensor& x, const Dims& d, Keepdim k) { return sum(abs(x), d, k); });
  };
  all["ReduceL2"] = [](const Ask& ask) {
    return over(ask, [](const Tensor& x, const Dims& d, Keepdim k) { return norm(x, 2, d, k); });
  };
  all["ReduceSumSquare"] = [](const Ask& ask) {
    return over(ask,
                [](const Tensor& x, const Dims& d, Keepdim k) { return sum(square(x), d, k); });
  };
  all["ReduceLogSum"] = [](const Ask& ask) {
    return over(ask, [](const Tensor& x, const Dims& d, Keepdim k) { return log(sum(x, d, k)); });
  };
  all["ReduceLogSumExp"] = [](const Ask& ask) { return over(ask, log_sum_exp); };
  all["ArgMax"] = place<true>;
  all["ArgMin"] = place<false>;
  all["CumSum"] = cumulative;
  all["TopK"] = top;
}

}  // namespace tapegrad::onnx
