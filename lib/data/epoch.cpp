#include "data/epoch.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/sizes.hpp"
#include "data/seeds.hpp"

namespace tapegrad::data {
namespace {

// Not one of the numbers of epochs, so that pools are shuffled by other numbers than examples.
constexpr std::int64_t of_buckets = -1;

void sort_by_length(const Buckets& buckets, std::span<std::int64_t> pool) {
  const auto length = [&](std::int64_t index) {
    return buckets.lengths[static_cast<std::size_t>(index)];
  };
  std::stable_sort(pool.begin(), pool.end(),
                   [&](std::int64_t a, std::int64_t b) { return length(a) < length(b); });
}

/// The full batches in another order; what is left behind them stays.
Indices shuffled_batches(const Indices& order, std::int64_t batch_size, Generator& random) {
  const std::int64_t full = static_cast<std::int64_t>(order.size()) / batch_size;
  Indices result;
  result.reserve(order.size());
  for (const std::int64_t batch : randperm(full, {}, random).to_vector<std::int64_t>()) {
    const auto begin = order.begin() + batch * batch_size;
    result.insert(result.end(), begin, begin + batch_size);
  }
  result.insert(result.end(), order.begin() + full * batch_size, order.end());
  return result;
}

void check_lengths(const Buckets& buckets, const Indices& order) {
  const auto known = static_cast<std::int64_t>(buckets.lengths.size());
  for (const std::int64_t index : order) {
    check<IndexError>(index >= 0 && index < known,
                      "DataLoader: no length of example {} among the {} of the buckets", index,
                      known);
  }
}

}  // namespace

Indices order_of(const Sampler& sampler, const DataLoaderOptions& options, std::int64_t epoch) {
  Indices order = sampler.order(epoch);
  const auto n = static_cast<std::int64_t>(order.size());
  check<Error>(n == sampler.size(),
               "DataLoader: the order of epoch {} has {} examples, the sampler's size is {}", epoch,
               n, sampler.size());
  if (!options.buckets) return order;
  check_lengths(*options.buckets, order);
  const std::int64_t pool = checked_mul("DataLoader", options.buckets->batches, options.batch_size);
  for (std::int64_t at = 0; at < n; at += std::min(pool, n - at)) {
    const std::span from = std::span(order).subspan(static_cast<std::size_t>(at));
    sort_by_length(*options.buckets, from.first(static_cast<std::size_t>(std::min(pool, n - at))));
  }
  if (!options.shuffle && !options.sampler) return order;
  Generator generator(seed_of(seed_of(options.seed, of_buckets), epoch));
  return shuffled_batches(order, options.batch_size, generator);
}

std::int64_t batches_of(std::int64_t examples, const DataLoaderOptions& options) {
  const std::int64_t full = examples / options.batch_size;
  return full + (!options.drop_last && examples % options.batch_size != 0 ? 1 : 0);
}

}  // namespace tapegrad::data
