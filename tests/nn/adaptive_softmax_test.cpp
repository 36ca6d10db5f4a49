#include "tapegrad/nn/adaptive_softmax.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/gradcheck.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

nn::AdaptiveLogSoftmaxWithLoss model() {
  manual_seed(3);
  return {8, 12, {3, 7}, {.div_value = 2, .dtype = float64}};
}

}  // namespace

TEST_CASE("an adaptive softmax is a distribution over all classes", "[nn][adaptive_softmax]") {
  const auto softmax = model();
  std::vector<std::string> names;
  for (const auto& [name, tensor] : softmax.state_dict()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"head.weight", "tail.0.0.weight", "tail.0.1.weight",
                                          "tail.1.0.weight", "tail.1.1.weight"});
  const Tensor x = test::spread({5, 8}, -2, 2);
  const Tensor all = softmax.log_prob(x);
  CHECK(all.shape() == Shape{5, 12});
  CHECK(test::difference(sum(exp(all), 1), ones({5}, {.dtype = float64}), 1e-14, 0) == "");
  const Tensor target = tensor({0, 11, 6, 2, 7}, {.dtype = int64});
  const auto [output, loss] = softmax(x, target);
  CHECK(test::difference(output, gather(all, 1, target.unsqueeze(1)).squeeze(1), 1e-13, 0) == "");
  CHECK(test::difference(loss, -mean(output), 0, 0) == "");
  CHECK(equal(softmax.predict(x), argmax(all, 1)));
  const auto single = softmax(x[1], target[1]);
  CHECK(single.output.shape() == Shape{});
  CHECK(test::difference(single.output, output[1], 1e-14, 0) == "");
}

TEST_CASE("an adaptive softmax has right derivatives", "[nn][adaptive_softmax]") {
  auto softmax = model();
  const Tensor x = test::spread({4, 8}, -2, 2);
  const Tensor target = tensor({0, 11, 6, 2}, {.dtype = int64});
  CHECK(nn::gradcheck(softmax, [&] { return softmax(x, target).loss; }));
}

TEST_CASE("an adaptive softmax names what doesn't fit", "[nn][adaptive_softmax]") {
  const auto softmax = model();
  const Tensor x = ones({2, 8}, {.dtype = float64});
  CHECK_THROWS_AS(softmax(x, tensor({0, 12}, {.dtype = int64})), IndexError);
  CHECK_THROWS_AS(softmax(x, tensor({0}, {.dtype = int64})), ShapeError);
  CHECK_THROWS_AS(softmax(x, ones({2})), DTypeError);
  CHECK_THROWS_AS(softmax(ones({2, 7}, {.dtype = float64}), tensor({0, 1})), ShapeError);
  CHECK_THROWS_WITH(nn::AdaptiveLogSoftmaxWithLoss(8, 12, {7, 3}),
                    "AdaptiveLogSoftmaxWithLoss: in_features is 8, n_classes 12, cutoffs [7, 3]; "
                    "cutoffs grow and lie between 1 and n_classes - 1");
  CHECK_THROWS_WITH(nn::AdaptiveLogSoftmaxWithLoss(8, 12, {3, 7}),
                    "AdaptiveLogSoftmaxWithLoss: 8 features divided by 16 leave none for group 1");
}
