#include "tapegrad/ops/index/embedding_bag.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/kinks.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/sparse_grad.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using nn::embedding_bag;
using nn::EmbeddingBagMode;
using test::Tensors;
using Numbers = std::vector<double>;
using Ints = std::vector<std::int64_t>;

namespace {

Tensor integers(Ints values) { return Tensor::from_vector(std::move(values)); }

/// What a loop makes of the bag that begins at `from`.
Numbers looped(const Tensor& w, const Ints& indices, std::size_t from, std::size_t to,
               EmbeddingBagMode mode, std::int64_t padding) {
  Numbers y(static_cast<std::size_t>(w.size(1)), 0);
  std::int64_t count = 0;
  for (std::size_t i = from; i < to; ++i) {
    if (indices[i] == padding) continue;
    for (std::size_t j = 0; j < y.size(); ++j) {
      const double x = w[indices[i]][j].item<double>();
      if (mode == EmbeddingBagMode::max) {
        y[j] = count == 0 ? x : std::max(y[j], x);
      } else {
        y[j] += x;
      }
    }
    ++count;
  }
  if (mode == EmbeddingBagMode::mean) {
    for (double& v : y) v /= static_cast<double>(std::max<std::int64_t>(count, 1));
  }
  return y;
}

constexpr EmbeddingBagMode modes[] = {EmbeddingBagMode::sum, EmbeddingBagMode::mean,
                                      EmbeddingBagMode::max};

}  // namespace

TEST_CASE("bags of rows are what a loop makes of them", "[ops][embedding]") {
  const Tensor w = test::spread({6, 3}, -2, 2);
  const Ints indices{4, 1, 5, 5, 0, 2, 2, 3};
  const Ints begins{0, 3, 3, 4, 8};  // the second and the last are empty
  const std::size_t ends[] = {3, 3, 4, 8, 8};
  for (const EmbeddingBagMode mode : modes) {
    for (const std::int64_t padding : {-1, 5}) {
      nn::EmbeddingBagFuncOptions options{.mode = mode};
      if (padding >= 0) options.padding_idx = padding;
      const Tensor y = embedding_bag(integers(indices), w, integers(begins), options);
      REQUIRE(y.shape() == Shape{5, 3});
      for (std::size_t b = 0; b < 5; ++b) {
        const Numbers expected =
            looped(w, indices, static_cast<std::size_t>(begins[b]), ends[b], mode, padding);
        const Numbers found = y[b].to_vector<double>();
        for (std::size_t j = 0; j < 3; ++j) CHECK(found[j] == Approx(expected[j]).epsilon(1e-15));
      }
      // The same bags of equal length as a matrix, and with the end of the last.
      const Tensor line = integers(indices);
      const Tensor matrix = embedding_bag(line.reshape({2, 4}), w, options);
      CHECK(test::difference(matrix, embedding_bag(line, w, integers({0, 4}), options), 0, 0) ==
            "");
      options.include_last_offset = true;
      const Tensor ended = embedding_bag(line, w, integers({0, 4, 8}), options);
      CHECK(test::difference(matrix, ended, 0, 0) == "");
      const Tensor part = embedding_bag(line, w, integers({0, 4}), options);
      CHECK(test::difference(part, matrix.narrow(0, 0, 1), 0, 0) == "");
    }
  }
}

TEST_CASE("bags of rows have their derivatives", "[ops][table]") {
  const Tensor pick = integers({2, 0, 2, 1, 3});
  const Tensor begins = integers({0, 2, 2});
  const auto bags = [=](const Tensor& w, const nn::EmbeddingBagFuncOptions& options) {
    return square(embedding_bag(pick, w, begins, options));
  };
  const Tensor w = zeros({4, 2});
  const Tensor at = integers({0, 1});
  const Tensor rows = integers({0, 1, 2, 3}).reshape({2, 2});
  const auto refused = [=](const nn::EmbeddingBagFuncOptions& options) {
    return [=] { embedding_bag(at, w, begins, options); };
  };
  const auto offsets = [=](const Tensor& given) { return [=] { embedding_bag(at, w, given); }; };
  test::check_rows({
      {.name = "index_add",
       .f = [=](const Tensors& v) { return bags(v[0], {.mode = EmbeddingBagMode::sum}); },
       .inputs = {{{4, 2}}},
       .empty_inputs = {{4, 0}},
       .empty_result = {3, 0},
       .refuses =
           {{"embedding_bag: argument 3 is an undefined", offsets(Tensor())},
            {"embedding_bag: the first offset is 1; it must be 0", offsets(integers({1}))},
            {"embedding_bag: offset 3 behind 0 for 2 indices", offsets(integers({0, 3}))},
            {"embedding_bag: offset 1 behind 2 for 2", offsets(integers({0, 2, 1}))},
            {"embedding_bag: offsets must be integers, got float32", offsets(zeros({1}))},
            {"embedding_bag: indices of shape [2] and offsets of shape [2, 2]", offsets(rows)},
            {"embedding_bag: offsets of shape [0] make no bag for 2", offsets(integers({}))},
            {"embedding_bag: indices of shape [2] without offsets", [=] { embedding_bag(at, w); }},
            {"embedding_bag: indices of shape [2, 2] and offsets",
             [=] { embedding_bag(rows, w, begins); }},
            {"embedding_bag: include_last_offset is true, but",
             [=] { embedding_bag(rows, w, {.include_last_offset = true}); }},
            {"embedding_bag: index 4 is out of range for a dimension of size 4",
             [=] { embedding_bag(integers({4}), w, integers({0})); }},
            {"embedding_bag: weight is [2]; it needs", [=] { embedding_bag(rows, zeros({2})); }},
            {"embedding_bag: padding_idx is 4; there are 4 rows", refused({.padding_idx = 4})},
            {"embedding_bag: sparse is true, but maxima",
             refused({.mode = EmbeddingBagMode::max, .sparse = true})},
            {"embedding_bag: scale_grad_by_freq is true, but",
             refused({.scale_grad_by_freq = true, .mode = EmbeddingBagMode::max})},
            {"embedding_bag: per_sample_weights of shape [2]; they are for sums",
             refused({.per_sample_weights = ones({2})})},
            {"embedding_bag: per_sample_weights have shape [1], the indices [2]",
             refused({.mode = EmbeddingBagMode::sum, .per_sample_weights = ones({1})})},
            {"embedding_bag: per_sample_weights are float64, the weight is float32",
             refused({.mode = EmbeddingBagMode::sum,
                      .per_sample_weights = ones({2}, {.dtype = float64})})},
            {"embedding_bag: there is no mode 7",
             refused({.mode = static_cast<EmbeddingBagMode>(7)})}}},
      {.name = "index_add",
       .f = [=](const Tensors& v) { return bags(v[0], {}); },
       .inputs = {{{4, 2}}},
       .empty_inputs = {{4, 0}},
       .empty_result = {3, 0}},
      {.name = "gather",
       .f = [=](const Tensors& v) { return bags(v[0], {.mode = EmbeddingBagMode::max}); },
       .inputs = {{{4, 2}}},
       .empty_inputs = {{4, 0}},
       .empty_result = {3, 0},
       .broadcast_inputs = false},
      {.name = "index_add",
       .f =
           [=](const Tensors& v) {
             return bags(v[0], {.mode = EmbeddingBagMode::sum, .per_sample_weights = v[1]});
           },
       .inputs = {{{4, 2}}, {{5}}},
       .never_empty = "there are as many factors as indices"},
  });
}

TEST_CASE("where rows of a bag are equal, the first gets the gradient", "[ops][kink]") {
  const auto first = [](const Tensor& x) {
    return embedding_bag(tensor({{0, 0}}), x.unsqueeze(0), {.mode = EmbeddingBagMode::max});
  };
  const Tensor w = tensor({{1., 5.}, {3., 5.}, {3., 2.}}).requires_grad_();
  embedding_bag(tensor({{0, 1, 2}}), w, {.mode = EmbeddingBagMode::max}).sum().backward();
  CHECK(w.grad().to_vector<double>() == Numbers{0, 1, 1, 0, 0, 0});
  test::check_kinks({test::kink("embedding_bag", first, {1, -2}, {1, 1})});
}

// By hand: PyTorch 2.13 gives row 3 the half, by the count of another.
TEST_CASE("bags scale gradients by how often a row is named", "[ops][embedding]") {
  const Tensor indices = integers({1, 2, 2, 3});
  const auto gradient = [&](EmbeddingBagMode mode, std::optional<std::int64_t> padding) {
    const Tensor w = ones({4, 1}).requires_grad_();
    embedding_bag(indices, w, integers({0, 2}),
                  {.scale_grad_by_freq = true, .mode = mode, .padding_idx = padding})
        .sum()
        .backward();
    return w.grad().to_vector<double>();
  };
  CHECK(gradient(EmbeddingBagMode::sum, std::nullopt) == Numbers{0, 1, 1, 1});
  CHECK(gradient(EmbeddingBagMode::mean, std::nullopt) == Numbers{0, 0.5, 0.5, 0.5});
  CHECK(gradient(EmbeddingBagMode::sum, 1) == Numbers{0, 0, 1, 1});
  CHECK(gradient(EmbeddingBagMode::mean, 1) == Numbers{0, 0, 0.75, 0.5});
}

TEST_CASE("NaN is the maximum of a bag, and an empty one has 0", "[ops][embedding]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor w = tensor({{1., 1.}, {nan, 0.}, {2., -3.}}).requires_grad_();
  const nn::EmbeddingBagFuncOptions maxima{.mode = EmbeddingBagMode::max};
  const Tensor y = embedding_bag(integers({0, 1, 2, 2}), w, integers({0, 3, 4}), maxima);
  CHECK(std::isnan(y[0][0].item<double>()));
  CHECK(y[0][1].item<double>() == 1);
  CHECK(y.narrow(0, 1, 2).to_vector<double>() == Numbers{2, -3, 0, 0});
  y.sum().backward();
  CHECK(w.grad().to_vector<double>() == Numbers{0, 1, 1, 0, 1, 1});
  const Tensor none = empty({0}, {.dtype = int64});
  for (const EmbeddingBagMode mode : modes) {
    const nn::EmbeddingBagFuncOptions options{.mode = mode};
    CHECK(embedding_bag(none, w, none, options).shape() == Shape{0, 2});
    CHECK(embedding_bag(none, w, integers({0, 0}), options).to_vector<double>() ==
          Numbers{0, 0, 0, 0});
    CHECK(embedding_bag(none.reshape({2, 0}), w, options).to_vector<double>() ==
          Numbers{0, 0, 0, 0});
  }
}

// As torch 2.13 has it.
TEST_CASE("what the padding's row holds reaches no gradient", "[ops][embedding]") {
  for (const double held : {INFINITY, NAN}) {
    const Tensor w = tensor({{1., 2.}, {held, held}, {3., 4.}}).requires_grad_();
    const Tensor factors = tensor({0.5, NAN, 2., -1.}).requires_grad_();
    const Tensor y = embedding_bag(
        integers({0, 1, 1, 2}), w, integers({0, 2}),
        {.mode = EmbeddingBagMode::sum, .per_sample_weights = factors, .padding_idx = 1});
    CHECK(y.to_vector<double>() == Numbers{0.5, 1, -3, -4});
    y.sum().backward();
    CHECK(factors.grad().to_vector<double>() == Numbers{3, 0, 0, 7});
    CHECK(w.grad().to_vector<double>() == Numbers{0.5, 0.5, 0, 0, -1, -1});
  }
}

TEST_CASE("sparse gradients of bags are the dense ones to the bit", "[ops][embedding]") {
  const Tensor indices = integers({3, 0, 3, 1, 3});
  const Tensor factors = tensor({0.3, -1.7, 0.9, 2.1, 0.1}, {.dtype = float64});
  for (const EmbeddingBagMode mode : {EmbeddingBagMode::sum, EmbeddingBagMode::mean}) {
    std::vector<Tensor> gradients;
    for (const bool sparse : {false, true}) {
      const Tensor w = test::spread({5, 3}, -1, 1).requires_grad_();
      nn::EmbeddingBagFuncOptions options{.mode = mode, .sparse = sparse, .padding_idx = 0};
      if (mode == EmbeddingBagMode::sum) options.per_sample_weights = factors;
      square(embedding_bag(indices, w, integers({0, 2, 3}), options)).sum().backward();
      CHECK(sparse_grad(w).has_value() == sparse);
      if (sparse) CHECK(sparse_grad(w)->indices.to_vector<std::int64_t>() == Ints{1, 3});
      gradients.push_back(w.grad());
    }
    CHECK(test::difference(gradients[0], gradients[1], 0, 0) == "");
  }
}
