// Which examples an epoch has, and in which order.
#pragma once

#include <cstdint>

#include "tapegrad/data/dataset.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// Gives the order of each epoch: a function of the epoch's number and of nothing else, so that a
/// run can go on anywhere. A class of the user's may be one.
class Sampler {
 public:
  virtual ~Sampler() = default;
  /// How many an epoch has.
  virtual std::int64_t size() const = 0;
  /// size() numbers of examples; `epoch` counts from 0.
  virtual Indices order(std::int64_t epoch) const = 0;

 protected:
  Sampler() = default;
  Sampler(const Sampler&) = default;
  Sampler& operator=(const Sampler&) = default;
};

using AnySampler = Any<Sampler>;

/// 0, 1, ..., n - 1 in each epoch. Throws Error for a negative n.
class SequentialSampler : public Sampler {
 public:
  explicit SequentialSampler(std::int64_t n);
  std::int64_t size() const override { return n_; }
  Indices order(std::int64_t epoch) const override;

 private:
  std::int64_t n_;
};

/// All of [0, n), shuffled anew in each epoch. Throws Error for a negative n.
class RandomSampler : public Sampler {
 public:
  explicit RandomSampler(std::int64_t n, std::uint64_t seed = 0);
  std::int64_t size() const override { return n_; }
  Indices order(std::int64_t epoch) const override;

 private:
  std::int64_t n_;
  std::uint64_t seed_;
};

/// The indices that it was given, shuffled anew in each epoch.
class SubsetSampler : public Sampler {
 public:
  explicit SubsetSampler(Indices indices, std::uint64_t seed = 0);
  std::int64_t size() const override { return static_cast<std::int64_t>(indices_.size()); }
  Indices order(std::int64_t epoch) const override;

 private:
  Indices indices_;
  std::uint64_t seed_;
};

enum class Replacement { yes, no };

/// `count` draws of examples with probabilities in proportion to their weights; without
/// replacement, each from those that are left.
///   Throws Error for a weight that is negative or not finite, for weights without a sum above 0,
/// and for more draws without replacement than there are weights above 0. Source (without):
/// Efraimidis & Spirakis (2006), "Weighted random sampling with a reservoir".
class WeightedSampler : public Sampler {
 public:
  WeightedSampler(std::vector<double> weights, std::int64_t count,
                  Replacement replacement = Replacement::yes, std::uint64_t seed = 0);
  std::int64_t size() const override { return count_; }
  Indices order(std::int64_t epoch) const override;

 private:
  Indices with_replacement(Generator& random) const;
  Indices without_replacement(Generator& random) const;

  std::vector<double> weights_;
  std::vector<double> ends_;  ///< sums of the weights up to each
  std::int64_t count_;
  Replacement replacement_;
  std::uint64_t seed_;
};

/// For each example a weight that makes all classes as likely: one over the number of examples of
/// its class. labels: integers of shape [n]. Throws as StratifiedSampler.
std::vector<double> balanced_weights(const Tensor& labels);

/// All examples, each class shuffled, so that every stretch has every class in its proportion: of
/// the first m examples of an epoch the number of each class differs by less than 1 from its share
/// of m, and of any m that follow one another by less than 2.
///   labels: integers of shape [n]. Throws ShapeError or DTypeError for others. Source: Baruah et
/// al. (1996), "Proportionate progress: a notion of fairness in resource allocation".
class StratifiedSampler : public Sampler {
 public:
  explicit StratifiedSampler(const Tensor& labels, std::uint64_t seed = 0);
  std::int64_t size() const override;
  Indices order(std::int64_t epoch) const override;

 private:
  std::vector<Indices> classes_;
  Indices pattern_;  ///< the class of each place
  std::uint64_t seed_;
};

/// What becomes of examples that can't be dealt out evenly.
enum class Uneven {
  repeated,  ///< the first ones of the epoch come once more, as in PyTorch
  dropped
};

/// Every world-th example of another sampler's order, from number `rank` on: all ranks together
/// have them all, and each has as many. Throws Error unless 0 <= rank < world.
class DistributedSampler : public Sampler {
 public:
  DistributedSampler(AnySampler sampler, std::int64_t rank, std::int64_t world,
                     Uneven uneven = Uneven::repeated);
  std::int64_t size() const override;
  Indices order(std::int64_t epoch) const override;

 private:
  AnySampler sampler_;
  std::int64_t rank_;
  std::int64_t world_;
  Uneven uneven_;
};

}  // namespace data
}  // namespace tapegrad
