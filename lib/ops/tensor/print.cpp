// The format is PyTorch's: all cells as wide as the widest, one notation for all.
#include "tapegrad/print.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <ostream>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

constexpr std::string_view opening = "tensor(";

enum class Notation { whole, fixed, scientific };

Notation notation_of(const std::vector<double>& values, const PrintOptions& options) {
  bool whole = true;
  double smallest = std::numeric_limits<double>::infinity();
  double largest = 0;
  for (const double value : values) {
    if (!std::isfinite(value) || value == 0) continue;
    whole = whole && value == std::ceil(value);
    smallest = std::min(smallest, std::abs(value));
    largest = std::max(largest, std::abs(value));
  }
  const bool wide = largest > 1e8 || largest > 1000 * smallest || (!whole && smallest < 1e-4);
  if (options.scientific.value_or(wide)) return Notation::scientific;
  return whole ? Notation::whole : Notation::fixed;
}

std::string cell(double value, Notation notation, int precision) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  switch (notation) {
    case Notation::whole:
      return fmt::format("{:.0f}.", value);
    case Notation::fixed:
      return fmt::format("{:.{}f}", value, precision);
    case Notation::scientific:
      break;
  }
  return fmt::format("{:.{}e}", value, precision);
}

std::vector<std::string> cells_of(const Tensor& x, const PrintOptions& options) {
  std::vector<std::string> cells;
  if (is_floating(x.dtype())) {
    const std::vector<double> values = x.to_vector<double>();
    const Notation notation = notation_of(values, options);
    for (const double value : values) cells.push_back(cell(value, notation, options.precision));
    return cells;
  }
  for (const std::int64_t value : x.to_vector<std::int64_t>()) {
    const bool truth = x.dtype() == boolean;
    cells.push_back(truth ? (value ? "True" : "False") : fmt::format("{}", value));
  }
  return cells;
}

/// The cells that are shown, and where the others were left out.
class Page {
 public:
  Page(const Tensor& x, const PrintOptions& options) : options_(options) {
    Tensor shown = x;
    if (x.numel() > options.threshold) {
      const std::int64_t edge = options.edge_items;
      for (std::int64_t d = 0; d < x.dim(); ++d) {
        if (x.size(d) <= 2 * edge) continue;
        cut_[static_cast<std::size_t>(d)] = true;
        shown = cat({shown.narrow(d, 0, edge), shown.narrow(d, x.size(d) - edge, edge)}, d);
      }
    }
    shape_ = shown.shape();
    cells_ = cells_of(shown, options);
    for (const std::string& text : cells_) width_ = std::max(width_, text.size());
  }

  std::string text() {
    if (shape_.empty()) return cells_[0];
    if (cells_.empty()) return "[]";
    return brackets(0);
  }

 private:
  /// The next brackets of dimension `dim`, which open `dim` columns right of the outermost.
  std::string brackets(std::size_t dim) {
    const std::size_t column = opening.size() + dim + 1;
    const bool innermost = dim + 1 == shape_.size();
    const std::size_t newlines = innermost ? 1 : shape_.size() - dim - 1;
    const std::string next_line = std::string(newlines, '\n') + std::string(column, ' ');
    const auto per_line =
        std::max<std::int64_t>(1, (options_.line_width - static_cast<std::int64_t>(column) + 1) /
                                      static_cast<std::int64_t>(width_ + 2));
    std::int64_t placed = 0;
    std::string text = "[";
    const auto place = [&](const std::string& item) {
      if (placed > 0) text += innermost && placed % per_line != 0 ? ", " : "," + next_line;
      ++placed;
      text += item;
    };
    for (std::int64_t i = 0; i < shape_[dim]; ++i) {
      if (cut_[dim] && i == options_.edge_items) place(innermost ? " ..." : "...");
      place(innermost ? fmt::format("{:>{}}", cells_[next_++], width_) : brackets(dim + 1));
    }
    return text + "]";
  }

  const PrintOptions& options_;
  std::array<bool, max_rank> cut_{};
  Shape shape_;
  std::vector<std::string> cells_;
  std::size_t width_ = 0;
  std::size_t next_ = 0;
};

std::vector<std::string> remarks_on(const Tensor& x) {
  std::vector<std::string> remarks;
  const DType t = x.dtype();
  const bool empty = x.numel() == 0;
  if (empty && x.dim() > 1) remarks.push_back("shape=" + to_string(x.shape()));
  // What tensor() makes of such values by itself.
  const bool usual = t == float32 || (!empty && (t == int64 || t == boolean));
  if (!usual) remarks.push_back(fmt::format("dtype={}", t));
  if (!x.operation().empty()) {
    remarks.push_back(fmt::format("op=<{}>", x.operation()));
  } else if (x.requires_grad()) {
    remarks.emplace_back("requires_grad=True");
  }
  return remarks;
}

}  // namespace

std::string to_string(const Tensor& x, const PrintOptions& options) {
  check<Error>(options.precision >= 0 && options.precision <= 30 && options.edge_items >= 1,
               "to_string: precision {} with {} edge items; use 0 to 30, and at least one",
               options.precision, options.edge_items);
  check<Error>(options.threshold >= 0 && options.line_width >= 0,
               "to_string: threshold {} and line_width {}; neither can be negative",
               options.threshold, options.line_width);
  if (!x.defined()) return "tensor(undefined)";
  check_has_values("to_string", x);
  const Tensor values = make_alias(x);
  std::string text = std::string(opening) + Page(values, options).text();
  for (const std::string& remark : remarks_on(x)) {
    const std::size_t line = text.size() - (text.rfind('\n') + 1);
    // 3: a comma, a space and the closing parenthesis.
    const bool fits = static_cast<std::int64_t>(line + remark.size() + 3) <= options.line_width;
    text += (fits ? ", " : ",\n" + std::string(opening.size(), ' ')) + remark;
  }
  return text + ")";
}

std::string to_string(const Tensor& x) { return to_string(x, PrintOptions{}); }

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace tapegrad
