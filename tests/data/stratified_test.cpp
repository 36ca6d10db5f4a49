// The guarantee is checked by counting every prefix and every stretch.
#include <algorithm>
#include <cmath>
#include <map>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/data/sampler.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;

namespace {

/// The most by which the count of a class in the examples [begin, end) differs from its share.
double largest_lag(const Indices& order, const std::vector<std::int64_t>& labels, std::size_t begin,
                   std::size_t end) {
  std::map<std::int64_t, double> lags;
  const auto n = static_cast<double>(labels.size());
  for (const std::int64_t label : labels) lags[label] -= static_cast<double>(end - begin) / n;
  for (std::size_t i = begin; i < end; ++i) ++lags[labels[static_cast<std::size_t>(order[i])]];
  double largest = 0;
  for (const auto& [label, lag] : lags) largest = std::max(largest, std::abs(lag));
  return largest;
}

void check_shares(const std::vector<std::int64_t>& counts) {
  std::vector<std::int64_t> labels;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    labels.insert(labels.end(), static_cast<std::size_t>(counts[c]), static_cast<std::int64_t>(c));
  }
  const StratifiedSampler sampler(tensor(labels), 2);
  const Indices order = sampler.order(3);
  REQUIRE(order.size() == labels.size());
  Indices all = order;
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == static_cast<std::int64_t>(i));
  double of_prefix = 0, of_stretch = 0;
  for (std::size_t end = 0; end <= order.size(); ++end) {
    of_prefix = std::max(of_prefix, largest_lag(order, labels, 0, end));
    const std::size_t begin = end > 10 ? end - 10 : 0;
    of_stretch = std::max(of_stretch, largest_lag(order, labels, begin, end));
  }
  CHECK(of_prefix < 1);
  CHECK(of_stretch < 2);
}

}  // namespace

TEST_CASE("every stretch of a stratified order has each class in its share", "[data][sampler]") {
  check_shares({50, 30, 20});
  check_shares({1, 97, 2});
  check_shares({7, 7, 7, 7, 7, 7, 7});
  check_shares({1, 1, 1, 1, 40, 13, 3, 2, 2, 29});
  check_shares({5});
}

TEST_CASE("a stratified order shuffles within classes, anew in each epoch", "[data][sampler]") {
  const Tensor labels = tensor({0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1});
  const StratifiedSampler sampler(labels, 1);
  CHECK(sampler.size() == 12);
  CHECK(sampler.order(0) == StratifiedSampler(labels, 1).order(0));
  CHECK(sampler.order(0) != sampler.order(1));
}

TEST_CASE("labels that aren't a list of integers are refused", "[data][sampler]") {
  CHECK(error_of<DTypeError>([] { StratifiedSampler(ones({3})); }) ==
        "StratifiedSampler: labels are integers, got float32");
  CHECK(contains(error_of<ShapeError>([] { StratifiedSampler(ones({3, 1}, int64)); }), "[3, 1]"));
  CHECK(contains(error_of([] { StratifiedSampler(zeros({0}, int64)); }), "labels is empty"));
  CHECK(contains(error_of([] { balanced_weights(Tensor()); }), "balanced_weights: argument 1"));
}
