#include "tapegrad/data/dataset.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "data/rows.hpp"

namespace tapegrad::data {
namespace {

void check_there(std::string_view operation, std::int64_t index, std::int64_t size) {
  check<IndexError>(index >= 0 && index < size, "{}: no example {} among {}", operation, index,
                    size);
}

}  // namespace

Example Dataset::get(std::int64_t index, Generator& random) const {
  check_there("Dataset.get", index, size());
  return example(index, random);
}

Example Dataset::get(std::int64_t index) const {
  Generator random;
  return get(index, random);
}

std::optional<Batch> Dataset::get_many(std::span<const std::int64_t> indices) const {
  for (const std::int64_t index : indices) check_there("Dataset.get_many", index, size());
  return stacked(indices);
}

std::optional<Batch> Dataset::stacked(std::span<const std::int64_t>) const { return std::nullopt; }

TensorDataset::TensorDataset(Tensor x, Tensor y) {
  check_defined("TensorDataset", x);
  x_ = x.detach();
  if (y.defined()) y_ = y.detach();
  check<ShapeError>(x.dim() > 0, "TensorDataset: x of rank 0 has no examples; give it shape {}",
                    Shape{1});
  if (!y.defined()) return;
  check<ShapeError>(y.dim() > 0 && y.size(0) == x.size(0),
                    "TensorDataset: x of shape {} and y of shape {} differ in the number of "
                    "examples, their first size",
                    x.shape(), y.shape());
}

Example TensorDataset::example(std::int64_t index, Generator&) const {
  return {x_.select(0, index), y_.defined() ? y_.select(0, index) : Tensor()};
}

std::optional<Batch> TensorDataset::stacked(std::span<const std::int64_t> indices) const {
  return Batch{rows_of(x_, indices), y_.defined() ? rows_of(y_, indices) : Tensor()};
}

ListDataset::ListDataset(std::vector<Example> examples) : examples_(std::move(examples)) {
  for (std::size_t i = 0; i < examples_.size(); ++i) {
    auto& [x, y] = examples_[i];
    check<Error>(x.defined(), "ListDataset: x of example {} is undefined", i);
    x = x.detach();
    if (y.defined()) y = y.detach();
  }
}

Example ListDataset::example(std::int64_t index, Generator&) const {
  return examples_[static_cast<std::size_t>(index)];
}

Subset::Subset(AnyDataset dataset, Indices indices)
    : dataset_(std::move(dataset)), indices_(std::move(indices)) {
  const std::int64_t size = dataset_->size();
  for (const std::int64_t index : indices_) check_there("Subset", index, size);
}

Example Subset::example(std::int64_t index, Generator& random) const {
  return dataset_->get(indices_[static_cast<std::size_t>(index)], random);
}

std::optional<Batch> Subset::stacked(std::span<const std::int64_t> indices) const {
  Indices inner;
  for (const std::int64_t i : indices) inner.push_back(indices_[static_cast<std::size_t>(i)]);
  return dataset_->get_many(inner);
}

Concat::Concat(std::vector<AnyDataset> parts) : parts_(std::move(parts)) {
  check<Error>(!parts_.empty(), "concat: the list has no dataset");
  std::int64_t end = 0;
  for (const AnyDataset& part : parts_) {
    end = checked_add("concat", end, part->size());
    ends_.push_back(end);
  }
}

std::size_t Concat::part_of(std::int64_t index) const {
  return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) -
                                  ends_.begin());
}

Example Concat::example(std::int64_t index, Generator& random) const {
  const std::size_t part = part_of(index);
  return parts_[part]->get(index - begin_of(part), random);
}

// Examples in order come from one part as a rule; those of several parts are put together one by
// one.
std::optional<Batch> Concat::stacked(std::span<const std::int64_t> indices) const {
  if (indices.empty()) return std::nullopt;
  const std::size_t part = part_of(indices[0]);
  Indices inner;
  for (const std::int64_t index : indices) {
    if (part_of(index) != part) return std::nullopt;
    inner.push_back(index - begin_of(part));
  }
  return parts_[part]->get_many(inner);
}

Concat concat(std::vector<AnyDataset> parts) { return Concat(std::move(parts)); }

Mapped::Mapped(AnyDataset dataset, Function f) : dataset_(std::move(dataset)), f_(std::move(f)) {
  check<Error>(static_cast<bool>(f_), "map: the function is empty");
}

Example Mapped::example(std::int64_t index, Generator& random) const {
  return f_(dataset_->get(index, random), random);
}

}  // namespace tapegrad::data
