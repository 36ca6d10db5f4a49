#include "tapegrad/ops/index/mask.hpp"

#include <algorithm>
#include <utility>

#include "autograd/apply.hpp"
#include "autograd/captured.hpp"
#include "kernels/copy.hpp"
#include "kernels/map.hpp"
#include "kernels/order.hpp"
#include "ops/beside.hpp"
#include "ops/elementwise.hpp"
#include "ops/in_place.hpp"
#include "ops/index/mask.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index/select.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape/split.hpp"

namespace tapegrad {
namespace {

/// x and the mask over the shape to which both broadcast; the first is a view.
Tensor wide(std::string_view operation, const Tensor& x, const Tensor& mask) {
  check_mask(operation, mask);
  return x.expand(broadcast_for(operation, x.shape(), mask.shape()));
}

/// A number where the mask holds.
struct MaskedFill {
  static constexpr std::string_view name = "masked_fill";
  static constexpr bool any_layout = true;
  static constexpr Needs saves(Needs) { return save_input(1); }
  Scalar value;

  void attributes(AttributeList& list) const { list("value", value); }
  static DType type_of(std::string_view operation, const Tensor& x, const Tensor& mask) {
    check_mask(operation, mask);
    return x.dtype();
  }
  Meta result(const Tensor& x, const Tensor& mask) const {
    return {type_of(name, x, mask), broadcast_for(name, x.shape(), mask.shape())};
  }
  void into(const Tensor& out, const Tensor& x, const Tensor& mask) const {
    const std::uint64_t bits = kernels::element_bits(out.dtype(), value, name);
    const Operand elements(x, out.dtype(), out.shape());
    const Operand holds(mask, boolean, out.shape());
    dispatch_size(out.dtype(), [&]<class T>(std::type_identity<T>) {
      kernels::map<T, bool, T>([v = static_cast<T>(bits)](bool m, T from) { return m ? v : from; },
                               {kernels::ref(out), holds.ref(), elements.ref()});
    });
  }
  Grads vjp(const Saved& s, const Tensor& g) const { return {where(s[1], 0, g), Tensor{}}; }
};

/// The indices of places that are counted row by row and come in their order.
void write_positions(std::int64_t* to, const Tensor& places, const Shape& shape) {
  const auto* place = kernels::ref(places).as<const std::int64_t>();
  const std::size_t rank = shape.size();
  Dims at(rank, 0);
  for (std::int64_t i = 0, before = 0; i < places.numel(); ++i) {
    std::int64_t ahead = place[i] - std::exchange(before, place[i]);
    for (std::size_t d = rank; d-- > 0 && ahead > 0;) {
      at[d] += std::exchange(ahead, 0);
      if (at[d] < shape[d]) break;
      ahead = at[d] / shape[d];
      at[d] %= shape[d];
    }
    to = std::copy(at.begin(), at.end(), to);
  }
}

}  // namespace

void check_mask(std::string_view operation, const Tensor& mask) {
  check<DTypeError>(mask.dtype() == boolean, "{}: the mask is {}, not bool; compare it with != 0",
                    operation, mask.dtype());
}

Tensor places_of(std::string_view operation, const Tensor& mask) {
  refuse_changed_later(operation, mask);
  Tensor places = make_tensor(int64, {kernels::count_true(kernels::ref(mask))});
  kernels::places_of_true(kernels::ref(places), kernels::ref(mask));
  return places;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value) {
  check_defined("masked_fill", x, mask, value);
  check_fits("masked_fill", x.dtype(), value);
  return apply(MaskedFill{value}, x, mask);
}

Tensor& Tensor::masked_fill_(const Tensor& mask, Scalar value) {
  check_defined_self("masked_fill_", *this, mask);
  check_fits("masked_fill_", dtype(), value);
  return apply_in_place(MaskedFill{value}, *this, mask);
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
  check_defined("masked_fill", x, mask, value);
  check_mask("masked_fill", mask);
  check<ShapeError>(value.dim() == 0,
                    "masked_fill: a value of shape {}; it must be one number, else use where()",
                    value.shape());
  return where(mask, value.to(x.dtype()), x);
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  check_defined("masked_select", x, mask);
  const Tensor all = wide("masked_select", x, mask);
  return index_select(all.reshape({all.numel()}), 0,
                      places_of("masked_select", mask.expand(all.shape())));
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source) {
  check_defined("masked_scatter", x, mask, source);
  check<DTypeError>(x.dtype() == source.dtype(), "masked_scatter: {} into {}; convert it with to()",
                    source.dtype(), x.dtype());
  const Tensor all = wide("masked_scatter", x, mask);
  const Tensor places = places_of("masked_scatter", mask.expand(all.shape()));
  check<ShapeError>(source.numel() >= places.numel(),
                    "masked_scatter: {} elements for {} places that the mask names", source.numel(),
                    places.numel());
  const Tensor taken = source.reshape({source.numel()}).narrow(0, 0, places.numel());
  const Tensor kept = masked_fill(all, mask, 0);
  return index_add(kept.reshape({all.numel()}), 0, places, taken).reshape(all.shape());
}

Tensor nonzero(const Tensor& x) {
  check_defined("nonzero", x);
  const Tensor places = places_of("nonzero", x.dtype() == boolean ? x.detach() : x.detach() != 0);
  if (x.dim() == 1) return places.unsqueeze(1);
  Tensor indices = make_tensor(int64, {places.numel(), x.dim()});
  write_positions(kernels::ref(indices).as<std::int64_t>(), places, x.shape());
  return indices;
}

Tensor argwhere(const Tensor& x) {
  check_defined("argwhere", x);
  return nonzero(x);
}

Tensor Tensor::where(const Tensor& condition, const Tensor& other) const {
  check_defined_self("where", *this, condition, other);
  return tapegrad::where(condition, *this, other);
}

Tensor Tensor::where(const Tensor& condition, Scalar other) const {
  check_defined_self("where", *this, condition);
  return tapegrad::where(condition, *this, other);
}

std::vector<Tensor> where(const Tensor& condition) {
  check_defined("where", condition);
  return unbind(nonzero(condition.dim() == 0 ? condition.unsqueeze(0) : condition), 1);
}

}  // namespace tapegrad
