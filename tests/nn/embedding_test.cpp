#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Numbers = std::vector<double>;

TEST_CASE("Embedding looks rows up, and adds their gradients", "[nn][embedding]") {
  nn::Embedding embedding(3, 2);
  const Tensor indices = tensor({2, 0, 2, 2}, {.dtype = int64}).reshape({2, 2});
  const Tensor y = embedding(indices);
  CHECK(y.shape() == Shape{2, 2, 2});
  CHECK(test::difference(y[0][0], embedding.weight[2].detach(), 0, 0) == "");
  Tensor(y).sum().backward();
  CHECK(embedding.weight.grad().to_vector<double>() == Numbers{1, 1, 0, 0, 3, 3});
}

TEST_CASE("the padding of an Embedding begins at 0 and gets no gradient", "[nn][embedding]") {
  nn::Embedding embedding(3, 2, {.padding_idx = -1});
  CHECK(embedding.weight[2].to_vector<double>() == Numbers{0, 0});
  embedding(tensor({2, 0, 2}, {.dtype = int64})).sum().backward();
  CHECK(embedding.weight.grad().to_vector<double>() == Numbers{1, 1, 0, 0, 0, 0});
  CHECK(to_string(embedding) == "Embedding(3, 2, padding_idx=2)");
}

TEST_CASE("Embedding begins normal", "[nn][embedding]") {
  manual_seed(5);
  const nn::Embedding embedding(100, 50);
  const double mean = tapegrad::mean(embedding.weight).item<double>();
  const double deviation = tapegrad::std(embedding.weight).item<double>();
  CHECK(std::abs(mean) < 4 / std::sqrt(5000.0));  // four standard errors
  CHECK(std::abs(deviation - 1) < 4 / std::sqrt(10000.0));
}

TEST_CASE("an embedding has right derivatives", "[nn][embedding]") {
  const Tensor indices = tensor({2, 0, 2, 1}, {.dtype = int64});
  const auto f = [&](const std::vector<Tensor>& in) { return nn::embedding(indices, in[0]); };
  CHECK(gradcheck(f, {test::spread({3, 2}, -1, 1).requires_grad_()}));
}

TEST_CASE("EmbeddingBag gives the bags of its weight", "[nn][embedding]") {
  const nn::EmbeddingBag bag(
      4, 2, {.mode = nn::EmbeddingBagMode::sum, .padding_idx = -1, .dtype = float64});
  CHECK(bag.weight[3].to_vector<double>() == Numbers{0, 0});
  const Tensor indices = tensor({0, 2, 3, 1}, {.dtype = int64});
  const Tensor offsets = tensor({0, 3}, {.dtype = int64});
  const Tensor y = bag(indices, offsets);
  CHECK(test::difference(y[0], (bag.weight[0] + bag.weight[2]).detach(), 0, 0) == "");
  CHECK(test::difference(y[1], bag.weight[1].detach(), 0, 0) == "");
  const Tensor factors = tensor({2., 1., 1., -3.}, {.dtype = float64});
  const Tensor weighted = bag(indices, offsets, factors);
  CHECK(test::difference(weighted[1], (bag.weight[1] * -3).detach(), 0, 0) == "");
  const Tensor matrix = bag(indices.reshape({2, 2}), Tensor(), factors.reshape({2, 2}));
  CHECK(test::difference(matrix[0], (2 * bag.weight[0] + bag.weight[2]).detach(), 0, 0) == "");
  CHECK(test::difference(bag(indices.reshape({2, 2}))[1], bag.weight[1].detach(), 0, 0) == "");
}

// As PyTorch 2.13 prints them.
TEST_CASE("embeddings print the options that aren't the usual", "[nn][embedding]") {
  CHECK(to_string(nn::Embedding(5, 2,
                                {.padding_idx = -1,
                                 .max_norm = 1,
                                 .norm_type = 1,
                                 .scale_grad_by_freq = true,
                                 .sparse = true})) ==
        "Embedding(5, 2, padding_idx=4, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True, "
        "sparse=True)");
  CHECK(to_string(nn::EmbeddingBag(5, 2)) == "EmbeddingBag(5, 2, mode='mean')");
  CHECK(to_string(nn::EmbeddingBag(5, 2,
                                   {.max_norm = 1,
                                    .norm_type = 3,
                                    .scale_grad_by_freq = true,
                                    .mode = nn::EmbeddingBagMode::sum,
                                    .sparse = true,
                                    .include_last_offset = true,
                                    .padding_idx = 1})) ==
        "EmbeddingBag(5, 2, max_norm=1.0, norm_type=3.0, scale_grad_by_freq=True, mode='sum', "
        "padding_idx=1)");
}

TEST_CASE("Embedding names what doesn't fit", "[nn][embedding]") {
  const nn::Embedding embedding(3, 2);
  CHECK_THROWS_AS(embedding(tensor({3}, {.dtype = int64})), IndexError);
  CHECK_THROWS_AS(embedding(tensor({1.5})), DTypeError);
  CHECK_THROWS_WITH(nn::Embedding(3, 2, {.padding_idx = 3}),
                    "Embedding: padding_idx is 3; there are 3 rows");
  CHECK_THROWS_WITH(nn::embedding(tensor({1}, {.dtype = int64}), ones({2})),
                    "embedding: weight is [2]; it needs two dimensions");
}
