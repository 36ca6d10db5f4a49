#include "tapegrad/nn/padding.hpp"

#include "core/check.hpp"
#include "nn/python_text.hpp"

namespace tapegrad::nn::detail {

Padding::Padding(const Dims& widths, std::size_t rank, PadMode mode, double value, Shows shows)
    : rank_(rank), mode_(mode), value_(value), shows_(shows) {
  check<Error>(widths.size() == 1 || widths.size() == 2 * rank,
               "Padding: {} widths; give one, or two for each of {} dimensions", widths.size(),
               rank);
  for (std::size_t i = 0; i < 2 * rank; ++i) {
    widths_.push_back(widths[widths.size() == 1 ? 0 : i]);
  }
}

Tensor Padding::forward(const Tensor& x) const {
  check_defined("pad", x);
  const auto rank = static_cast<std::int64_t>(rank_);
  check<ShapeError>(mode_ == PadMode::constant || x.dim() == rank + 1 || x.dim() == rank + 2,
                    "pad: x is {}; it needs [n, channels] or [channels] and {} sizes", x.shape(),
                    rank);
  return pad(x, widths_, mode_, value_);
}

std::string Padding::extra_repr() const {
  const std::string widths = tuple_text(Dims(widths_));
  return shows_ == Shows::widths ? widths
                                 : fmt::format("padding={}, value={}", widths, python_text(value_));
}

}  // namespace tapegrad::nn::detail
