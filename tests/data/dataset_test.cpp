#include "tapegrad/data/dataset.hpp"

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using Numbers = std::vector<double>;

namespace {

/// i and i^2.
struct Squares : Dataset {
  std::int64_t n = 5;
  explicit Squares(std::int64_t count) : n(count) {}
  std::int64_t size() const override { return n; }

 protected:
  Example example(std::int64_t i, Generator&) const override {
    return {full({}, i), full({}, i * i)};
  }
};

TensorDataset tens(std::int64_t begin, std::int64_t n) {
  return TensorDataset(arange(begin, begin + n), arange(10 * begin, 10 * (begin + n), 10));
}

Numbers xs(const Batch& batch) { return batch.x.to_vector<double>(); }

}  // namespace

TEST_CASE("an example of tensors is a row of each, and many are rows stacked", "[data][dataset]") {
  const TensorDataset set(arange(6).view(3, 2), tensor({7, 8, 9}));
  CHECK(set.size() == 3);
  const auto [x, y] = set.get(1);
  CHECK(x.to_vector<double>() == Numbers{2, 3});
  CHECK(y.item<int>() == 8);
  const Batch batch = set.get_many(Indices{2, 0, 2}).value();
  CHECK(batch.x.shape() == Shape{3, 2});
  CHECK(xs(batch) == Numbers{4, 5, 0, 1, 4, 5});
  CHECK(batch.y.to_vector<double>() == Numbers{9, 7, 9});
  CHECK(!TensorDataset(arange(3)).get(0).y.defined());
}

TEST_CASE("a dataset of tensors is outside of the tape", "[data][dataset]") {
  const TensorDataset set(ones({2, 3}, {.requires_grad = true}));
  CHECK(!set.get(0).x.requires_grad());
  CHECK(!set.get_many(Indices{0})->x.requires_grad());
}

TEST_CASE("tensors that aren't of as many examples are refused with their shapes",
          "[data][dataset]") {
  CHECK(error_of<ShapeError>([] {
          TensorDataset(ones({3, 2}), ones({2}));
        }) ==
        "TensorDataset: x of shape [3, 2] and y of shape [2] differ in the number of examples, "
        "their first size");
  CHECK(contains(error_of<ShapeError>([] { TensorDataset(full({}, 1)); }), "x of rank 0"));
  CHECK(contains(error_of([] { TensorDataset{Tensor()}; }), "TensorDataset: argument 1"));
}

TEST_CASE("an example that isn't there is refused, wherever it is asked for", "[data][dataset]") {
  const Squares five(5);
  CHECK(error_of<IndexError>([&] { five.get(5); }) == "Dataset.get: no example 5 among 5");
  CHECK(error_of<IndexError>([&] { five.get(-1); }) == "Dataset.get: no example -1 among 5");
  CHECK(contains(error_of<IndexError>([&] { five.get_many(Indices{0, 9}); }), "no example 9"));
  CHECK(error_of<IndexError>([&] { Subset(five, {0, 5}); }) == "Subset: no example 5 among 5");
  CHECK(contains(error_of<IndexError>([&] { Squares(0).get(0); }), "no example 0 among 0"));
}

TEST_CASE("examples in memory may have any shapes", "[data][dataset]") {
  const ListDataset texts(
      {{tensor({1, 2}), full({}, 0)}, {ones({3}, {.requires_grad = true}), full({}, 1)}});
  CHECK(texts.size() == 2);
  CHECK(texts.get(0).x.to_vector<double>() == Numbers{1, 2});
  CHECK(texts.get(1).x.shape() == Shape{3});
  CHECK(!texts.get(1).x.requires_grad());
  CHECK(texts.get(1).y.item<int>() == 1);
  CHECK(error_of([] {
          ListDataset({{ones({1})}, {}});
        }) == "ListDataset: x of example 1 is undefined");
}

TEST_CASE("a subset has the chosen examples in their order, of either kind of dataset",
          "[data][dataset]") {
  const Subset some(Squares(5), {4, 1, 4});
  CHECK(some.size() == 3);
  CHECK(some.get(0).y.item<int>() == 16);
  CHECK(!some.get_many(Indices{0}));
  const Subset rows(tens(0, 5), {4, 1, 4});
  CHECK(xs(*rows.get_many(Indices{1, 2})) == Numbers{1, 4});
  CHECK(Subset(rows, {2}).get(0).x.item<int>() == 4);
}

TEST_CASE("joined datasets count through", "[data][dataset]") {
  const Concat all = concat({tens(0, 2), Subset(tens(0, 1), {}), tens(2, 3)});
  CHECK(all.size() == 5);
  for (std::int64_t i = 0; i < 5; ++i) CHECK(all.get(i).x.item<std::int64_t>() == i);
  CHECK(xs(*all.get_many(Indices{4, 2})) == Numbers{4, 2});
  CHECK(!all.get_many(Indices{1, 2}));
  CHECK(error_of([] { concat({}); }) == "concat: the list has no dataset");
}

TEST_CASE("a mapped dataset gives what the function makes of an example or of its x",
          "[data][dataset]") {
  const Squares squares(4);
  const auto both = map(squares, [](const Example& e) { return Example{e.y, e.x}; });
  CHECK(both.get(3).x.item<int>() == 9);
  CHECK(both.get(3).y.item<int>() == 3);
  const auto half = map(both, [](const Tensor& x) { return x / 2; });
  CHECK(half.get(3).x.item<double>() == 4.5);
  CHECK(half.get(3).y.item<int>() == 3);
  CHECK(half.size() == 4);
}

TEST_CASE("an empty function maps nothing", "[data][dataset]") {
  const Squares squares(4);
  const std::string empty = "map: the function is empty";
  CHECK(error_of([&] { map(squares, std::function<Example(const Example&)>()); }) == empty);
  CHECK(error_of([&] { map(squares, std::function<Tensor(const Tensor&)>()); }) == empty);
  CHECK(error_of([&] { map(squares, std::function<Tensor(const Tensor&, Generator&)>()); }) ==
        empty);
  CHECK(error_of([&] { map(squares, Mapped::Function()); }) == empty);
  CHECK(error_of([&] { map(squares, static_cast<Tensor (*)(const Tensor&)>(nullptr)); }) == empty);
}

TEST_CASE("what is random in mapped examples comes from the generator that was given",
          "[data][dataset]") {
  const auto noisy =
      map(map(Squares(3), [](const Tensor&, Generator& g) { return rand({2}, {}, g); }),
          [](const Example& e, Generator& g) {
            return Example{e.x, rand({2}, {}, g)};
          });
  Generator first(7), second(7), third(8);
  const Example a = noisy.get(0, first), b = noisy.get(0, second), c = noisy.get(0, third);
  CHECK(a.x.to_vector<double>() == b.x.to_vector<double>());
  CHECK(a.y.to_vector<double>() == b.y.to_vector<double>());
  CHECK(a.x.to_vector<double>() != c.x.to_vector<double>());
  CHECK(a.x.to_vector<double>() != a.y.to_vector<double>());
}

TEST_CASE("a dataset of the user's may be shared instead of copied", "[data][dataset]") {
  const auto shared = std::make_shared<Squares>(3);
  const Subset some(shared, {2});
  CHECK(shared.use_count() == 2);
  CHECK(some.get(0).x.item<int>() == 2);
  CHECK(contains(error_of([] { Subset(std::shared_ptr<Squares>(), {}); }), "null pointer"));
}
