#include "tapegrad/data/loader.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <thread>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using Numbers = std::vector<double>;

namespace {

TensorDataset counted(std::int64_t n) { return TensorDataset(arange(n), -arange(n)); }

/// As many ones as its number modulo 7 says.
Mapped ragged(std::int64_t n) {
  return map(counted(n), [](const Example& e) {
    return Example{ones({e.x.item<std::int64_t>() % 7}), e.y};
  });
}

Mapped noisy(std::int64_t n) {
  return map(counted(n),
             [](const Tensor& x, Generator& random) { return x + rand({3}, {}, random); });
}

std::vector<Numbers> rest_of(BatchSource& loader) {
  std::vector<Numbers> batches;
  while (std::optional<Batch> batch = loader.next()) {
    batches.push_back(batch->x.to_vector<double>());
  }
  return batches;
}

std::vector<Numbers> epoch_of(const AnyDataset& dataset, const DataLoaderOptions& options,
                              std::int64_t epoch, std::int64_t first = 0) {
  DataLoader loader(dataset, options);
  loader.begin_epoch(epoch, first);
  return rest_of(loader);
}

Numbers flat(const std::vector<Numbers>& batches) {
  Numbers all;
  for (const Numbers& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

}  // namespace

TEST_CASE("batches have the examples in order, and the last one what is left", "[data][loader]") {
  DataLoader loader(counted(7), {.batch_size = 3});
  CHECK(loader.size() == 3);
  CHECK(rest_of(loader) == std::vector<Numbers>{{0, 1, 2}, {3, 4, 5}, {6}});
  CHECK(!loader.next());
  CHECK(epoch_of(counted(7), {.batch_size = 3, .drop_last = true}, 0) ==
        std::vector<Numbers>{{0, 1, 2}, {3, 4, 5}});
}

TEST_CASE("a range-based for runs the next epoch", "[data][loader]") {
  DataLoader loader(counted(5), {.batch_size = 2, .shuffle = true, .seed = 4});
  CHECK(loader.epoch() == -1);
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    std::vector<Numbers> got;
    for (const auto& [x, y] : loader) {
      CHECK((x + y).to_vector<double>() == Numbers(static_cast<std::size_t>(x.size(0))));
      got.push_back(x.to_vector<double>());
    }
    CHECK(loader.epoch() == epoch);
    CHECK(got == epoch_of(counted(5), {.batch_size = 2, .shuffle = true, .seed = 4}, epoch));
  }
}

TEST_CASE("a loop that was left goes on with the next epoch, one that was begun with its rest",
          "[data][loader]") {
  DataLoader loader(counted(6), {.batch_size = 2, .num_workers = 2});
  for (const Batch& batch : loader) {
    CHECK(batch.x.size(0) == 2);
    break;
  }
  loader.begin_epoch(5, 2);
  std::vector<Numbers> got;
  for (const Batch& batch : loader) got.push_back(batch.x.to_vector<double>());
  CHECK(got == std::vector<Numbers>{{4, 5}});
  CHECK(loader.epoch() == 5);
  CHECK(std::distance(loader.begin(), loader.end()) == 3);
  CHECK(loader.epoch() == 6);
}

TEST_CASE("each epoch has every example once, in another order", "[data][loader]") {
  std::set<Numbers> orders;
  for (std::int64_t epoch = 0; epoch < 5; ++epoch) {
    Numbers all = flat(epoch_of(counted(40), {.batch_size = 7, .shuffle = true}, epoch));
    orders.insert(all);
    std::sort(all.begin(), all.end());
    Numbers wanted(40);
    std::iota(wanted.begin(), wanted.end(), 0);
    CHECK(all == wanted);
  }
  CHECK(orders.size() == 5);
}

TEST_CASE("batches are the same for any number of workers, and from the middle on",
          "[data][loader]") {
  DataLoaderOptions options{.batch_size = 4, .shuffle = true, .seed = 11};
  options.transform = [](const Batch& batch, Generator& random) {
    return Batch{batch.x + rand({}, {}, random), batch.y};
  };
  for (const std::int64_t epoch : {0, 3}) {
    options.num_workers = 0;
    const std::vector<Numbers> whole = epoch_of(noisy(30), options, epoch);
    REQUIRE(whole.size() == 8);
    for (const int workers : {0, 1, 2, 4}) {
      options.num_workers = workers;
      for (const std::int64_t first : {0, 1, 5, 7, 8}) {
        const std::vector<Numbers> rest(whole.begin() + first, whole.end());
        CHECK(epoch_of(noisy(30), options, epoch, first) == rest);
      }
    }
  }
}

TEST_CASE("batches come in order also where a later one is ready first", "[data][loader]") {
  const auto others = std::make_shared<std::atomic<int>>(0);
  const auto slow = map(counted(4), [others](const Tensor& x) {
    if (x.item<int>() > 0) {
      ++*others;
      return x;
    }
    // The first example waits for two others.
    while (*others < 2) std::this_thread::yield();
    return x;
  });
  CHECK(epoch_of(slow, {.num_workers = 2}, 0) == std::vector<Numbers>{{0}, {1}, {2}, {3}});
}

TEST_CASE("an example is drawn otherwise in each epoch and at each place", "[data][loader]") {
  const AnyDataset twice = Subset(noisy(1), {0, 0});
  const Numbers first = flat(epoch_of(twice, {}, 0)), second = flat(epoch_of(twice, {}, 1));
  std::set<double> all(first.begin(), first.end());
  all.insert(second.begin(), second.end());
  CHECK(all.size() == 12);
}

TEST_CASE("what a worker throws arrives where its batch would have, and the rest behind it",
          "[data][loader]") {
  const auto broken = map(counted(6), [](const Tensor& x) {
    if (x.item<int>() == 3) throw IoError("read: broken: number 3");
    return x;
  });
  for (const int workers : {0, 1, 3}) {
    DataLoader loader(broken, {.batch_size = 2, .num_workers = workers});
    CHECK(loader.next()->x.to_vector<double>() == Numbers{0, 1});
    CHECK(error_of<IoError>([&] { loader.next(); }) == "read: broken: number 3");
    CHECK(loader.next()->x.to_vector<double>() == Numbers{4, 5});
    CHECK(!loader.next());
  }
}

TEST_CASE("a loader that is dropped in the middle waits for what it loads and no more",
          "[data][loader]") {
  const auto loads = std::make_shared<std::atomic<int>>(0);
  {
    DataLoader loader(map(counted(1000),
                          [loads](const Tensor& x) {
                            ++*loads;
                            return x;
                          }),
                      {.num_workers = 3, .prefetch = 2});
    loader.next();
  }
  CHECK(loads.use_count() == 1);
  CHECK(*loads <= 7);
}

TEST_CASE("no more is loaded ahead than prefetch says", "[data][loader]") {
  const auto loads = std::make_shared<std::atomic<int>>(0);
  DataLoader loader(map(counted(100),
                        [loads](const Tensor& x) {
                          ++*loads;
                          return x;
                        }),
                    {.num_workers = 2, .prefetch = 3});
  loader.begin_epoch(0);
  // All that may be loaded is, sooner or later, and then nothing happens any more.
  const auto wait_for = [&](int count) {
    for (int i = 0; i < 2000 && *loads < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return loads->load();
  };
  CHECK(wait_for(6) == 6);
  loader.next();
  CHECK(wait_for(7) == 7);
}

TEST_CASE("ragged examples are an error, or padded when that is asked for", "[data][loader]") {
  DataLoader plain(ragged(4), {.batch_size = 4, .num_workers = 1});
  CHECK(contains(error_of<ShapeError>([&] { plain.next(); }),
                 "collate: x has shape [1] in example 1 of the batch and [0] in example 0"));
  DataLoader padded(ragged(4), {.batch_size = 4, .padding = Padding{}});
  const Batch batch = padded.next().value();
  CHECK(batch.x.to_vector<double>() == Numbers{0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1});
  CHECK(batch.lengths.to_vector<double>() == Numbers{0, 1, 2, 3});
}

TEST_CASE("buckets bring examples of similar length together, each once", "[data][loader]") {
  const AnyDataset set = ragged(60);
  const DataLoaderOptions options{.batch_size = 5,
                                  .shuffle = true,
                                  .padding = Padding{},
                                  .buckets = Buckets{.lengths = lengths_of(set), .batches = 12}};
  DataLoader loader(set, options);
  std::set<double> seen;
  std::vector<double> longest;
  for (const Batch& batch : loader) {
    const Numbers lengths = batch.lengths.to_vector<double>();
    const auto [least, most] = std::minmax_element(lengths.begin(), lengths.end());
    CHECK(*most - *least <= 1);
    longest.push_back(*most);
    for (const double y : batch.y.to_vector<double>()) CHECK(seen.insert(y).second);
  }
  CHECK(seen.size() == 60);
  CHECK(!std::is_sorted(longest.begin(), longest.end()));
}

TEST_CASE("nothing is recorded while examples are loaded", "[data][loader]") {
  const Tensor weight = ones({}, {.requires_grad = true});
  DataLoader loader(map(counted(2), [weight](const Tensor& x) { return x * weight; }));
  CHECK(!loader.next()->x.requires_grad());
}

TEST_CASE("a collate function of the user's gets the examples", "[data][loader]") {
  DataLoader loader(counted(4), {.batch_size = 4, .collate = [](std::span<const Example> all) {
                                   return Batch{full({}, all.size()), {}};
                                 }});
  CHECK(loader.next()->x.item<int>() == 4);
}
