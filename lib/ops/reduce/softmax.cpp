#include "tapegrad/ops/reduce/softmax.hpp"

#include <cmath>

#include "autograd/apply.hpp"
#include "kernels/softmax.hpp"
#include "kernels/softmax_gradient.hpp"
#include "ops/index/along.hpp"
#include "ops/reduce/log_softmax.hpp"
#include "ops/reduced.hpp"
#include "ops/weighted.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// A derivative's kernel for rows.
struct ByRows {
  static constexpr std::string_view name = "softmax_to_input";
  void (*kernel)(Ref, Ref, Ref);
  Like result(const Tensor&, const Tensor& rows) const { return like(rows); }
  void into(const Tensor& out, const Tensor& g, const Tensor& rows) const {
    if (out.numel() > 0) kernel(ref(out), ref(g), ref(rows));
  }
};

/// The same on the lines of g and y along `dim`.
Tensor by_rows(void (*kernel)(Ref, Ref, Ref), const Tensor& g, const Tensor& y, std::size_t dim) {
  const auto d = static_cast<std::int64_t>(dim);
  if (y.dim() == 0) return by_rows(kernel, g.reshape({1}), y.reshape({1}), 0).reshape({});
  const bool last = dim + 1 == y.shape().size();
  const Tensor rows = (last ? y : y.transpose(d, -1)).contiguous();
  const Tensor gradients = (last ? g : g.transpose(d, -1)).contiguous();
  const Tensor out = untaped(ByRows{kernel}, gradients, rows);
  return last ? out : out.transpose(d, -1);
}

/// y with something harmless in slices that are NaN and whose gradient is 0: for recorded
/// derivatives, which would multiply the two.
Tensor without_unasked(const Tensor& y, const Tensor& g, std::size_t dim) {
  if (!std::isnan(sum(y.detach()).item<double>())) return y;
  const Tensor asked = any(g.detach() != 0, static_cast<std::int64_t>(dim), keepdim);
  return where((y == y) + asked, y, 0);
}

/// Which element of each slice along `dim` is the largest: one, the first.
Tensor is_largest(const Tensor& p, std::int64_t dim) {
  Shape line(p.shape().size(), 1);
  line[static_cast<std::size_t>(dim)] = p.size(dim);
  return arange(p.size(dim)).reshape(line) == argmax(p, dim, keepdim);
}

}  // namespace

Tensor recorded_through_log_softmax(const Tensor& g, const Tensor& x, std::size_t dim) {
  const auto d = static_cast<std::int64_t>(dim);
  const Tensor p = without_unasked(softmax(x, d), g, dim);
  if (p.dim() == 0 || p.numel() == 0) return g - g * p;
  // 1 - p of the largest p is the sum of the others, as in the kernel.
  const Tensor largest = is_largest(p.detach(), d);
  const Tensor rest = where(largest, sum(where(largest, 0, p), d, keepdim), 1 - p);
  return g * rest - p * (sum(g, d, keepdim) - g);
}

namespace {

struct Softmax {
  static constexpr std::string_view name = "softmax";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_output; }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& y, const Tensor& x) const { softmax(ref(y), ref(x), dim); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    if (!recording()) return {by_rows(softmax_gradient, g, s.output(), dim)};
    const Tensor y = without_unasked(s.output(), g, dim);
    if (y.dim() == 0 || y.numel() == 0) return {y * (g - g * y)};
    // Without the gradient of the largest y, as the kernel does it.
    const auto d = static_cast<std::int64_t>(dim);
    const Tensor rest = g - take_along(g, argmax(y.detach(), d), dim).unsqueeze(d);
    return {y * (rest - sum(rest * y, dim, keepdim))};
  }
};

struct LogSoftmax {
  static constexpr std::string_view name = "log_softmax";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_inputs; }
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Like result(const Tensor& x) const { return like(x); }
  void into(const Tensor& y, const Tensor& x) const { log_softmax(ref(y), ref(x), dim); }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    if (!recording()) return {by_rows(log_softmax_gradient, g, x, dim)};
    return {recorded_through_log_softmax(g, x, dim)};
  }
};

struct LogSumExp {
  static constexpr std::string_view name = "logsumexp";
  static constexpr Needs saves(Needs) { return save_inputs; }
  std::int64_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const Tensor& x) const {
    return {x.dtype(), without(x.shape(), static_cast<std::size_t>(dim))};
  }
  void into(const Tensor& y, const Tensor& x) const {
    logsumexp(ref(y), ref(x), static_cast<std::size_t>(dim));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0];
    return {weighted(x.dim() == 0 ? g : g.unsqueeze(dim), softmax(x, dim))};
  }
};

}  // namespace

Tensor softmax(const Tensor& x, AsDim dim) {
  check_floating("softmax", x);
  return apply(Softmax{reduced_dim("softmax", x, dim)}, x);
}

Tensor log_softmax(const Tensor& x, AsDim dim) {
  check_floating("log_softmax", x);
  return apply(LogSoftmax{reduced_dim("log_softmax", x, dim)}, x);
}

Tensor softmax(const Tensor& x, AsDim dim, AsDType dtype) {
  check_defined("softmax", x, dim, dtype);
  return softmax(x.to(dtype), dim);
}

Tensor log_softmax(const Tensor& x, AsDim dim, AsDType dtype) {
  check_defined("log_softmax", x, dim, dtype);
  return log_softmax(x.to(dtype), dim);
}

Tensor logsumexp(const Tensor& x, const Dims& dims, Keepdim keep) {
  check_defined("logsumexp", x, dims, keep);
  if (!is_floating(x.dtype())) return logsumexp(x.to(float32), dims, keep);
  const Reduced reduced("logsumexp", x, dims, keep);
  const bool one = dims.size() == 1 || x.dim() == 0;
  const std::size_t dim = one ? reduced_dim("logsumexp", x, dims.empty() ? 0 : dims[0]) : 0;
  const Tensor y = one ? apply(LogSumExp{static_cast<std::int64_t>(dim)}, x)
                       : logsumexp(reduced.joined_last(x), -1);
  const bool reshaped = keep == Keepdim::yes && x.dim() > 0;
  return reshaped ? y.reshape(reduced.kept_shape(x.shape())) : y;
}

}  // namespace tapegrad
