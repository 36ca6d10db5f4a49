#include "tapegrad/ops/reduce/scan.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "autograd/apply.hpp"
#include "core/speaking.hpp"
#include "kernels/scan.hpp"
#include "ops/floating.hpp"
#include "ops/reduce/products.hpp"
#include "ops/reduced.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index/select.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {

using kernels::From;
using kernels::other_end;
using kernels::ref;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// t moved away from the end where a scan starts, by one place, which `first` takes.
Tensor shifted(const Tensor& t, std::size_t dim, From from, Scalar first) {
  if (t.dim() == 0) return full_like(t, first);
  const auto d = static_cast<std::int64_t>(dim);
  const std::int64_t rest = std::max<std::int64_t>(t.size(d) - 1, 0);
  Shape one = t.shape();
  one[dim] = t.size(d) - rest;
  const Tensor start = full(one, first, {.dtype = t.dtype()});
  return from == From::begin ? cat({start, t.narrow(d, 0, rest)}, d)
                             : cat({t.narrow(d, t.size(d) - rest, rest), start}, d);
}

/// What scans have in common: the shape, and what they are told.
struct Scan {
  static constexpr bool any_layout = true;
  std::size_t dim;
  From from = From::begin;
  void attributes(AttributeList& list) const {
    list("dim", dim);
    if (from == From::end) list("reverse", true);
  }
  Like result(const Tensor& x) const { return like(x); }
};

struct Cumsum : Scan {
  static constexpr std::string_view name = "cumsum";
  static constexpr Needs saves(Needs) { return save_nothing; }
  void into(const Tensor& y, const Tensor& x) const { kernels::cumsum(ref(y), ref(x), dim, from); }
  /// Each x reaches its own sum and all later ones. The total without what came before would be
  /// the same, but for the digits that a difference loses.
  Grads vjp(const Saved&, const Tensor& g) const {
    return {apply(Cumsum{{dim, other_end(from)}}, g)};
  }
};

/// y = x + a * the y before it. Products and sums of scans have it as their derivative, and it has
/// itself, from the other end.
struct Recurrence : Scan {
  static constexpr std::string_view name = "recurrence";
  static constexpr Needs saves(Needs needs) {
    return save_input(1) | (asks_for(needs, 1) ? save_output : save_nothing);
  }
  Like result(const Tensor& x, const Tensor&) const { return like(x); }
  void into(const Tensor& y, const Tensor& x, const Tensor& a) const {
    kernels::recurrence(ref(y), ref(x), ref(a), dim, from);
  }
  Grads vjp(const Saved& s, const Tensor& g) const {
    const From back = other_end(from);
    const Tensor factor = s[1].to(g.dtype());
    const Tensor to_x = apply(Recurrence{{dim, back}}, g, shifted(factor, dim, back, 0));
    return {to_x, s.needs(1) ? to_x * shifted(s.output(), dim, from, 0) : Tensor{}};
  }
};

struct Cumprod : Scan {
  static constexpr std::string_view name = "cumprod";
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  void into(const Tensor& y, const Tensor& x) const { kernels::cumprod(ref(y), ref(x), dim, from); }
  /// The product before an element, times the sum of g times the products behind it.
  Grads vjp(const Saved& s, const Tensor& g) const {
    const From back = other_end(from);
    const Tensor behind =
        apply(Recurrence{{dim, back}}, g, shifted(s[0].to(g.dtype()), dim, back, 0));
    return {shifted(s.output(), dim, from, 1) * behind};
  }
};

/// exp(a - b), and 0 where a is -inf, though b may be, too.
Tensor exp_of_difference(const Tensor& a, const Tensor& b) {
  return exp(where(a.detach() == -infinite, -infinite, a - b));
}

struct Logcumsumexp : Scan {
  static constexpr std::string_view name = "logcumsumexp";
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  void into(const Tensor& y, const Tensor& x) const { kernels::logcumsumexp(ref(y), ref(x), dim); }
  /// The sum of g exp(x - y) over the later y, each of them made of the one before: no factor is
  /// above 1.
  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor y = s.output();
    const Tensor step = exp_of_difference(y, shifted(y, dim, From::end, infinite));
    const Tensor later = apply(Recurrence{{dim, From::end}}, g, step);
    return {exp_of_difference(s[0], y) * later};
  }
};

/// No derivative: the tape ends here.
template <class Which>
struct RunningExtreme {
  static constexpr std::string_view name =
      std::same_as<Which, kernels::Largest> ? "cummax" : "cummin";
  static constexpr bool any_layout = true;
  std::size_t dim;
  void attributes(AttributeList& list) const { list("dim", dim); }
  Meta result(const Tensor& x) const { return {int64, x.shape()}; }
  void into(const Tensor& y, const Tensor& x) const {
    kernels::index_of_running_extreme<Which>(ref(y), ref(x), dim);
  }
};

/// Integers and booleans as int64: sums, products and comparisons need no loops of other types.
Tensor in_sum_type(const Tensor& x) { return is_floating(x.dtype()) ? x : x.to(int64); }

template <class Which>
Extremes running_extreme(const Tensor& x, std::int64_t dim) {
  using Op = RunningExtreme<Which>;
  check_defined(Op::name, x, dim);
  const Op op{reduced_dim(Op::name, x, dim)};
  const Tensor indices = apply(op, in_sum_type(x));
  return {gather(x, static_cast<std::int64_t>(op.dim), indices), indices};
}

}  // namespace

Tensor products_of_others(const Tensor& x, std::size_t dim) {
  const auto before = [&](From from) {
    return shifted(apply(Cumprod{{dim, from}}, x), dim, from, 1);
  };
  return before(From::begin) * before(From::end);
}

Tensor cumsum(const Tensor& x, AsDim dim) {
  check_defined("cumsum", x, dim);
  return apply(Cumsum{{reduced_dim("cumsum", x, dim)}}, in_sum_type(x));
}

Tensor cumsum(const Tensor& x, AsDim dim, AsDType dtype) {
  check_defined("cumsum", x, dim, dtype);
  return cumsum(x.to(dtype), dim).to(dtype);
}

Tensor cumprod(const Tensor& x, AsDim dim) {
  check_defined("cumprod", x, dim);
  return apply(Cumprod{{reduced_dim("cumprod", x, dim)}}, in_sum_type(x));
}

Tensor cumprod(const Tensor& x, AsDim dim, AsDType dtype) {
  check_defined("cumprod", x, dim, dtype);
  return cumprod(x.to(dtype), dim).to(dtype);
}

Tensor logcumsumexp(const Tensor& x, AsDim dim) {
  check_floating("logcumsumexp", x);
  return apply(Logcumsumexp{{reduced_dim("logcumsumexp", x, dim)}}, x);
}

Tensor diff(const Tensor& x, std::int64_t n, std::int64_t dim, const Tensor& prepend,
            const Tensor& append) {
  check_defined("diff", x);
  check<ShapeError>(x.dim() > 0, "diff: x has rank {}; it needs a dimension", x.dim());
  check<Error>(n >= 0, "diff: differences are taken {} times", n);
  return speaking_as("diff", [&] {
    std::vector<Tensor> parts;
    for (const Tensor& part : {prepend, x, append}) {
      if (part.defined()) parts.push_back(part);
    }
    Tensor y = n > 0 && parts.size() > 1 ? cat(parts, dim) : x.slice(dim);
    for (std::int64_t i = 0; i < n && y.size(dim) != 0; ++i) {
      const Tensor behind = y.slice(dim, 1), before = y.slice(dim, std::nullopt, -1);
      y = y.dtype() == boolean ? logical_xor(behind, before) : behind - before;
    }
    return y;
  });
}

Extremes cummax(const Tensor& x, AsDim dim) { return running_extreme<kernels::Largest>(x, dim); }
Extremes cummin(const Tensor& x, AsDim dim) { return running_extreme<kernels::Smallest>(x, dim); }

}  // namespace tapegrad
