#include "tapegrad/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.hpp"
#include "data/classes.hpp"

namespace tapegrad::data {
namespace {

std::string listed(const std::vector<double>& parts) {
  std::string text;
  for (const double part : parts) text += fmt::format("{}{}", text.empty() ? "" : ", ", part);
  return text;
}

Indices shares(const std::vector<double>& parts, std::int64_t n) {
  Indices sizes;
  for (const double part : parts) {
    sizes.push_back(static_cast<std::int64_t>(std::floor(static_cast<double>(n) * part)));
  }
  std::int64_t left = n - std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  for (std::size_t i = 0; left > 0; --left) ++sizes[i++ % sizes.size()];
  return sizes;
}

/// How many examples each part has.
Indices sizes_of(std::string_view operation, const std::vector<double>& parts, std::int64_t n) {
  double sum = 0;
  bool possible = !parts.empty();
  bool whole = true;
  for (const double part : parts) {
    possible = possible && part >= 0 && std::isfinite(part);
    whole = whole && part == std::floor(part);
    sum += part;
  }
  const bool as_sizes = whole && sum == static_cast<double>(n);
  // As much as the rounding of some shares may make of it.
  const bool as_shares = std::abs(sum - 1) <= 1e-9;
  check<Error>(possible && (as_sizes || as_shares),
               "{}: parts {} of {} examples; they are shares that add up to 1, or sizes that add "
               "up to all",
               operation, listed(parts), n);
  return as_sizes ? Indices(parts.begin(), parts.end()) : shares(parts, n);
}

/// How many of each class are among the next `size` of those that are left: the largest of what
/// rounding down left over are rounded up.
Indices quotas(const std::vector<Indices>& left, std::int64_t size) {
  std::int64_t all = 0;
  for (const Indices& members : left) all += static_cast<std::int64_t>(members.size());
  Indices result;
  std::vector<std::pair<std::int64_t, std::size_t>> rest;
  std::int64_t missing = size;
  for (std::size_t c = 0; c < left.size() && all > 0; ++c) {
    const auto product = size * static_cast<std::int64_t>(left[c].size());
    result.push_back(product / all);
    missing -= product / all;
    rest.emplace_back(-(product % all), c);
  }
  result.resize(left.size());
  std::sort(rest.begin(), rest.end());
  for (std::size_t i = 0; missing > 0; --missing) ++result[rest[i++].second];
  return result;
}

void check_folds(std::string_view operation, std::int64_t k, std::int64_t most,
                 std::string_view what) {
  check<Error>(k >= 2 && k <= most,
               "{}: {} folds of {} {}; there are at least 2, and at most as "
               "many as examples",
               operation, k, most, what);
}

/// Of all examples in some order, and the fold of each place.
template <class FoldOf>
std::vector<Fold> folds_of(const Indices& order, std::int64_t k, FoldOf fold_of) {
  std::vector<std::int64_t> folds(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    folds[static_cast<std::size_t>(order[place])] = fold_of(static_cast<std::int64_t>(place));
  }
  std::vector<Fold> result(static_cast<std::size_t>(k));
  for (std::size_t i = 0; i < folds.size(); ++i) {
    for (std::int64_t fold = 0; fold < k; ++fold) {
      Fold& one = result[static_cast<std::size_t>(fold)];
      (fold == folds[i] ? one.validation : one.train).push_back(static_cast<std::int64_t>(i));
    }
  }
  return result;
}

}  // namespace

std::vector<Subset> random_split(const AnyDataset& dataset, const std::vector<double>& parts,
                                 std::uint64_t seed) {
  const Indices sizes = sizes_of("random_split", parts, dataset->size());
  Generator random(seed);
  Indices order = first(dataset->size());
  shuffle(order, random);
  std::vector<Subset> result;
  auto at = order.begin();
  for (const std::int64_t size : sizes) {
    result.emplace_back(dataset, Indices(at, at + size));
    at += size;
  }
  return result;
}

std::vector<Subset> stratified_split(const AnyDataset& dataset, const Tensor& labels,
                                     const std::vector<double>& parts, std::uint64_t seed) {
  check_defined("stratified_split", dataset, labels);
  std::vector<Indices> left = by_class("stratified_split", labels);
  check<Error>(labels.numel() == dataset->size(), "stratified_split: {} labels of {} examples",
               labels.numel(), dataset->size());
  const Indices sizes = sizes_of("stratified_split", parts, dataset->size());
  Generator random(seed);
  for (Indices& members : left) shuffle(members, random);
  std::vector<Subset> result;
  for (const std::int64_t size : sizes) {
    const Indices counts = quotas(left, size);
    Indices part;
    for (std::size_t c = 0; c < left.size(); ++c) {
      const auto begin = left[c].end() - counts[c];
      part.insert(part.end(), begin, left[c].end());
      left[c].erase(begin, left[c].end());
    }
    shuffle(part, random);
    result.emplace_back(dataset, std::move(part));
  }
  return result;
}

std::vector<Fold> k_fold(std::int64_t n, std::int64_t k, const FoldOptions& options) {
  check_folds("k_fold", k, n, "examples");
  Indices order = first(n);
  Generator random(options.seed);
  if (options.shuffle) shuffle(order, random);
  // The first n % k folds have one more.
  const std::int64_t size = n / k, larger = n % k;
  return folds_of(order, k, [&](std::int64_t place) {
    const std::int64_t in_larger = larger * (size + 1);
    return place < in_larger ? place / (size + 1) : larger + (place - in_larger) / size;
  });
}

std::vector<Fold> stratified_k_fold(const Tensor& labels, std::int64_t k,
                                    const FoldOptions& options) {
  std::vector<Indices> classes = by_class("stratified_k_fold", labels);
  std::size_t largest = 0;
  for (const Indices& members : classes) largest = std::max(largest, members.size());
  check_folds("stratified_k_fold", k, static_cast<std::int64_t>(largest),
              "examples of the largest class");
  Generator random(options.seed);
  Indices order;
  for (Indices& members : classes) {
    if (options.shuffle) shuffle(members, random);
    order.insert(order.end(), members.begin(), members.end());
  }
  return folds_of(order, k, [k](std::int64_t place) { return place % k; });
}

}  // namespace tapegrad::data
