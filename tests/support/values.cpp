#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

#include <fmt/core.h>

#include <cmath>

namespace tapegrad::test {

Tensor spread(const Shape& shape, double low, double high, int seed) {
  // Multiples of the golden ratio modulo 1 are all different and evenly spread.
  std::vector<double> values(static_cast<std::size_t>(numel(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double turn = 0.6180339887498949 * static_cast<double>(i + 1) + 0.3247 * (seed + 1);
    values[i] = low + (high - low) * (turn - std::floor(turn));
  }
  return Tensor::from_vector(std::move(values), shape);
}

std::string name_of(Arrangement arrangement) {
  switch (arrangement) {
    case Arrangement::dense:
      return "dense";
    case Arrangement::transposed:
      return "transposed";
    case Arrangement::sliced:
      return "sliced";
    case Arrangement::broadcast:
      break;
  }
  return "broadcast";
}

Tensor laid(const Tensor& x, Arrangement arrangement) {
  const NoGrad guard;
  const Tensor source = x.detach().clone();
  if (arrangement == Arrangement::dense || x.dim() == 0) return source;
  if (arrangement == Arrangement::transposed) {
    return source.transpose(0, -1).clone().transpose(0, -1).detach();
  }
  if (arrangement == Arrangement::broadcast) {
    return source.narrow(0, 0, std::min<std::int64_t>(1, source.size(0)))
        .expand(source.shape())
        .detach();
  }
  Shape roomy = source.shape();
  roomy[0] = 2 * roomy[0] + 1;
  Tensor field = zeros(roomy, {.dtype = source.dtype()});
  Tensor part = field.slice(0, 1, std::nullopt, 2);
  part.copy_(source);
  return part.detach();
}

std::string difference(const Tensor& a, const Tensor& b, double rtol, double atol) {
  if (a.shape() != b.shape()) {
    return fmt::format("shapes differ: {} and {}", to_string(a.shape()), to_string(b.shape()));
  }
  const std::vector<double> x = a.detach().to_vector<double>();
  const std::vector<double> y = b.detach().to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if ((std::isnan(x[i]) && std::isnan(y[i])) || x[i] == y[i]) continue;
    const double error = std::abs(x[i] - y[i]);
    const double allowed = atol + rtol * std::abs(y[i]);
    if (!(error <= allowed)) {
      return fmt::format("element {} of {}: {:.17g} and {:.17g} differ by {:.3g}; allowed: {:.3g}",
                         i, to_string(a.shape()), x[i], y[i], error, allowed);
    }
  }
  return "";
}

}  // namespace tapegrad::test
