#include "program/fuse.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "kernels/parallel.hpp"
#include "program/dense_step.hpp"
#include "program/fused_steps.hpp"
#include "program/passes.hpp"
#include "program/pieces.hpp"

namespace tapegrad {
namespace {

// So many bytes of each operand at a time: three or four of them fit into a cache of the first
// level, and calling a loop costs some hundredths of what it does with as many.
constexpr std::int64_t piece_bytes = std::int64_t{1} << 13;
// Shorter results are in the cache anyway.
constexpr std::int64_t least_pieces = 4;

/// The group as one operation.
class Fused final : public FusedSteps {
 public:
  explicit Fused(Group group) : FusedSteps(names_of(group)), pool_(std::move(group)) {}

  void into(Outputs outs, Inputs inputs) const override {
    const Cut& cut = pool_.group().cut;
    const std::int64_t elements = cut.rows * cut.row_length;
    const std::int64_t of_piece = cut.rows_of_piece * cut.row_length;
    const std::int64_t share = std::max<std::int64_t>(kernels::grain / of_piece, 1);
    const auto run = [&](std::int64_t begin, std::int64_t end) {
      std::unique_ptr<Pieces> pieces = pool_.take(inputs, outs);
      for (std::int64_t i = begin; i < end; ++i) pieces->run(i);
      pool_.give_back(std::move(pieces));
    };
    elements > 0 ? kernels::parallel_for(cut.pieces(), share, run) : void();
  }

 private:
  static std::string names_of(const Group& group) {
    std::string names;
    for (const GroupStep& step : group.steps) {
      names += (names.empty() ? "" : ", ") + std::string(step.operation->name());
    }
    return names;
  }

  const PiecesPool pool_;
};

/// Steps that follow one another, as far as they can be one.
class Grouping {
 public:
  Grouping(const std::vector<Step>& steps, std::size_t first) : steps_(steps), first_(first) {}
  /// How many steps from the first can be run together.
  std::size_t count();
  Step step(std::vector<Step>& steps, const std::unordered_set<const Storage*>& needed);

 private:
  bool takes(const Step& step);
  bool takes_input(const Tensor& x);
  std::int64_t rows_of_piece() const;
  std::tuple<const Storage*, std::int64_t, bool> key_of(const Tensor& x) const {
    const Layout& layout = x.impl()->layout;
    return {storage_of(x), layout.offset(), layout.shape() != shape_};
  }
  Place place_of(const Tensor& x);

  const std::vector<Step>& steps_;
  std::size_t first_;
  std::size_t count_ = 0;
  Shape shape_;
  /// How many elements the rows have that some operand has one of.
  std::int64_t row_length_ = 1;
  std::int64_t widest_ = 1;
  std::unordered_set<const Storage*> made_;
  /// Numbers of what lies at one place; by storage, offset and whether it is whole.
  std::map<std::tuple<const Storage*, std::int64_t, bool>, std::size_t> values_;
};

bool Grouping::takes_input(const Tensor& x) {
  if (!x.defined()) return false;
  const Layout& layout = x.impl()->layout;
  if (!layout.is_contiguous()) return false;
  if (layout.shape() == shape_) return true;
  // Of what the group makes there is a piece at a time.
  if (made_.contains(storage_of(x))) return false;
  const std::int64_t n = layout.numel();
  if (n == 1) return true;
  if (!is_row_of(layout.shape(), shape_) || n > piece_bytes) return false;
  // One length of rows in a group.
  if (row_length_ != 1 && row_length_ != n) return false;
  row_length_ = n;
  return true;
}

bool Grouping::takes(const Step& step) {
  if (step.call || !step.operation->each_element() || step.outputs.size() != 1) return false;
  const Tensor& y = step.outputs[0];
  // A change in place is no result of its own.
  for (const Tensor& x : step.inputs) {
    if (x.defined() && storage_of(x) == storage_of(y)) return false;
  }
  if (y.impl()->layout.shape() != shape_ || !y.impl()->layout.is_contiguous()) return false;
  const std::int64_t row_before = row_length_;
  if (!std::ranges::all_of(step.inputs, [&](const Tensor& x) { return takes_input(x); })) {
    row_length_ = row_before;
    return false;
  }
  const auto size = [](const Tensor& x) { return static_cast<std::int64_t>(size_of(x.dtype())); };
  made_.insert(storage_of(y));
  widest_ = std::max(widest_, size(y));
  for (const Tensor& x : step.inputs) widest_ = std::max(widest_, size(x));
  return true;
}

std::int64_t Grouping::rows_of_piece() const {
  return std::max<std::int64_t>(piece_bytes / widest_ / row_length_, 1);
}

std::size_t Grouping::count() {
  if (steps_[first_].outputs.size() != 1) return 0;
  shape_ = steps_[first_].outputs[0].shape();
  constexpr std::int64_t widest_of_all = 8;
  if (numel(shape_) < least_pieces * piece_bytes / widest_of_all) return 0;
  while (first_ + count_ < steps_.size() && takes(steps_[first_ + count_])) ++count_;
  const bool pays = count_ > 1 && numel(shape_) >= least_pieces * piece_bytes / widest_;
  return pays ? count_ : 0;
}

Place Grouping::place_of(const Tensor& x) {
  const Layout& layout = x.impl()->layout;
  const bool whole = layout.shape() != shape_;
  // A rank of 0 is another one in promotions.
  const Shape row = layout.shape().empty() || !whole ? Shape{} : Shape{layout.numel()};
  return {.value = values_.at(key_of(x)), .whole = whole, .layout = Layout(row)};
}

Step Grouping::step(std::vector<Step>& steps, const std::unordered_set<const Storage*>& needed) {
  const auto begin = steps.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto end = begin + static_cast<std::ptrdiff_t>(count_);
  std::unordered_set<const Storage*> read_later(needed);
  for (auto step = end; step != steps.end(); ++step) {
    for (const Tensor& x : step->inputs) {
      if (x.defined()) read_later.insert(storage_of(x));
    }
    for (const Tensor& x : step->outputs) read_later.insert(storage_of(x));
  }
  Step one{.name = "fused", .scope = begin->scope};
  Group group{.cut = {numel(shape_) / row_length_, row_length_, rows_of_piece()}};
  const auto number = [&](const Tensor& x) {
    if (!values_.try_emplace(key_of(x), group.dtypes.size()).second) return false;
    group.dtypes.push_back(x.dtype());
    return true;
  };
  for (auto step = begin; step != end; ++step) {
    for (const Tensor& x : step->inputs) {
      if (!made_.contains(storage_of(x)) && number(x)) one.inputs.push_back(x);
    }
  }
  group.inputs = one.inputs.size();
  const auto number_results = [&](bool outside) {
    for (auto step = begin; step != end; ++step) {
      const Tensor& y = step->outputs[0];
      if (read_later.contains(storage_of(y)) != outside || !number(y)) continue;
      if (outside) one.outputs.push_back(y);
    }
  };
  number_results(true);
  group.results = one.outputs.size();
  number_results(false);
  for (auto step = begin; step != end; ++step) {
    GroupStep& its = group.steps.emplace_back();
    for (const Tensor& x : step->inputs) its.inputs.push_back(place_of(x));
    its.output = place_of(step->outputs[0]);
    its.operation = std::move(step->operation);
  }
  one.operation = std::make_unique<Fused>(std::move(group));
  return one;
}

}  // namespace

std::vector<Step> fused(std::vector<Step> steps, const std::unordered_set<const Storage*>& needed) {
  std::vector<Step> result;
  for (std::size_t i = 0; i < steps.size();) {
    Grouping grouping(steps, i);
    if (const std::size_t count = steps[i].call ? 0 : grouping.count()) {
      result.push_back(grouping.step(steps, needed));
      i += count;
    } else {
      result.push_back(std::move(steps[i++]));
    }
  }
  return result;
}

}  // namespace tapegrad
