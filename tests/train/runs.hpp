// What the tests of the Trainer train: a small model, and rows in an order of each epoch's own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/files.hpp"
#include "tapegrad/data/batch.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"
#include "tapegrad/train/trainer.hpp"

namespace tapegrad::test {

/// Rows of x and y, in batches; shuffled by the number of the epoch unless `seed` is 0. It notes
/// which batches it gave.
class Rows : public data::BatchSource {
 public:
  Rows(Tensor x, Tensor y, std::int64_t size, std::uint64_t seed = 0)
      : x_(std::move(x)), y_(std::move(y)), size_(size), seed_(seed) {}
  void begin_epoch(std::int64_t epoch, std::int64_t first_batch = 0) override {
    epoch_ = epoch;
    next_ = first_batch;
    Generator generator(seed_ + static_cast<std::uint64_t>(epoch));
    order_ = seed_ == 0 ? arange(x_.size(0)) : randperm(x_.size(0), {}, generator);
  }
  std::optional<data::Batch> next() override {
    const std::int64_t begin = next_ * size_;
    if (begin >= x_.size(0)) return std::nullopt;
    given.emplace_back(epoch_, next_++);
    const Tensor rows = order_.narrow(0, begin, std::min(size_, x_.size(0) - begin));
    return data::Batch{index_select(x_, 0, rows),
                       y_.defined() ? index_select(y_, 0, rows) : Tensor()};
  }
  std::optional<std::int64_t> size() const override { return (x_.size(0) + size_ - 1) / size_; }

  /// Epoch and number of each.
  std::vector<std::pair<std::int64_t, std::int64_t>> given;

 private:
  Tensor x_;
  Tensor y_;
  std::int64_t size_;
  std::uint64_t seed_;
  std::int64_t epoch_ = 0;
  std::int64_t next_ = 0;
  Tensor order_;
};

struct Net : nn::Module {
  nn::Linear hidden{4, 8};
  nn::Dropout dropout{0.3};
  nn::Linear out{8, 3};
  void visit(nn::Visitor& v) override { v("hidden", hidden), v("dropout", dropout), v("out", out); }
  Tensor forward(const Tensor& x) const { return out(dropout(relu(hidden(x)))); }
};

inline Tensor class_loss(const Tensor& output, const Tensor& target) {
  return nn::cross_entropy(output, target);
}

/// 22 rows of three classes: six batches of 4, the last of 2.
inline Rows training_rows() {
  Generator generator(5);
  const Tensor x = randn({22, 4}, {}, generator);
  return Rows(x, argmax(x.narrow(1, 0, 3), 1), 4, 3);
}
inline Rows validation_rows() {
  Generator generator(6);
  const Tensor x = randn({10, 4}, {}, generator);
  return Rows(x, argmax(x.narrow(1, 0, 3), 1), 4);
}

/// A net, its optimizer and a trainer, from the same initial weights each time.
struct Run {
  std::unique_ptr<Net> net;
  std::unique_ptr<optim::Adam> adam;
  std::unique_ptr<train::Trainer> trainer;

  explicit Run(train::TrainerOptions options = {}) {
    manual_seed(2);
    net = std::make_unique<Net>();
    adam = std::make_unique<optim::Adam>(net->parameters(), optim::Adam::Options{.lr = 0.03});
    trainer = std::make_unique<train::Trainer>(*net, class_loss, *adam, std::move(options));
  }
  std::vector<float> weights() const {
    std::vector<float> all;
    for (const Tensor& x : net->parameters()) {
      const auto values = x.to_vector<float>();
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }
};

}  // namespace tapegrad::test
