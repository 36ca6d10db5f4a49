// Checked are the guarantees of torch's random_split and of scikit-learn's KFold, StratifiedKFold
// and StratifiedShuffleSplit: sizes, no example twice, none left out, classes in proportion.
#include "tapegrad/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;

namespace {

TensorDataset counted(std::int64_t n) { return TensorDataset(arange(n)); }

Indices first(std::int64_t n) {
  Indices all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

Indices joined(const std::vector<Subset>& parts) {
  Indices all;
  for (const Subset& part : parts) {
    all.insert(all.end(), part.indices().begin(), part.indices().end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

Indices sizes(const std::vector<Subset>& parts) {
  Indices result;
  for (const Subset& part : parts) result.push_back(part.size());
  return result;
}

/// 0 as often as the first number says, and so on, mixed.
std::vector<std::int64_t> labels_of(const std::vector<std::int64_t>& counts) {
  std::vector<std::int64_t> labels;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    labels.insert(labels.end(), static_cast<std::size_t>(counts[c]), static_cast<std::int64_t>(c));
  }
  Generator random(1);
  const auto n = static_cast<std::int64_t>(labels.size());
  std::vector<std::int64_t> mixed;
  for (const std::int64_t i : randperm(n, {}, random).to_vector<std::int64_t>()) {
    mixed.push_back(labels[static_cast<std::size_t>(i)]);
  }
  return mixed;
}

std::map<std::int64_t, std::int64_t> counts_of(const std::vector<std::int64_t>& labels,
                                               const Indices& indices) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const std::int64_t label : labels) counts[label] += 0;
  for (const std::int64_t i : indices) ++counts[labels[static_cast<std::size_t>(i)]];
  return counts;
}

/// Each example is validated once and trained on in all other folds.
void check_folds(const std::vector<Fold>& folds, std::int64_t n) {
  Indices all;
  for (const Fold& fold : folds) {
    all.insert(all.end(), fold.validation.begin(), fold.validation.end());
    Indices both = fold.train;
    both.insert(both.end(), fold.validation.begin(), fold.validation.end());
    CHECK(std::is_sorted(fold.train.begin(), fold.train.end()));
    std::sort(both.begin(), both.end());
    CHECK(both == first(n));
  }
  std::sort(all.begin(), all.end());
  CHECK(all == first(n));
}

}  // namespace

TEST_CASE("a dataset is split by shares or by sizes, as torch's", "[data][split]") {
  // torch: floor(10 * 0.25) = 2 twice, 5, and the one left to the first.
  CHECK(sizes(random_split(counted(10), {0.25, 0.25, 0.5})) == Indices{3, 2, 5});
  CHECK(sizes(random_split(counted(10), {0.33, 0.33, 0.34})) == Indices{4, 3, 3});
  CHECK(sizes(random_split(counted(10), {7, 0, 3})) == Indices{7, 0, 3});
  CHECK(sizes(random_split(counted(10), {1})) == Indices{10});
  const auto parts = random_split(counted(30), {0.8, 0.2}, 3);
  CHECK(joined(parts) == first(30));
  CHECK(parts[0].indices() == random_split(counted(30), {0.8, 0.2}, 3)[0].indices());
  CHECK(parts[0].indices() != random_split(counted(30), {0.8, 0.2}, 4)[0].indices());
  CHECK(parts[1].get(0).x.item<std::int64_t>() == parts[1].indices()[0]);
}

TEST_CASE("parts that aren't all of it are refused", "[data][split]") {
  CHECK(error_of([] {
          random_split(counted(10), {0.5, 0.4});
        }) ==
        "random_split: parts 0.5, 0.4 of 10 examples; they are shares that add up to 1, or sizes "
        "that add up to all");
  CHECK(contains(error_of([] { random_split(counted(10), {5, 6}); }), "parts 5, 6 of 10"));
  CHECK(contains(error_of([] { random_split(counted(10), {12, -2}); }), "parts 12, -2"));
  CHECK(contains(error_of([] { random_split(counted(10), {NAN, 1}); }), "parts nan, 1"));
  CHECK(contains(error_of([] { random_split(counted(10), {}); }), "of 10 examples"));
}

TEST_CASE("each part of a stratified split has its share of each class", "[data][split]") {
  const std::vector<std::int64_t> labels = labels_of({51, 30, 17, 2});
  for (const double share : {0.5, 0.2, 0.07}) {
    const auto parts = stratified_split(counted(100), tensor(labels), {1 - share, share}, 2);
    CHECK(joined(parts) == first(100));
    CHECK(std::abs(static_cast<double>(parts[1].size()) - 100 * share) <= 1);
    const auto all = counts_of(labels, first(100));
    for (const Subset& part : parts) {
      for (const auto& [label, count] : counts_of(labels, part.indices())) {
        const double wanted = static_cast<double>(all.at(label) * part.size()) / 100;
        CHECK(std::abs(static_cast<double>(count) - wanted) < 1);
      }
    }
  }
  const auto parts = stratified_split(counted(100), tensor(labels), {0.6, 0.2, 0.2});
  CHECK(sizes(parts) == Indices{60, 20, 20});
  CHECK(joined(parts) == first(100));
  CHECK(!std::is_sorted(parts[0].indices().begin(), parts[0].indices().end()));
  CHECK(contains(error_of([&] { stratified_split(counted(9), tensor(labels), {1}); }),
                 "stratified_split: 100 labels of 9 examples"));
}

// KFold(3) of 7 examples, by scikit-learn's documentation.
TEST_CASE("folds follow one another, the larger ones first", "[data][split]") {
  const auto folds = k_fold(7, 3);
  REQUIRE(folds.size() == 3);
  CHECK(folds[0].validation == Indices{0, 1, 2});
  CHECK(folds[1].validation == Indices{3, 4});
  CHECK(folds[2].validation == Indices{5, 6});
  CHECK(folds[1].train == Indices{0, 1, 2, 5, 6});
}

TEST_CASE("every example is validated in one fold", "[data][split]") {
  for (const bool shuffle : {false, true}) {
    for (const std::int64_t k : {2, 3, 5, 23}) {
      const auto folds = k_fold(23, k, {.shuffle = shuffle, .seed = 5});
      check_folds(folds, 23);
      for (const Fold& fold : folds) {
        const auto size = static_cast<std::int64_t>(fold.validation.size());
        CHECK((size == 23 / k || size == 23 / k + 1));
      }
    }
  }
  CHECK(k_fold(23, 2, {.shuffle = true, .seed = 5})[0].validation != k_fold(23, 2)[0].validation);
}

TEST_CASE("stratified folds have each class alike", "[data][split]") {
  const std::vector<std::int64_t> labels = labels_of({31, 11, 4, 1});
  for (const bool shuffle : {false, true}) {
    for (const std::int64_t k : {2, 4, 7}) {
      const auto folds = stratified_k_fold(tensor(labels), k, {.shuffle = shuffle});
      check_folds(folds, 47);
      const auto all = counts_of(labels, first(47));
      for (const Fold& fold : folds) {
        const auto size = static_cast<std::int64_t>(fold.validation.size());
        CHECK((size == 47 / k || size == 47 / k + 1));
        for (const auto& [label, count] : counts_of(labels, fold.validation)) {
          CHECK((count == all.at(label) / k || count == all.at(label) / k + 1));
        }
      }
    }
  }
}

TEST_CASE("folds that can't be are refused", "[data][split]") {
  CHECK(contains(error_of([] { k_fold(5, 1); }), "k_fold: 1 folds of 5 examples"));
  CHECK(contains(error_of([] { k_fold(5, 6); }), "k_fold: 6 folds of 5 examples"));
  CHECK(contains(error_of([] {
                   stratified_k_fold(tensor({0, 0, 1}), 3);
                 }),
                 "stratified_k_fold: 3 folds of 2 examples of the largest class"));
}
