#include "tapegrad/data/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;

namespace {

Indices sorted(Indices indices) {
  std::sort(indices.begin(), indices.end());
  return indices;
}

Indices first(std::int64_t n) {
  Indices all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

}  // namespace

TEST_CASE("a random order has all examples, another in each epoch and for each seed",
          "[data][sampler]") {
  const RandomSampler sampler(50, 3);
  CHECK(sorted(sampler.order(0)) == first(50));
  CHECK(sorted(sampler.order(9)) == first(50));
  CHECK(sampler.order(1) == RandomSampler(50, 3).order(1));
  CHECK(sampler.order(1) != sampler.order(0));
  CHECK(sampler.order(1) != RandomSampler(50, 4).order(1));
  CHECK(SequentialSampler(4).order(8) == Indices{0, 1, 2, 3});
  CHECK(error_of([] { SequentialSampler(-1); }) ==
        "SequentialSampler: -1 examples; it can't be negative");
}

TEST_CASE("a subset's order has the chosen examples", "[data][sampler]") {
  const SubsetSampler sampler({9, 3, 3, 7});
  CHECK(sampler.size() == 4);
  CHECK(sorted(sampler.order(0)) == Indices{3, 3, 7, 9});
  std::set<Indices> orders;
  for (std::int64_t epoch = 0; epoch < 20; ++epoch) orders.insert(sampler.order(epoch));
  CHECK(orders.size() > 3);
}

// Four standard deviations of a binomial distribution.
TEST_CASE("weighted draws come in proportion to the weights", "[data][sampler]") {
  const std::int64_t n = 20000;
  const std::vector<double> weights{1, 0, 2, 5};
  std::vector<double> counts(4);
  for (const std::int64_t i : WeightedSampler(weights, n).order(0)) {
    ++counts[static_cast<std::size_t>(i)];
  }
  CHECK(counts[1] == 0);
  for (std::size_t i = 0; i < 4; ++i) {
    const double p = weights[i] / 8;
    CHECK(std::abs(counts[i] - n * p) <= 4 * std::sqrt(n * p * (1 - p)));
  }
}

// The second of two draws without replacement is i with probability sum over j of w_j w_i / (1 -
// w_j), for weights that add up to 1: the definition.
TEST_CASE("draws without replacement come in proportion to the weights that are left",
          "[data][sampler]") {
  const std::vector<double> weights{0.5, 0.3, 0.2, 0};
  const WeightedSampler sampler(weights, 2, Replacement::no, 5);
  const std::int64_t n = 4000;
  std::vector<double> of_first(4), of_second(4);
  for (std::int64_t epoch = 0; epoch < n; ++epoch) {
    const Indices pair = sampler.order(epoch);
    REQUIRE(pair.size() == 2);
    REQUIRE(pair[0] != pair[1]);
    ++of_first[static_cast<std::size_t>(pair[0])];
    ++of_second[static_cast<std::size_t>(pair[1])];
  }
  for (std::size_t i = 0; i < 4; ++i) {
    double p = 0;
    for (std::size_t j = 0; j < 4; ++j)
      p += j == i ? 0 : weights[j] * weights[i] / (1 - weights[j]);
    CHECK(std::abs(of_first[i] - n * weights[i]) <=
          4 * std::sqrt(n * weights[i] * (1 - weights[i])));
    CHECK(std::abs(of_second[i] - n * p) <= 4 * std::sqrt(n * p * (1 - p)));
  }
}

TEST_CASE("weights that say nothing are refused", "[data][sampler]") {
  CHECK(error_of([] {
          WeightedSampler({1, -2}, 1);
        }) == "WeightedSampler: weight -2 of example 1; it is finite and not negative");
  CHECK(contains(error_of([] { WeightedSampler({1, NAN}, 1); }), "weight nan of example 1"));
  CHECK(contains(error_of([] { WeightedSampler({0, 0}, 1); }), "the 2 weights add up to 0"));
  CHECK(contains(error_of([] { WeightedSampler({}, 1); }), "the 0 weights add up to 0"));
  CHECK(contains(error_of([] {
                   WeightedSampler({1, 0}, 2, Replacement::no);
                 }),
                 "2 draws without replacement from 1 examples"));
  CHECK(contains(error_of([] { WeightedSampler({1}, -1); }), "-1 examples"));
}

TEST_CASE("balanced weights make all classes as likely", "[data][sampler]") {
  CHECK(balanced_weights(tensor({4, 2, 4, 4, 4})) ==
        std::vector<double>{0.25, 1, 0.25, 0.25, 0.25});
}

// What torch's DistributedSampler gives of 0..10 for three ranks, with and without drop_last.
TEST_CASE("ranks share an epoch evenly, as torch's do", "[data][sampler]") {
  const auto of_rank = [](std::int64_t rank, Uneven uneven) {
    return DistributedSampler(SequentialSampler(11), rank, 3, uneven).order(0);
  };
  CHECK(of_rank(0, Uneven::repeated) == Indices{0, 3, 6, 9});
  CHECK(of_rank(1, Uneven::repeated) == Indices{1, 4, 7, 10});
  CHECK(of_rank(2, Uneven::repeated) == Indices{2, 5, 8, 0});
  CHECK(of_rank(2, Uneven::dropped) == Indices{2, 5, 8});
  CHECK(of_rank(0, Uneven::dropped) == Indices{0, 3, 6});
  Indices all;
  for (std::int64_t rank = 0; rank < 4; ++rank) {
    const DistributedSampler share(RandomSampler(12, 1), rank, 4);
    CHECK(share.size() == 3);
    for (const std::int64_t i : share.order(5)) all.push_back(i);
  }
  CHECK(sorted(all) == first(12));
  CHECK(DistributedSampler(SequentialSampler(1), 2, 3).order(0) == Indices{0});
  CHECK(contains(error_of([] { DistributedSampler(SequentialSampler(5), 3, 3); }), "rank 3 of 3"));
}
