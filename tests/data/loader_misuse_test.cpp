// What a DataLoader refuses.
#include "tapegrad/data/loader.hpp"

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;

namespace {

TensorDataset counted(std::int64_t n) { return TensorDataset(arange(n), -arange(n)); }

}  // namespace

TEST_CASE("a batch without x is refused, whoever gave it", "[data][loader]") {
  const auto nothing = [](std::span<const Example>) { return Batch{}; };
  const auto as_it_is = [](const Batch& batch, Generator&) { return Batch{batch.x + 1, batch.y}; };
  for (const int workers : {0, 1}) {
    DataLoader collated(counted(4),
                        {.num_workers = workers, .collate = nothing, .transform = as_it_is});
    CHECK(error_of([&] { collated.next(); }) ==
          "DataLoader.next: x of batch 0 is undefined, as collate gave it");
    DataLoader transformed(
        counted(4), {.num_workers = workers, .transform = [](const Batch& batch, Generator&) {
                       return Batch{{}, batch.y};
                     }});
    transformed.begin_epoch(0, 2);
    CHECK(error_of([&] { transformed.next(); }) ==
          "DataLoader.next: x of batch 2 is undefined, as transform gave it");
  }
}

TEST_CASE("a loader that was moved from says so", "[data][loader]") {
  DataLoader loader(counted(4));
  const DataLoader other = std::move(loader);
  CHECK(other.size() == 4);
  CHECK(error_of([&] { loader.next(); }) == "DataLoader.next: the loader was moved from");
  CHECK(contains(error_of([&] { loader.begin_epoch(0); }), "DataLoader.begin_epoch: the loader"));
  CHECK(contains(error_of([&] { loader.begin(); }), "DataLoader.begin: the loader was moved"));
  CHECK(contains(error_of([&] { loader.size(); }), "DataLoader.size: the loader was moved from"));
  CHECK(contains(error_of([&] { loader.epoch(); }), "DataLoader.epoch: the loader was moved"));
}

TEST_CASE("options that can't be are refused with their values", "[data][loader]") {
  const auto error = [](DataLoaderOptions options) {
    return error_of([&] { DataLoader(counted(3), options); });
  };
  CHECK(error({.batch_size = 0}) == "DataLoader: batch_size is 0; it is at least 1");
  CHECK(error({.num_workers = -1}) == "DataLoader: num_workers is -1; it can't be negative");
  CHECK(error({.prefetch = 0}) == "DataLoader: prefetch is 0; it is at least 1");
  CHECK(contains(error({.batch_size = 4, .drop_last = true}), "3 examples has no batch of 4"));
  CHECK(contains(error({.shuffle = true, .sampler = SequentialSampler(3)}), "shuffle is true"));
  CHECK(contains(error({.buckets = Buckets{}}), "0 lengths for buckets of 3 examples"));
  CHECK(error_of([] { DataLoader(counted(0)); }) == "DataLoader: the dataset is empty");
}

TEST_CASE("epochs and samplers that name what isn't there are refused", "[data][loader]") {
  DataLoader loader(counted(3), {.sampler = SequentialSampler(5)});
  CHECK(loader.size() == 5);
  CHECK(error_of<IndexError>([&] { loader.begin_epoch(-1); }) ==
        "DataLoader.begin_epoch: epoch -1; they count from 0");
  CHECK(contains(error_of<IndexError>([&] { loader.begin_epoch(0, 6); }),
                 "no batch 6 among the 5 of an epoch"));
  loader.begin_epoch(0, 3);
  CHECK(contains(error_of<IndexError>([&] { loader.next(); }), "no example 3 among 3"));
}
