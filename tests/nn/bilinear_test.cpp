#include "tapegrad/nn/bilinear.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/distance.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("bilinear is the product of both inputs with each weight", "[nn][bilinear]") {
  const Tensor a = test::spread({2, 5, 3}, -1, 1), b = test::spread({2, 5, 4}, -1, 1, 1);
  const Tensor weight = test::spread({2, 3, 4}, -1, 1, 2), bias = test::spread({2}, -1, 1, 3);
  const Tensor wanted = einsum("nti,oij,ntj->nto", {a, weight, b});
  CHECK(test::difference(nn::bilinear(a, b, weight, bias), wanted + bias, 1e-14, 1e-14) == "");
  CHECK(test::difference(nn::bilinear(a[0][0], b[0][0], weight), wanted[0][0], 1e-14, 1e-14) == "");
  CHECK(nn::bilinear(a.narrow(0, 0, 0), b.narrow(0, 0, 0), weight).shape() == Shape{0, 5, 2});
}

TEST_CASE("bilinear has right derivatives", "[nn][bilinear]") {
  const auto f = [](const std::vector<Tensor>& in) {
    return nn::bilinear(in[0], in[1], in[2], in[3]);
  };
  CHECK(gradcheck(f,
                  {test::spread({2, 3}, -1, 1).requires_grad_(),
                   test::spread({2, 2}, -1, 1, 1).requires_grad_(),
                   test::spread({2, 3, 2}, -1, 1, 2).requires_grad_(),
                   test::spread({2}, -1, 1, 3).requires_grad_()},
                  {.order = 2}));
}

TEST_CASE("Bilinear begins uniform, and names what doesn't fit", "[nn][bilinear]") {
  manual_seed(4);
  const nn::Bilinear layer(16, 30, 20);
  const double bound = 1.0 / 4;
  CHECK(max(abs(layer.weight)).item<double>() <= bound);
  // The variance of a uniform number, to some standard errors of 9600 of them.
  CHECK(std::abs(var(layer.weight).item<double>() - bound * bound / 3) < 0.05 * bound * bound / 3);
  CHECK(to_string(layer) ==
        "Bilinear(in1_features=16, in2_features=30, out_features=20, bias=True)");
  CHECK_THROWS_WITH(layer(ones({2, 16}), ones({3, 30})),
                    "bilinear: a is [2, 16], b is [3, 30], weight is [20, 16, 30]; they need [..., "
                    "in1], [..., in2] and [out, in1, in2]");
  CHECK_THROWS_AS(layer(ones({2, 16}), ones({2, 30}, {.dtype = float64})), DTypeError);
  CHECK_THROWS_AS(nn::Bilinear(0, 1, 1), ShapeError);
}

TEST_CASE("distances as modules do what their functions do", "[nn][distance]") {
  const Tensor a = test::spread({2, 3}, -1, 1), b = test::spread({2, 3}, -1, 1, 1);
  CHECK(equal(nn::CosineSimilarity(1)(a, b), nn::cosine_similarity(a, b, 1)));
  CHECK(equal(nn::PairwiseDistance(1, 0, keepdim)(a, b), sum(abs(a - b), -1, keepdim)));
}
