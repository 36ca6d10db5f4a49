#include "tapegrad/data/sampler.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "data/classes.hpp"
#include "data/seeds.hpp"

namespace tapegrad::data {
namespace {

void check_count(std::string_view operation, std::int64_t n) {
  check<Error>(n >= 0, "{}: {} examples; it can't be negative", operation, n);
}

std::vector<double> uniform(std::int64_t n, Generator& random) {
  return rand({n}, float64, random).to_vector<double>();
}

}  // namespace

SequentialSampler::SequentialSampler(std::int64_t n) : n_(n) {
  check_count("SequentialSampler", n);
}

Indices SequentialSampler::order(std::int64_t) const { return first(n_); }

RandomSampler::RandomSampler(std::int64_t n, std::uint64_t seed) : n_(n), seed_(seed) {
  check_count("RandomSampler", n);
}

Indices RandomSampler::order(std::int64_t epoch) const {
  Generator random(seed_of(seed_, epoch));
  return randperm(n_, {}, random).to_vector<std::int64_t>();
}

SubsetSampler::SubsetSampler(Indices indices, std::uint64_t seed)
    : indices_(std::move(indices)), seed_(seed) {}

Indices SubsetSampler::order(std::int64_t epoch) const {
  Generator random(seed_of(seed_, epoch));
  Indices shuffled = indices_;
  shuffle(shuffled, random);
  return shuffled;
}

WeightedSampler::WeightedSampler(std::vector<double> weights, std::int64_t count,
                                 Replacement replacement, std::uint64_t seed)
    : weights_(std::move(weights)), count_(count), replacement_(replacement), seed_(seed) {
  check_count("WeightedSampler", count);
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    check<Error>(weights_[i] >= 0 && std::isfinite(weights_[i]),
                 "WeightedSampler: weight {} of example {}; it is finite and not negative",
                 weights_[i], i);
    ends_.push_back(sum += weights_[i]);
  }
  check<Error>(sum > 0 && std::isfinite(sum),
               "WeightedSampler: the {} weights add up to {}; it is finite and above 0",
               weights_.size(), sum);
  const auto possible =
      std::count_if(weights_.begin(), weights_.end(), [](double w) { return w > 0; });
  check<Error>(replacement == Replacement::yes || count <= possible,
               "WeightedSampler: {} draws without replacement from {} examples of weight above 0",
               count, possible);
}

Indices WeightedSampler::order(std::int64_t epoch) const {
  Generator random(seed_of(seed_, epoch));
  return replacement_ == Replacement::yes ? with_replacement(random) : without_replacement(random);
}

Indices WeightedSampler::with_replacement(Generator& random) const {
  Indices drawn;
  for (const double u : uniform(count_, random)) {
    // What is below the sum may be rounded up to it: the last that has a weight takes it.
    const double place = std::min(u * ends_.back(), std::nextafter(ends_.back(), 0));
    drawn.push_back(std::upper_bound(ends_.begin(), ends_.end(), place) - ends_.begin());
  }
  return drawn;
}

// The examples with the largest u^(1/weight), compared by their logarithms.
Indices WeightedSampler::without_replacement(Generator& random) const {
  const auto n = static_cast<std::int64_t>(weights_.size());
  std::vector<double> keys = uniform(n, random);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    // 1 - u lies in (0, 1].
    keys[i] = weights_[i] > 0 ? std::log1p(-keys[i]) / weights_[i] : -INFINITY;
  }
  Indices order = first(n);
  const auto key = [&](std::int64_t i) { return keys[static_cast<std::size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return key(a) > key(b); });
  order.resize(static_cast<std::size_t>(count_));
  return order;
}

std::vector<double> balanced_weights(const Tensor& labels) {
  const std::vector<Indices> classes = by_class("balanced_weights", labels);
  std::vector<double> weights(static_cast<std::size_t>(labels.numel()));
  for (const Indices& members : classes) {
    for (const std::int64_t i : members) {
      weights[static_cast<std::size_t>(i)] = 1 / static_cast<double>(members.size());
    }
  }
  return weights;
}

DistributedSampler::DistributedSampler(AnySampler sampler, std::int64_t rank, std::int64_t world,
                                       Uneven uneven)
    : sampler_(std::move(sampler)), rank_(rank), world_(world), uneven_(uneven) {
  check<Error>(rank >= 0 && rank < world,
               "DistributedSampler: rank {} of {}; ranks count from 0 to below the number of all",
               rank, world);
}

std::int64_t DistributedSampler::size() const {
  const std::int64_t n = sampler_->size();
  return n / world_ + (uneven_ == Uneven::repeated && n % world_ != 0 ? 1 : 0);
}

Indices DistributedSampler::order(std::int64_t epoch) const {
  const Indices all = sampler_->order(epoch);
  const auto n = static_cast<std::int64_t>(all.size());
  Indices mine;
  for (std::int64_t i = 0; i < size(); ++i) {
    mine.push_back(all[static_cast<std::size_t>((rank_ + i * world_) % n)]);
  }
  return mine;
}

}  // namespace tapegrad::data
