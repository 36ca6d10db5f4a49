#include "program/reading.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "kernels/gemv.hpp"
#include "program/passes.hpp"
#include "program/read_once.hpp"

namespace tapegrad {
namespace {

bool is_matrix(const Tensor& x) { return x.defined() && impl_of(x).layout.rank() == 2; }
/// One element, perhaps at many indices.
bool is_number(const Tensor& x) {
  const auto is_zero = [](std::int64_t stride) { return stride == 0; };
  return x.numel() == 1 || std::ranges::all_of(x.impl()->layout.strides(), is_zero);
}
bool has_dense_rows(const Layout& x) {
  return x.strides()[1] == 1 && x.strides()[0] >= x.shape()[1];
}

/// A matrix times a column of weights.
bool is_of_rows(const Step& step) {
  const Traversal kind = step.operation->traversal();
  if (kind != Traversal::rows && kind != Traversal::product) return false;
  const Tensor& x = step.inputs[ReadOnce::matrix];
  return is_matrix(x) && has_dense_rows(x.impl()->layout) &&
         is_matrix(step.inputs[ReadOnce::weight]) &&
         step.inputs[ReadOnce::weight].numel() == x.shape()[1] &&
         step.outputs[0].shape() == Shape{x.shape()[0], 1} && step.outputs[0].dtype() == x.dtype();
}

/// By how many rows at a time such a product and one of columns can be done; 0 if they can't.
std::int64_t rows_of(const Step& product) {
  const Tensor& x = product.inputs[ReadOnce::matrix];
  const Shape& shape = x.shape();
  if (x.dtype() == float32) return kernels::rows_at_a_time<float>(shape[0], shape[1]);
  if (x.dtype() == float64) return kernels::rows_at_a_time<double>(shape[0], shape[1]);
  return 0;
}

/// The sum of a matrix' rows, each times the number that a column has for it.
struct OfColumns {
  const Tensor& x;
  Layout layout;  ///< of x, rows first
  const Tensor& column;
};
std::optional<OfColumns> of_columns(const Step& step) {
  if (step.call) return std::nullopt;
  const Traversal kind = step.operation->traversal();
  const bool turned = kind == Traversal::product;
  if (!turned && kind != Traversal::columns) return std::nullopt;
  const Tensor& x = step.inputs[turned ? 0 : 1];
  const Tensor& column = step.inputs[turned ? 1 : 0];
  if (!is_matrix(x) || !is_matrix(column) || column.shape()[1] != 1) return std::nullopt;
  const Layout layout = turned ? x.impl()->layout.transposed(0, 1) : x.impl()->layout;
  return OfColumns{x, layout, column};
}

/// What the steps of a group read and write, numbered as Group wants it.
class Values {
 public:
  explicit Values(Group& group) : group_(group) {}
  /// False for what has a number.
  bool add(const Tensor& x) {
    if (!numbers_.try_emplace(key_of(x), group_.dtypes.size()).second) return false;
    group_.dtypes.push_back(x.dtype());
    return true;
  }
  Place place_of(const Tensor& x) const {
    const Shape shape = x.shape().empty() || !is_number(x) ? Shape{} : Shape{1};
    return {.value = numbers_.at(key_of(x)), .whole = is_number(x), .layout = Layout(shape)};
  }

 private:
  using Key = std::tuple<const Storage*, std::int64_t, bool>;
  static Key key_of(const Tensor& x) {
    return {storage_of(x), x.impl()->layout.offset(), is_number(x)};
  }

  Group& group_;
  std::map<Key, std::size_t> numbers_;
};

/// From a product of rows to a later one of columns, with what lies between.
class Reader {
 public:
  Reader(const std::vector<Step>& steps, std::size_t first, std::size_t last)
      : steps_(steps), first_(first), last_(last), column_(steps[first].outputs[0].shape()) {
    for (std::size_t i = 0; i <= last; ++i) {
      for (const Tensor& y : steps[i].outputs) writers_[storage_of(y)].push_back(i);
    }
  }

  /// Whether all of them can be done in the place of the first.
  bool can_be_one() {
    const Tensor& sums = steps_[last_].outputs[0];
    const Tensor& r = of_columns(steps_[last_])->column;
    return is_there_before(steps_[first_].inputs[ReadOnce::matrix]) && is_made_by(first_) &&
           is_made_by(last_) && is_column(r) && r.dtype() == sums.dtype() && can_make(r) &&
           !between_.empty();
  }

  Step step(std::vector<Step>& steps, std::int64_t rows_of_piece) const;
  /// The steps between, in their order.
  const std::set<std::size_t>& between() const { return between_; }

 private:
  /// Nobody writes to it from the first step on.
  bool is_there_before(const Tensor& x) const {
    const auto found = writers_.find(storage_of(x));
    return found == writers_.end() || found->second.back() < first_;
  }
  /// What a step gives is of that step alone.
  bool is_made_by(std::size_t maker) const {
    const Step& step = steps_[maker];
    const Storage* const made = storage_of(step.outputs[0]);
    return step.outputs.size() == 1 && writers_.at(made) == std::vector{maker} && !made->data &&
           step.outputs[0].impl()->layout.is_contiguous();
  }
  bool is_column(const Tensor& x) const {
    return x.shape() == column_ && x.impl()->layout.is_contiguous();
  }
  bool can_make(const Tensor& x);

  const std::vector<Step>& steps_;
  std::size_t first_, last_;
  Shape column_;
  std::unordered_map<const Storage*, std::vector<std::size_t>> writers_;
  std::set<std::size_t> between_;
};

/// Whether x is there before the first step, or is made of what that gives element by element.
bool Reader::can_make(const Tensor& x) {
  if (!x.defined()) return false;
  if (is_there_before(x)) return is_number(x) || is_column(x);
  const std::size_t maker = writers_.at(storage_of(x)).front();
  if (!is_column(x) || maker < first_ || !is_made_by(maker)) return false;
  if (maker == first_ || between_.contains(maker)) return true;
  const Step& step = steps_[maker];
  const auto is_makeable = [&](const Tensor& input) { return can_make(input); };
  if (!step.operation->each_element() || !is_column(step.outputs[0]) ||
      !std::ranges::all_of(step.inputs, is_makeable)) {
    return false;
  }
  between_.insert(maker);
  return true;
}

Step Reader::step(std::vector<Step>& steps, std::int64_t rows_of_piece) const {
  Step one{.name = "fused", .scope = steps[first_].scope};
  one.inputs = steps[first_].inputs;
  one.inputs.resize(ReadOnce::products);
  Group group{.cut = {column_[0], 1, rows_of_piece}, .is_far = false};
  Values values(group);
  for (const std::size_t i : between_) {
    for (const Tensor& x : steps[i].inputs) {
      if (is_there_before(x) && values.add(x)) one.inputs.push_back(x);
    }
  }
  group.inputs = group.dtypes.size();
  const Storage* const last_column = storage_of(of_columns(steps[last_])->column);
  std::vector<std::size_t> makers{first_};
  makers.insert(makers.end(), between_.begin(), between_.end());
  std::stable_partition(makers.begin(), makers.end(), [&](std::size_t i) {
    return storage_of(steps[i].outputs[0]) != last_column;
  });
  for (const std::size_t i : makers) {
    values.add(steps[i].outputs[0]);
    one.outputs.push_back(steps[i].outputs[0]);
  }
  group.results = one.outputs.size();
  one.outputs.push_back(steps[last_].outputs[0]);
  std::string names(steps[first_].operation->name());
  for (const std::size_t i : between_) {
    names += ", " + std::string(steps[i].operation->name());
    GroupStep& its = group.steps.emplace_back();
    for (const Tensor& x : steps[i].inputs) its.inputs.push_back(values.place_of(x));
    its.output = values.place_of(steps[i].outputs[0]);
    its.operation = std::move(steps[i].operation);
  }
  names += ", " + std::string(steps[last_].operation->name());
  one.operation = std::make_unique<ReadOnce>(std::move(names), std::move(group));
  return one;
}

/// The product of rows that reads the same matrix as the product of columns at `last`, without a
/// call between them, which may change what was there before.
std::optional<std::size_t> first_reader(const std::vector<Step>& steps, std::size_t last,
                                        const OfColumns& sums) {
  for (std::size_t i = last; i-- > 0;) {
    if (steps[i].call) return std::nullopt;
    if (!is_of_rows(steps[i])) continue;
    const Tensor& x = steps[i].inputs[ReadOnce::matrix];
    if (storage_of(x) == storage_of(sums.x) && x.dtype() == sums.x.dtype() &&
        x.impl()->layout == sums.layout) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Step> read_once(std::vector<Step> steps) {
  for (std::size_t last = 0; last < steps.size(); ++last) {
    const std::optional<OfColumns> sums = of_columns(steps[last]);
    if (!sums) continue;
    const std::optional<std::size_t> first = first_reader(steps, last, *sums);
    const std::int64_t rows = first ? rows_of(steps[*first]) : 0;
    if (rows == 0) continue;
    Reader reader(steps, *first, last);
    if (!reader.can_be_one()) continue;
    steps[*first] = reader.step(steps, rows);
    std::vector<std::size_t> gone(reader.between().begin(), reader.between().end());
    gone.push_back(last);
    for (auto i = gone.rbegin(); i != gone.rend(); ++i) {
      steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(*i));
    }
    last -= gone.size();
  }
  return steps;
}

}  // namespace tapegrad
