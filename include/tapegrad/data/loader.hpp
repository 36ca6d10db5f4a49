// Batches of a dataset, epoch by epoch, loaded ahead by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tapegrad/data/batch.hpp"
#include "tapegrad/data/collate.hpp"
#include "tapegrad/data/dataset.hpp"
#include "tapegrad/data/sampler.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// Examples of similar length come into one batch: the order of the epoch is cut into pools of so
/// many batches, each sorted by length; with shuffle or a sampler the batches of an epoch then
/// change places, but for the last if that is shorter.
struct Buckets {
  /// Of each example of the dataset: lengths_of(), or known from elsewhere.
  std::vector<std::int64_t> lengths = {};
  std::int64_t batches = 100;
};

struct DataLoaderOptions {
  std::int64_t batch_size = 1;
  /// In another order in each epoch.
  bool shuffle = false;
  /// Of the order and of what is random in examples.
  std::uint64_t seed = 0;
  /// Without the last batch of an epoch where that is shorter than the others.
  bool drop_last = false;
  /// Threads that load ahead. 0: next() loads itself.
  int num_workers = 0;
  /// So many batches are loaded ahead for each of the threads, and no more.
  std::int64_t prefetch = 2;
  /// In the place of shuffle.
  std::optional<AnySampler> sampler = std::nullopt;
  /// For examples of several lengths; without it those are an error.
  std::optional<Padding> padding = std::nullopt;
  std::optional<Buckets> buckets = std::nullopt;
  /// In the place of data::collate(), by several threads at once. What it gives has an x, as what
  /// `transform` gives.
  std::function<Batch(std::span<const Example>)> collate = {};
  /// What becomes of each batch in the thread that loads it, such as a conversion; by several
  /// threads at once. What is random in it is drawn from the generator.
  std::function<Batch(const Batch&, Generator&)> transform = {};
};

/// for (const auto& [x, y] : loader) runs the next epoch, from 0 on.
///   What an epoch gives is a function of the dataset, the options and the epoch's number: bit for
/// bit the same for any number of workers, and from the middle on after begin_epoch(epoch, batch).
/// What is random in an example is drawn from a generator of its own, seeded by the seed, the
/// epoch, its place in the epoch and its number.
///   What loading a batch throws arrives at the next() that would have given it; the next call goes
/// on with the batch behind. Nothing is recorded while examples are loaded. A loader isn't for
/// several threads at once, and may be dropped at any time: it waits for what is being loaded.
class DataLoader final : public BatchSource {
 public:
  /// Throws Error for an empty dataset, for options out of range (batch_size or prefetch below 1,
  /// num_workers below 0) or that exclude each other, such as shuffle beside a sampler, and where
  /// drop_last leaves nothing; IndexError later, for what a sampler names and isn't there. All of
  /// the methods throw Error for a loader that was moved from.
  explicit DataLoader(AnyDataset dataset, DataLoaderOptions options = {});
  DataLoader(DataLoader&& other) noexcept;
  DataLoader& operator=(DataLoader&& other) noexcept;
  ~DataLoader() override;

  /// Throws IndexError for a negative epoch and a batch that the epoch doesn't have; the number of
  /// its batches is allowed, and gives none.
  void begin_epoch(std::int64_t epoch, std::int64_t first_batch = 0) override;
  /// Begins epoch 0 where none was begun.
  std::optional<Batch> next() override;
  std::optional<std::int64_t> size() const override;
  /// The epoch that was begun last; -1 before.
  std::int64_t epoch() const;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = const Batch*;
    using reference = const Batch&;

    Iterator() = default;
    explicit Iterator(DataLoader& loader) : loader_(&loader), batch_(loader.next()) {}
    const Batch& operator*() const { return *batch_; }
    const Batch* operator->() const { return &*batch_; }
    Iterator& operator++() {
      batch_.reset();  // before the next one is loaded: its memory is free again
      batch_ = loader_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    /// Whether both are at the end.
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.batch_.has_value() == b.batch_.has_value();
    }

   private:
    DataLoader* loader_ = nullptr;
    std::optional<Batch> batch_;
  };
  /// The first batch of the next epoch; after begin_epoch(), of which nothing was taken yet, the
  /// first of that.
  Iterator begin();
  Iterator end() { return {}; }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The first size of x of each example, for Buckets; reads the whole dataset. Throws ShapeError for
/// an x of rank 0.
std::vector<std::int64_t> lengths_of(const AnyDataset& dataset);

}  // namespace data
}  // namespace tapegrad
