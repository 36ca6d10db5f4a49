#include "tapegrad/nn/upsample.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "nn/python_text.hpp"
#include "tapegrad/ops/convolution/pool.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::nn {
namespace {

/// One dimension: its sizes, and how far apart in x neighbours of the result are.
struct Resized {
  std::int64_t in, out;
  double step;
};

Resized resized(const Tensor& x, const InterpolateOptions& o, std::size_t d, std::size_t rank) {
  const std::int64_t in = x.size(static_cast<std::int64_t>(d) + 2);
  check<ShapeError>(in > 0, "interpolate: x is {}; it has no element to choose from", x.shape());
  if (!o.size.empty()) {
    const std::int64_t out = o.size.size() == rank ? o.size[d] : o.size[0];
    check<Error>(out >= 1, "interpolate: size is {}; the least is 1", o.size);
    return {in, out, static_cast<double>(in) / static_cast<double>(out)};
  }
  const double factor = o.scale_factor.size() == rank ? o.scale_factor[d] : o.scale_factor[0];
  const double size = std::floor(static_cast<double>(in) * factor);
  check<Error>(std::isfinite(factor) && size >= 1 && size < 0x1p62,
               "interpolate: scale_factor {} of {} elements; the result has at least one", factor,
               in);
  return {in, static_cast<std::int64_t>(size), 1 / factor};
}

/// An empty list with room for one of each element along a dimension of the result.
template <class T>
std::vector<T> room_for(std::int64_t count) {
  const std::size_t bytes = checked_bytes("interpolate", count, dtype_of<T>);
  // Asked in the way that may be refused: where a sanitizer watches, the other one ends the
  // program.
  void* const room = ::operator new(bytes, std::nothrow);
  if (!room) {
    throw MemoryError("interpolate", fmt::format("a size of {} needs {} bytes", count, bytes),
                      bytes, 0);
  }
  ::operator delete(room);
  std::vector<T> list;
  list.reserve(static_cast<std::size_t>(count));
  return list;
}

Tensor nearest(const Tensor& x, std::int64_t dim, const Resized& r, float middle) {
  auto from = room_for<std::int64_t>(r.out);
  for (std::int64_t i = 0; i < r.out; ++i) {
    // The step as PyTorch has it, a float32: which of two is the nearer hangs on its digits.
    const float at = (static_cast<float>(i) + middle) * static_cast<float>(r.step);
    from.push_back(std::min(static_cast<std::int64_t>(at), r.in - 1));
  }
  return index_select(x, dim, Tensor::from_vector(std::move(from)));
}

/// Where in x the elements of the result lie.
class Places {
 public:
  Places(const Resized& r, bool align) : align_(align) {
    const double gaps = static_cast<double>(r.out - 1);
    step_ = !align ? r.step : r.out > 1 ? static_cast<double>(r.in - 1) / gaps : 0;
  }
  double operator[](std::int64_t i) const {
    const double place = static_cast<double>(i);
    return align_ ? place * step_ : (place + 0.5) * step_ - 0.5;
  }
  double step() const { return step_; }

 private:
  bool align_;
  double step_;
};

/// Numbers of the type of x along a dimension of it.
Tensor along(const Tensor& x, std::int64_t dim, std::vector<double> numbers) {
  Shape shape(x.shape().size(), 1);
  shape[static_cast<std::size_t>(dim)] = static_cast<std::int64_t>(numbers.size());
  return Tensor::from_vector(std::move(numbers)).to(x.dtype()).reshape(shape);
}

Tensor linear(const Tensor& x, std::int64_t dim, const Resized& r, bool align) {
  auto low = room_for<std::int64_t>(r.out);
  auto high = room_for<std::int64_t>(r.out);
  auto weights = room_for<double>(r.out);
  const Places places(r, align);
  for (std::int64_t i = 0; i < r.out; ++i) {
    const double at = std::max(places[i], 0.0);
    const std::int64_t first = std::min(static_cast<std::int64_t>(at), r.in - 1);
    low.push_back(first);
    high.push_back(std::min(first + 1, r.in - 1));
    weights.push_back(std::clamp(at - static_cast<double>(first), 0.0, 1.0));
  }
  const Tensor weight = along(x, dim, std::move(weights));
  const Tensor a = index_select(x, dim, Tensor::from_vector(std::move(low)));
  const Tensor b = index_select(x, dim, Tensor::from_vector(std::move(high)));
  return a * (1 - weight) + b * weight;
}

struct Choice {
  std::int64_t place;
  double weight;
};

/// Sums of so many elements along a dimension: choose(i, k) is the k-th of those of element i of
/// the result.
template <class F>
Tensor weighted(const Tensor& x, std::int64_t dim, std::int64_t out, std::int64_t count,
                const F& choose) {
  Tensor sum;
  for (std::int64_t k = 0; k < count; ++k) {
    auto from = room_for<std::int64_t>(out);
    auto weights = room_for<double>(out);
    for (std::int64_t i = 0; i < out; ++i) {
      const Choice c = choose(i, k);
      from.push_back(c.place);
      weights.push_back(c.weight);
    }
    const Tensor part = index_select(x, dim, Tensor::from_vector(std::move(from))) *
                        along(x, dim, std::move(weights));
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

/// The weight of an element at this distance, up to 2: Keys' cubic.
double cubic_weight(double distance, double a) {
  const double d = std::abs(distance);
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

Tensor cubic(const Tensor& x, std::int64_t dim, const Resized& r, bool align) {
  const Places places(r, align);
  return weighted(x, dim, r.out, 4, [&](std::int64_t i, std::int64_t k) -> Choice {
    const double first = std::floor(places[i]) - 1;
    return {std::clamp<std::int64_t>(static_cast<std::int64_t>(first) + k, 0, r.in - 1),
            cubic_weight(places[i] - first - static_cast<double>(k), -0.75)};
  });
}

/// Filters as wide as the elements of the result are apart, whose weights add up to 1 also where
/// they meet an edge.
class Antialias {
 public:
  Antialias(const Resized& r, bool is_cubic, bool align)
      : is_cubic_(is_cubic),
        in_(r.in),
        step_(Places(r, align).step()),
        wide_(std::max(step_, 1.0)),
        reach_((is_cubic ? 2 : 1) * wide_),
        totals_(room_for<double>(r.out)) {
    for (std::int64_t i = 0; i < r.out; ++i) {
      double total = 0;
      for (std::int64_t j = first(i); j < end(i); ++j) total += weight(i, j);
      totals_.push_back(total);
      most_ = std::max(most_, end(i) - first(i));
    }
  }
  std::int64_t most() const { return most_; }
  Choice operator()(std::int64_t i, std::int64_t k) const {
    const std::int64_t j = first(i) + k;
    return j < end(i) ? Choice{j, weight(i, j) / totals_[static_cast<std::size_t>(i)]}
                      : Choice{first(i), 0};
  }

 private:
  double center(std::int64_t i) const { return (static_cast<double>(i) + 0.5) * step_; }
  std::int64_t first(std::int64_t i) const {
    return static_cast<std::int64_t>(std::max(center(i) - reach_ + 0.5, 0.0));
  }
  std::int64_t end(std::int64_t i) const {
    return std::min(static_cast<std::int64_t>(center(i) + reach_ + 0.5), in_);
  }
  double weight(std::int64_t i, std::int64_t j) const {
    const double d = std::abs(static_cast<double>(j) - center(i) + 0.5) / wide_;
    if (!is_cubic_) return std::max(1 - d, 0.0);
    return d < 2 ? cubic_weight(d, -0.5) : 0;
  }

  bool is_cubic_;
  std::int64_t in_;
  double step_, wide_, reach_;
  std::int64_t most_ = 0;
  std::vector<double> totals_;
};

/// The means of adaptive windows.
Tensor area(const Tensor& x, const InterpolateOptions& o, std::size_t rank) {
  Dims sizes{};
  for (std::size_t d = 0; d < rank; ++d) sizes.push_back(resized(x, o, d, rank).out);
  return rank == 1   ? adaptive_avg_pool1d(x, sizes)
         : rank == 2 ? adaptive_avg_pool2d(x, sizes)
                     : adaptive_avg_pool3d(x, sizes);
}

void check_options(const Tensor& x, const InterpolateOptions& o, std::size_t rank) {
  check<ShapeError>(rank >= 1 && rank <= 3 && x.dim() >= 3,
                    "interpolate: x is {}; it needs [n, channels] and one to three sizes",
                    x.shape());
  check<DTypeError>(is_floating(x.dtype()), "interpolate: x is {}; convert it with to(float32)",
                    x.dtype());
  const std::size_t given = o.size.empty() ? o.scale_factor.size() : o.size.size();
  check<Error>(
      o.size.empty() != o.scale_factor.empty() && (given == 1 || given == rank),
      "interpolate: {} sizes and {} factors for {} dimensions; give one of them, one number "
      "or one for each",
      o.size.size(), o.scale_factor.size(), rank);
  static constexpr std::string_view linear_modes[] = {"linear", "bilinear", "trilinear"};
  const bool known = o.mode == "nearest" || o.mode == "nearest-exact" || o.mode == "area" ||
                     o.mode == linear_modes[rank - 1] || (rank == 2 && o.mode == "bicubic");
  check<Error>(known, "interpolate: mode \"{}\" of {} dimensions; use \"nearest\", \"{}\"{}",
               o.mode, rank, linear_modes[rank - 1],
               rank == 2 ? ", \"bicubic\" or \"area\"" : " or \"area\"");
  check<Error>(!o.align_corners || o.mode.ends_with("linear") || o.mode == "bicubic",
               "interpolate: align_corners is {}, but \"{}\" has no corners to align; leave it out",
               o.align_corners, o.mode);
  check<Error>(!o.antialias || o.mode == "bilinear" || o.mode == "bicubic",
               "interpolate: antialias is {}, but the mode is \"{}\"; use \"bilinear\" or "
               "\"bicubic\" of two dimensions",
               o.antialias, o.mode);
}

}  // namespace

Tensor interpolate(const Tensor& x, const InterpolateOptions& options) {
  check_defined("interpolate", x);
  const std::size_t rank = x.shape().size() < 3 ? 0 : x.shape().size() - 2;
  check_options(x, options, rank);
  const std::string& mode = options.mode;
  if (mode == "area") return area(x, options, rank);
  Tensor y = x;
  for (std::size_t d = 0; d < rank; ++d) {
    const Resized r = resized(x, options, d, rank);
    const auto dim = static_cast<std::int64_t>(d) + 2;
    if (options.antialias) {
      const Antialias filter(r, mode == "bicubic", options.align_corners);
      y = weighted(y, dim, r.out, filter.most(), filter);
      continue;
    }
    y = mode == "nearest"         ? nearest(y, dim, r, 0)
        : mode == "nearest-exact" ? nearest(y, dim, r, 0.5F)
        : mode == "bicubic"       ? cubic(y, dim, r, options.align_corners)
                                  : linear(y, dim, r, options.align_corners);
  }
  return y;
}

std::string Upsample::extra_repr() const {
  std::string numbers = python_text(options_.size);
  if (options_.size.empty()) {
    numbers.clear();
    for (const double factor : options_.scale_factor) {
      numbers += (numbers.empty() ? "" : ", ") + python_text(factor);
    }
    if (options_.scale_factor.size() > 1) numbers = "(" + numbers + ")";
  }
  return fmt::format("{}={}, mode='{}'", options_.size.empty() ? "scale_factor" : "size", numbers,
                     options_.mode);
}

}  // namespace tapegrad::nn
