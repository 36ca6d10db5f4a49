// Options of operations that say nothing are refused at the call, in the operation's name.
#include <cmath>
#include <functional>
#include <limits>
#include <span>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

const double not_a_number = std::nan("");
constexpr double inf = std::numeric_limits<double>::infinity();

/// A function of an option, and what it calls itself.
struct Call {
  std::string name;
  std::function<void(double)> f;
};

}  // namespace

TEST_CASE("an index of no kind is refused", "[misuse][index]") {
  Index index(0);
  index.kind = static_cast<Index::Kind>(9);
  CHECK(error_of<IndexError>([&] {
          ones({2, 3}).index(std::span(&index, 1));
        }) == "index: Kind(9) is none of integer, slice, ellipsis, newaxis and tensor");
}

TEST_CASE("an option that must be a finite number is refused otherwise", "[misuse]") {
  const Tensor x = ones({2, 3});
  const std::vector<Call> calls{
      {"var", [&](double v) { var(x, 0, Keepdim::no, v); }},
      {"std", [&](double v) { tapegrad::std(x, 0, Keepdim::no, v); }},
      {"linspace", [](double v) { linspace(v, 1, 3); }},
      {"linspace", [](double v) { linspace(0, v, 3); }},
      {"linspace", [](double v) { linspace(v, 1, 0); }},
      {"arange", [](double v) { arange(v); }},
      {"arange", [](double v) { arange(v, 1, 0.5); }},
      {"arange", [](double v) { arange(0.0, v); }},
      {"arange", [](double v) { arange(0, 1, v); }},
      {"uniform_", [&](double v) { uniform_(x.clone(), v, 1); }},
      {"uniform_", [&](double v) { uniform_(x.clone(), 0, v); }},
      {"normal_", [&](double v) { normal_(x.clone(), v, 1); }},
      {"normal_", [&](double v) { normal_(x.clone(), 0, v); }},
      {"bernoulli_like", [&](double v) { bernoulli_like(x, v); }},
      {"cross_entropy",
       [&](double v) {
         nn::cross_entropy(x, tensor({0, 1}), {.label_smoothing = v});
       }},
  };
  for (const Call& call : calls) {
    for (const double wrong : {not_a_number, inf, -inf}) {
      CAPTURE(call.name, wrong);
      CHECK(contains(error_of([&] { call.f(wrong); }), call.name + ": "));
    }
  }
}

TEST_CASE("between finite ends there are no numbers that aren't", "[misuse]") {
  CHECK(error_of([] { linspace(0, inf, 5); }) == "linspace: from 0 to inf; both must be finite");
  CHECK(error_of<ShapeError>([] { arange(0, 1, inf); }) == "arange: steps of inf lead nowhere");
}

TEST_CASE("strides that reach further than 64 bits count are refused", "[misuse]") {
  float elements[4] = {1, 2, 3, 4};
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  bool deleted = false;
  const auto deleter = [&](void*) { deleted = true; };
  const auto blob = [&](const Shape& shape, const Strides& strides) {
    return Tensor::from_blob(elements, shape, deleter, strides);
  };
  for (const auto& lies :
       std::initializer_list<std::pair<Shape, Strides>>{{{2}, {most}},
                                                        {{3}, {most / 2 + 1}},
                                                        {{2, 2}, {most / 2 + 1, most / 2 + 1}},
                                                        {{2}, {most / 4 + 1}},
                                                        {{most}, {most}}}) {
    CAPTURE(lies.second[0]);
    CHECK(contains(error_of<ShapeError>([&] { blob(lies.first, lies.second); }), "from_blob: "));
  }
  CHECK(!deleted);
  // Where a dimension has one place, or the tensor no element, its stride leads nowhere.
  const Tensor row = blob({1, 4}, {most, 1});
  CHECK(row.to_vector<float>() == std::vector<float>{1, 2, 3, 4});
  CHECK((row.t() + 1).to_vector<float>() == std::vector<float>{2, 3, 4, 5});
  CHECK(sum(row, 0).to_vector<float>() == std::vector<float>{1, 2, 3, 4});
  CHECK(row.unsqueeze(0).select(1, 0).expand({3, 4}).numel() == 12);
  const Tensor nothing = blob({0, 3}, {most, most});
  CHECK(nothing.select(1, 2).slice(0).numel() == 0);
  CHECK(nothing.slice(1, 1, 3, 1).t().contiguous().numel() == 0);
}

TEST_CASE("a part of nothing begins nowhere, however large its other sizes", "[misuse]") {
  constexpr std::int64_t large = std::int64_t{1} << 61;
  const Tensor x = zeros({0, large, 8});
  CHECK(x.select(1, large - 1).shape() == Shape{0, 8});
  CHECK(x.slice(1, large / 2, std::nullopt, large / 8).shape() == Shape{0, 4, 8});
  CHECK(x.narrow(1, large - 1, 1).numel() == 0);
}
