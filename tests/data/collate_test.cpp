#include "tapegrad/data/collate.hpp"

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using Numbers = std::vector<double>;
using Examples = std::vector<Example>;

namespace {

const Examples ragged{{tensor({1, 2}), full({}, 7)},
                      {tensor({3, 4, 5}), full({}, 8)},
                      {zeros({0}, int64), full({}, 9)}};

}  // namespace

TEST_CASE("examples of one shape are stacked", "[data][collate]") {
  const Examples pair{{ones({2, 3}), full({}, 1)}, {zeros({2, 3}), full({}, 2)}};
  const Batch batch = collate(pair);
  CHECK(batch.x.shape() == Shape{2, 2, 3});
  CHECK(batch.x.to_vector<double>() == Numbers{1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0});
  CHECK(batch.y.to_vector<double>() == Numbers{1, 2});
  CHECK(!batch.lengths.defined());
}

TEST_CASE("shapes and types that differ are named with both examples", "[data][collate]") {
  CHECK(error_of<ShapeError>([] { collate(ragged); }) ==
        "collate: x has shape [3] in example 1 of the batch and [2] in example 0; crop, resize or "
        "pad them to one shape");
  const Examples types{{ones({2})}, {ones({2}, float64)}};
  CHECK(error_of<DTypeError>([&] { collate(types); }) ==
        "collate: x is float64 in example 1 of the batch and float32 in example 0");
  const Examples targets{{ones({2}), ones({2})}, {ones({2})}};
  CHECK(contains(error_of([&] { collate(targets); }), "example 1 has no y, example 0 has one"));
  CHECK(contains(error_of([] { collate(Examples{}); }), "the list of examples is empty"));
  CHECK(contains(error_of([] { collate(Examples{{}}); }), "x of example 0 is undefined"));
}

TEST_CASE("padded examples have one length and say which they had", "[data][collate]") {
  const Batch batch = collate(ragged, {.x = -1});
  CHECK(batch.x.shape() == Shape{3, 3});
  CHECK(batch.x.to_vector<double>() == Numbers{1, 2, -1, 3, 4, 5, -1, -1, -1});
  CHECK(batch.lengths.to_vector<double>() == Numbers{2, 3, 0});
  CHECK(batch.lengths.dtype() == int64);
  CHECK(batch.y.to_vector<double>() == Numbers{7, 8, 9});
}

TEST_CASE("lengths are rounded up to a multiple and cut to the longest", "[data][collate]") {
  CHECK(collate(ragged, {.multiple_of = 4}).x.shape() == Shape{3, 4});
  const Batch cut = collate(ragged, {.longest = 1});
  CHECK(cut.x.to_vector<double>() == Numbers{1, 3, 0});
  CHECK(cut.lengths.to_vector<double>() == Numbers{1, 1, 0});
}

TEST_CASE("targets as long as their inputs are padded by what losses ignore", "[data][collate]") {
  const Examples tags{{ones({1, 2}), tensor({5})}, {ones({2, 2}), tensor({6, 7})}};
  const Batch batch = collate(tags, Padding{});
  CHECK(batch.x.shape() == Shape{2, 2, 2});
  CHECK(batch.y.to_vector<double>() == Numbers{5, -100, 6, 7});
}

TEST_CASE("padding that the elements don't hold is refused", "[data][collate]") {
  CHECK(error_of<DTypeError>([] { collate(ragged, {.x = 1.5}); }) ==
        "collate: padding of x is 1.5, int64 elements don't hold it");
  CHECK(collate(ragged, {.x = 2.0}).x[2].to_vector<double>() == Numbers{2, 2, 2});
  const Examples tags{{ones({1}), tensor({true})}, {ones({2}), tensor({true, true})}};
  CHECK(error_of<DTypeError>([&] { collate(tags, Padding{}); }) ==
        "collate: padding of y is -100, bool elements don't hold it");
  const Batch batch = collate(tags, {.x = 0.1, .y = false});
  CHECK(batch.y.to_vector<double>() == Numbers{1, 0, 1, 1});
  CHECK(batch.x[0].to_vector<float>() == std::vector{1.0F, 0.1F});
  const Examples bytes{{zeros({1}, uint8)}, {zeros({2}, uint8)}};
  CHECK(contains(error_of<DTypeError>([&] { collate(bytes, {.x = -1}); }), "-1"));
}

TEST_CASE("only lengths may differ, and padding within its range", "[data][collate]") {
  const Examples wide{{ones({1, 2})}, {ones({1, 3})}};
  CHECK(contains(error_of<ShapeError>([&] { collate(wide, Padding{}); }),
                 "[1, 3] in example 1 of the batch and [1, 2] in example 0; only first sizes"));
  const Examples numbers{{full({}, 1)}};
  CHECK(contains(error_of<ShapeError>([&] { collate(numbers, Padding{}); }), "has rank 0"));
  CHECK(contains(error_of([] { collate(ragged, {.multiple_of = 0}); }), "multiple of 0"));
  CHECK(contains(error_of([] { collate(ragged, {.longest = -1}); }), "at most -1"));
}
