#include "program/pieces.hpp"

#include <algorithm>

#include "core/fetch.hpp"
#include "program/arena.hpp"

namespace tapegrad {
namespace {

std::byte* start_of(const Tensor& x) {
  const TensorImpl& impl = *x.impl();
  return impl.storage->data + static_cast<std::size_t>(impl.layout.offset()) * size_of(impl.dtype);
}

}  // namespace

Pieces::Pieces(const Group& group)
    : group_(group),
      last_piece_(group.cut.pieces() - 1),
      lengths_(group.dtypes.size()),
      starts_(group.inputs + group.results) {
  const auto length = static_cast<std::size_t>(group.cut.rows_of_piece * group.cut.row_length);
  for (const DType dtype : group.dtypes) {
    storages_.push_back(make_foreign_storage(nullptr, length * size_of(dtype)));
  }
  const std::size_t outer = group.inputs + group.results;
  Arena arena;
  std::vector<std::size_t> numbers(group.dtypes.size()), last(group.dtypes.size());
  for (std::size_t i = 0; i < group.steps.size(); ++i) {
    for (const Place& input : group.steps[i].inputs) last[input.value] = i;
  }
  const auto moves = [&](std::size_t value) { lengths_[value] = storages_[value]->bytes; };
  for (std::size_t i = 0; i < group.steps.size(); ++i) {
    const GroupStep& step = group.steps[i];
    const std::size_t made = step.output.value;
    // Over what nobody reads any more: a piece is to be in the cache with all that it meets.
    const auto dies = [&](const Place& input) {
      return input.value >= outer && last[input.value] == i &&
             group.dtypes[input.value] == group.dtypes[made];
    };
    const auto dying = std::ranges::find_if(step.inputs, dies);
    if (made >= outer) {
      numbers[made] =
          dying == step.inputs.end() ? arena.add(storages_[made]->bytes, i) : numbers[dying->value];
    }
    for (const Place& input : step.inputs) {
      if (input.value >= outer) arena.uses(numbers[input.value], i);
      if (input.value < outer && !input.whole) moves(input.value);
    }
    if (made < outer) moves(made);
  }
  scratch_ = make_storage(arena.lay_out());
  for (std::size_t i = outer; i < storages_.size(); ++i) {
    storages_[i]->data = scratch_->data + arena.offset(numbers[i]);
  }
  full_ = operands_of(group.cut.rows_of_piece);
  last_ = operands_of(group.cut.rows - last_piece_ * group.cut.rows_of_piece);
}

Pieces::~Pieces() = default;

Pieces::Operands Pieces::operands_of(std::int64_t rows) const {
  const Layout moving(Shape{rows, group_.cut.row_length});
  const auto tensor_of = [&](const Place& place, const Layout& layout) {
    return make_tensor(group_.dtypes[place.value], storages_[place.value], layout);
  };
  Operands operands;
  for (const GroupStep& step : group_.steps) {
    std::vector<Tensor> inputs;
    for (const Place& place : step.inputs) {
      inputs.push_back(tensor_of(place, place.whole ? place.layout : moving));
    }
    operands.inputs.push_back(std::move(inputs));
    operands.outputs.push_back({tensor_of(step.output, moving)});
  }
  for (const std::vector<Tensor>& inputs : operands.inputs) {
    std::vector<const Tensor*> pointers;
    for (const Tensor& x : inputs) pointers.push_back(&x);
    operands.pointers.push_back(std::move(pointers));
  }
  for (std::size_t i = 0; i < group_.steps.size(); ++i) {
    operands.dense.push_back(
        DenseStep::of(*group_.steps[i].operation, operands.outputs[i], operands.pointers[i]));
  }
  return operands;
}

void Pieces::locate(Inputs inputs, Outputs outputs) {
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    starts_[i] = start_of(i < group_.inputs ? *inputs[i] : outputs[i - group_.inputs]);
  }
}

void Pieces::move_to(std::int64_t piece) {
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    storages_[i]->data = starts_[i] + static_cast<std::size_t>(piece) * lengths_[i];
  }
}

/// Asks for a part of the next piece of what lies in memory: it comes while loops compute on what
/// is in the nearest cache, which has no room for it.
[[gnu::always_inline]] inline void Pieces::fetch_next(std::size_t step) const {
  constexpr std::size_t line = 64;
  const std::size_t steps = group_.steps.size();
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    const std::size_t bytes = lengths_[i];
    const std::size_t first = bytes * step / steps / line * line;
    fetch<Cache::second>(storages_[i]->data + bytes + first, bytes * (step + 1) / steps - first);
  }
}

void Pieces::run(std::int64_t piece) {
  move_to(piece);
  const bool is_last = piece == last_piece_;
  Operands& operands = is_last ? last_ : full_;
  for (std::size_t i = 0; i < group_.steps.size(); ++i) {
    if (!is_last && group_.is_far) fetch_next(i);
    if (operands.dense[i]) {
      operands.dense[i]->locate();
      operands.dense[i]->run();
    } else {
      group_.steps[i].operation->into(operands.outputs[i], operands.pointers[i]);
    }
  }
}

std::unique_ptr<Pieces> PiecesPool::take(Inputs inputs, Outputs outputs) const {
  std::unique_lock lock(mutex_);
  std::unique_ptr<Pieces> one;
  if (spare_.empty()) {
    one = std::make_unique<Pieces>(group_);
  } else {
    one = std::move(spare_.back());
    spare_.pop_back();
  }
  lock.unlock();
  one->locate(inputs, outputs);
  return one;
}

void PiecesPool::give_back(std::unique_ptr<Pieces> one) const {
  const std::lock_guard guard(mutex_);
  spare_.push_back(std::move(one));
}

}  // namespace tapegrad
