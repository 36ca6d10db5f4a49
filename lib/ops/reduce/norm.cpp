#include "tapegrad/ops/reduce/norm.hpp"

#include <cmath>
#include <limits>

#include "autograd/apply.hpp"
#include "core/speaking.hpp"
#include "kernels/distance.hpp"
#include "ops/broadcast.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// sum(|x|^p)^(1/p), for p that is neither 0 nor infinite.
struct Norm {
  static constexpr std::string_view name = "norm";
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  double p;
  Reduced dims;
  void attributes(AttributeList& list) const {
    list("p", p);
    dims.attributes(list);
  }
  Meta result(const Tensor& x) const { return {x.dtype(), dims.shape(x.shape())}; }
  void into(const Tensor& out, const Tensor& x) const {
    Tensor to = out;
    if (x.numel() == 0) {
      to.fill_(p > 0 ? 0.0 : infinite);
      return;
    }
    if (p == 1 || p == 2) {
      to.copy_(p == 1 ? sum(abs(x), of(x), dims.keep) : sqrt(sum(square(x), of(x), dims.keep)));
      if (p == 1 || keeps_digits(out)) return;
    }
    // Relative to the largest element no power overflows, and none that counts vanishes.
    const Tensor most = largest(x);
    const Tensor unit = where((most > 0) * (most < infinite), most, 1);
    to.copy_((power_mean(x / unit) * unit).reshape(out.shape()));
  }
  /// |x| / y is between 0 and 1 (for p < 0 above 1): no power of it overflows on the way.
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor x = s[0].to(g.dtype());
    const Shape kept = dims.kept_shape(x.shape());
    const Tensor gradient = g.reshape(kept);
    if (p == 1) return {gradient * sign(x.detach())};
    const Tensor y = s.output().to(g.dtype()).reshape(kept);
    // Where y or x is 0 nothing may be divided by it, not even in what isn't chosen: 0 * inf is
    // NaN.
    const Tensor no_length = y.detach() == 0;
    const Tensor length = where(no_length, 1, y);
    if (p == 2) return {where(no_length, 0, gradient * (x / length))};
    // With p < 0 the norm is 0 if some element is: no other one moves it then.
    const Tensor none = (x.detach() == 0) + no_length;
    const Tensor share = where(none, 1, abs(x)) / length;
    return {where(none, 0, gradient * sign(x.detach()) * pow(share, p - 1))};
  }

 private:
  /// No square was infinite, and none that counts was subnormal.
  static bool keeps_digits(const Tensor& y) {
    const double low = y.dtype() == float32 ? 0x1p-50 : 0x1p-480;
    return all((y > low) * (y < infinite)).item<bool>();
  }
  Dims of(const Tensor& x) const {
    Dims list;
    for (std::size_t i = 0; i < x.shape().size(); ++i) {
      if (dims.gone[i]) list.push_back(static_cast<std::int64_t>(i));
    }
    return list;
  }
  /// Of what the powers are of: for p < 0 the smallest decides.
  Tensor largest(const Tensor& x) const {
    const Tensor size = abs(x);
    return p > 0 ? amax(size, of(x), keepdim) : amin(size, of(x), keepdim);
  }
  Tensor power_mean(const Tensor& x) const {
    if (p == 2) return sqrt(sum(square(x), of(x), keepdim));
    return pow(sum(pow(abs(x), p), of(x), keepdim), 1 / p);
  }
};

/// The distances of p = 2, whose differences are never in memory together.
struct Cdist {
  static constexpr std::string_view name = "cdist";
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  static void attributes(AttributeList&) {}
  Meta result(const Tensor& a, const Tensor& b) const {
    Shape shape = a.shape();
    shape[shape.size() - 1] = b.size(-2);
    return {a.dtype(), shape};
  }
  void into(const Tensor& y, const Tensor& a, const Tensor& b) const {
    kernels::distances(kernels::ref(y), kernels::ref(a), kernels::ref(b));
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor y = s.output().to(g.dtype()).unsqueeze(-1);
    const Tensor no_length = y.detach() == 0;
    const Tensor d = (s[0].unsqueeze(-2) - s[1].unsqueeze(-3)).to(g.dtype());
    const Tensor flow = where(no_length, 0, g.unsqueeze(-1) * (d / where(no_length, 1, y)));
    return {s.needs(0) ? sum(flow, -2) : Tensor{}, s.needs(1) ? -sum(flow, -3) : Tensor{}};
  }
};

}  // namespace

Tensor norm(const Tensor& x, double p, const Dims& dims, Keepdim keep) {
  check_floating("norm", x);
  check<Error>(!std::isnan(p), "norm: p is NaN");
  const Reduced reduced("norm", x, dims, keep);
  return speaking_as("norm", [&] {
    if (std::isinf(p)) return p > 0 ? amax(abs(x), dims, keep) : amin(abs(x), dims, keep);
    if (p == 0) return sum(abs(sign(x)), dims, keep);
    return apply(Norm{p, reduced}, x);
  });
}

Tensor dist(const Tensor& a, const Tensor& b, double p) {
  check_defined("dist", a, b, p);
  return speaking_as("dist", [&] { return norm(a - b, p); });
}

Tensor cdist(const Tensor& a, const Tensor& b, double p) {
  check_defined("cdist", a, b, p);
  check<ShapeError>(a.dim() >= 2 && b.dim() >= 2 && a.size(-1) == b.size(-1),
                    "cdist: needs rows of one length: shapes {} and {}", a.shape(), b.shape());
  check_broadcast("cdist", a.shape(), b.shape(), 3);
  const auto leading = [](const Tensor& x) {
    return without(without(x.shape(), x.shape().size() - 1), x.shape().size() - 2);
  };
  return speaking_as("cdist", [&] {
    const bool is_plain = a.dtype() == b.dtype() && (a.dtype() == float32 || a.dtype() == float64);
    if (p != 2 || !is_plain) return norm(a.unsqueeze(-2) - b.unsqueeze(-3), p, -1);
    const auto spread = [batch = broadcast_shapes(leading(a), leading(b))](const Tensor& x) {
      Shape shape = batch;
      shape.push_back(x.size(-2));
      shape.push_back(x.size(-1));
      return x.shape() == shape ? x : x.expand(shape);
    };
    return apply(Cdist{}, spread(a), spread(b));
  });
}

Tensor nn::pairwise_distance(const Tensor& a, const Tensor& b, double p, double eps, Keepdim keep) {
  check_defined("pairwise_distance", a, b, p, eps, keep);
  return speaking_as("pairwise_distance", [&] { return norm(a - b + eps, p, -1, keep); });
}

Tensor nn::cosine_similarity(const Tensor& a, const Tensor& b, AsDim dim, double eps) {
  check_defined("cosine_similarity", a, b, dim, eps);
  const Dims along{dim};
  return speaking_as("cosine_similarity", [&] {
    const Shape shape = broadcast_shapes(a.shape(), b.shape());
    const Tensor x = a.expand(shape);
    const Tensor y = b.expand(shape);
    const Tensor lengths =
        clamp_min(norm(x, 2, along, keepdim), eps) * clamp_min(norm(y, 2, along, keepdim), eps);
    return sum(x * y / lengths, along);
  });
}

}  // namespace tapegrad
