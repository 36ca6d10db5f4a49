// Examples by number. How they become batches is loader.hpp's business.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/data/batch.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// One input and its target: `auto [x, y] = dataset.get(3)`.
struct Example {
  Tensor x;
  /// Undefined where examples have no target.
  Tensor y = {};
};

/// Numbers of examples.
using Indices = std::vector<std::int64_t>;

/// What has examples. A class of the user's says size() and example(), and stacked() where many at
/// once are cheaper than one after another. Once made it doesn't change: several threads ask one.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::int64_t size() const = 0;

  /// Example `index` of [0, size()); what is random in it is drawn from `random`, or is the same
  /// each time. Throws IndexError for one that isn't there.
  Example get(std::int64_t index, Generator& random) const;
  Example get(std::int64_t index) const;
  /// The examples of these numbers, stacked; nothing where that is no faster than one by one, or
  /// where something is random in them. Throws IndexError for one that isn't there.
  std::optional<Batch> get_many(std::span<const std::int64_t> indices) const;

 protected:
  Dataset() = default;
  Dataset(const Dataset&) = default;
  Dataset& operator=(const Dataset&) = default;

  /// Of an index that is there.
  virtual Example example(std::int64_t index, Generator& random) const = 0;
  /// Of indices that are there.
  virtual std::optional<Batch> stacked(std::span<const std::int64_t> indices) const;
};

/// Any class that is derived from Base, as a value: copies share it.
template <class Base>
class Any {
 public:
  template <std::derived_from<Base> T>
  Any(T value) : shared_(std::make_shared<const T>(std::move(value))) {}
  /// Throws Error for none.
  template <std::derived_from<Base> T>
  Any(std::shared_ptr<T> shared) : shared_(std::move(shared)) {
    if (!shared_) refuse_null();
  }
  const Base& operator*() const { return *shared_; }
  const Base* operator->() const { return shared_.get(); }

 private:
  [[noreturn]] static void refuse_null() {
    throw Error("data: a null pointer in the place of a dataset or a sampler");
  }

  std::shared_ptr<const Base> shared_;
};

using AnyDataset = Any<Dataset>;

/// Rows of tensors, which are views of them.
class TensorDataset : public Dataset {
 public:
  /// x: [n, ...], y: [n, ...] or undefined; outside the tape. Throws ShapeError for rank 0 and for
  /// another n.
  explicit TensorDataset(Tensor x, Tensor y = {});

  std::int64_t size() const override { return x_.size(0); }
  const Tensor& x() const { return x_; }
  const Tensor& y() const { return y_; }

 protected:
  Example example(std::int64_t index, Generator& random) const override;
  std::optional<Batch> stacked(std::span<const std::int64_t> indices) const override;

 private:
  Tensor x_;
  Tensor y_;
};

/// Examples in memory, of any shapes: texts as their tokens, with labels.
class ListDataset : public Dataset {
 public:
  /// Outside the tape. Throws Error for an x that is undefined.
  explicit ListDataset(std::vector<Example> examples);

  std::int64_t size() const override { return static_cast<std::int64_t>(examples_.size()); }

 protected:
  Example example(std::int64_t index, Generator& random) const override;

 private:
  std::vector<Example> examples_;
};

/// Some of the examples of another, in the order of `indices`, which may name one twice.
class Subset : public Dataset {
 public:
  /// Throws IndexError for an example that isn't there.
  Subset(AnyDataset dataset, Indices indices);

  std::int64_t size() const override { return static_cast<std::int64_t>(indices_.size()); }
  const Indices& indices() const { return indices_; }

 protected:
  Example example(std::int64_t index, Generator& random) const override;
  std::optional<Batch> stacked(std::span<const std::int64_t> indices) const override;

 private:
  AnyDataset dataset_;
  Indices indices_;
};

/// What concat() gives.
class Concat : public Dataset {
 public:
  explicit Concat(std::vector<AnyDataset> parts);

  std::int64_t size() const override { return ends_.back(); }

 protected:
  Example example(std::int64_t index, Generator& random) const override;
  std::optional<Batch> stacked(std::span<const std::int64_t> indices) const override;

 private:
  std::size_t part_of(std::int64_t index) const;
  std::int64_t begin_of(std::size_t part) const { return part == 0 ? 0 : ends_[part - 1]; }

  std::vector<AnyDataset> parts_;
  Indices ends_;
};

/// The examples of the first, then those of the second and so on. Throws Error for an empty list.
Concat concat(std::vector<AnyDataset> parts);

/// What map() gives.
class Mapped : public Dataset {
 public:
  using Function = std::function<Example(const Example&, Generator&)>;
  Mapped(AnyDataset dataset, Function f);

  std::int64_t size() const override { return dataset_->size(); }

 protected:
  Example example(std::int64_t index, Generator& random) const override;

 private:
  AnyDataset dataset_;
  Function f_;
};

/// The examples of `dataset`, each as f gives it: f takes an Example and gives one, or takes x and
/// gives another; it may take a Generator& as well, from which it draws what is random. It is
/// called each time that an example is asked for, by several threads at once. Throws Error for an
/// empty function.
template <class F>
Mapped map(AnyDataset dataset, F f) {
  if constexpr (requires { f == nullptr; }) {
    if (f == nullptr) return Mapped(std::move(dataset), Mapped::Function());
  }
  if constexpr (std::is_invocable_r_v<Example, const F&, const Example&, Generator&>) {
    return Mapped(std::move(dataset), std::move(f));
  } else if constexpr (std::is_invocable_r_v<Example, const F&, const Example&>) {
    return Mapped(std::move(dataset),
                  [f = std::move(f)](const Example& example, Generator&) { return f(example); });
  } else if constexpr (std::is_invocable_r_v<Tensor, const F&, const Tensor&, Generator&>) {
    return Mapped(std::move(dataset),
                  [f = std::move(f)](const Example& example, Generator& random) {
                    return Example{f(example.x, random), example.y};
                  });
  } else {
    static_assert(std::is_invocable_r_v<Tensor, const F&, const Tensor&>,
                  "f takes an Example and gives one, or a tensor");
    return Mapped(std::move(dataset), [f = std::move(f)](const Example& example, Generator&) {
      return Example{f(example.x), example.y};
    });
  }
}

}  // namespace data
}  // namespace tapegrad
