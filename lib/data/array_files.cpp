// Datasets of arrays: .npy by rows, .npz and IDX whole.
#include "core/check.hpp"
#include "data/array_rows.hpp"
#include "tapegrad/data/files.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"

namespace tapegrad::data {

NpyDataset::NpyDataset(const std::string& x, const std::string& y)
    : x_(std::make_shared<const ArrayRows>("NpyDataset", x)) {
  if (y.empty()) return;
  y_ = std::make_shared<const ArrayRows>("NpyDataset", y);
  check<ShapeError>(x_->count() == y_->count(), "NpyDataset: {} rows in {} and {} in {}",
                    x_->count(), x, y_->count(), y);
}

std::int64_t NpyDataset::size() const { return x_->count(); }

Example NpyDataset::example(std::int64_t index, Generator&) const {
  const Batch one = *stacked({&index, 1});
  return {one.x.select(0, 0), one.y.defined() ? one.y.select(0, 0) : Tensor()};
}

std::optional<Batch> NpyDataset::stacked(std::span<const std::int64_t> indices) const {
  return Batch{x_->read(indices), y_ ? y_->read(indices) : Tensor()};
}

TensorDataset from_npz(const std::string& path, const std::string& x, const std::string& y) {
  std::vector<std::string> names{x};
  if (!y.empty()) names.push_back(y);
  const StateDict arrays = io::load_npz(path, {.only = names});
  return TensorDataset(arrays[x], y.empty() ? Tensor() : arrays[y]);
}

// Copies: a file that becomes shorter while it is mapped ends the process.
TensorDataset from_idx(const std::string& x, const std::string& y) {
  const Tensor inputs = io::load_idx(x).clone();
  return TensorDataset(inputs, y.empty() ? Tensor() : io::load_idx(y).to(int64));
}

}  // namespace tapegrad::data
