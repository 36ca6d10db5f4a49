#include "tapegrad/nn/position.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {

Tensor sinusoidal_encoding(std::int64_t length, std::int64_t size, const TensorOptions& like) {
  check<ShapeError>(length >= 0 && size >= 0,
                    "sinusoidal_encoding: {} places of {} numbers; sizes are not negative", length,
                    size);
  const TensorOptions exact{.dtype = float64};
  const Tensor column = arange(0, size, 1, exact);
  const Tensor odd = remainder(column, 2);
  const Tensor turn =
      arange(0, length, 1, exact).unsqueeze(1) *
      pow(10000.0, (odd - column) / static_cast<double>(std::max<std::int64_t>(size, 1)));
  return where(odd == 0, sin(turn), cos(turn)).to(like.dtype.value_or(float32));
}

PositionalEncoding::PositionalEncoding(AsSize d_model, const PositionalEncodingOptions& options)
    : pe(sinusoidal_encoding(options.max_len, d_model, {.dtype = options.dtype}).unsqueeze(1)),
      dropout(options.dropout, options.generator),
      batch_first_(options.batch_first) {}

void PositionalEncoding::visit(Visitor& v) {
  v("pe", pe);
  v("dropout", dropout);
}

Tensor PositionalEncoding::forward(const Tensor& x) const {
  check_defined("PositionalEncoding", x);
  check<ShapeError>(
      x.dim() == 3 && x.size(2) == pe.size(2) && x.size(batch_first_ ? 1 : 0) <= pe.size(0),
      "PositionalEncoding: x is {}; it needs [{}, {}], and at most {} places", x.shape(),
      batch_first_ ? "batch, places" : "places, batch", pe.size(2), pe.size(0));
  const Tensor rows = pe.narrow(0, 0, x.size(batch_first_ ? 1 : 0));
  return dropout(x + (batch_first_ ? rows.transpose(0, 1) : rows));
}

}  // namespace tapegrad::nn
