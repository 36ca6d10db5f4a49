#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/ops/create.hpp"
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
  const auto f = [&](const std::vector<Tensor>& in) {
    return nn::embedding(indices, in[0], std::nullopt);
  };
  CHECK(gradcheck(f, {test::spread({3, 2}, -1, 1).requires_grad_()}));
}

TEST_CASE("Embedding names what doesn't fit", "[nn][embedding]") {
  const nn::Embedding embedding(3, 2);
  CHECK_THROWS_AS(embedding(tensor({3}, {.dtype = int64})), IndexError);
  CHECK_THROWS_AS(embedding(tensor({1.5})), DTypeError);
  CHECK_THROWS_WITH(nn::Embedding(3, 2, {.padding_idx = 3}),
                    "embedding: padding_idx is 3; there are 3 rows");
  CHECK_THROWS_WITH(nn::embedding(tensor({1}, {.dtype = int64}), ones({2})),
                    "embedding: weight is [2]; it needs two dimensions");
}
