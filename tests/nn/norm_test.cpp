#include <initializer_list>
#include <optional>
#include <vector>

#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/nn/norm.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Numbers = std::vector<double>;

namespace {

std::vector<std::string> keys(nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.state_dict()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("norms have PyTorch's parameters and buffers", "[nn][norm]") {
  using Names = std::vector<std::string>;
  nn::BatchNorm2d batch(3);
  CHECK(keys(batch) ==
        Names{"weight", "bias", "running_mean", "running_var", "num_batches_tracked"});
  CHECK(batch.num_batches_tracked.dtype() == int64);
  CHECK(batch.num_batches_tracked.shape() == Shape{});
  nn::BatchNorm1d bare(3, {.affine = false, .track_running_stats = false});
  CHECK(keys(bare).empty());
  nn::InstanceNorm1d instance(3);
  CHECK(keys(instance).empty());
  nn::LayerNorm layer({2, 3});
  CHECK(keys(layer) == Names{"weight", "bias"});
  nn::LayerNorm without({2, 3}, {.bias = false});
  CHECK(keys(without) == Names{"weight"});
  nn::RMSNorm rms(4);
  CHECK(keys(rms) == Names{"weight"});
  nn::GroupNorm group(2, 4);
  CHECK(keys(group) == Names{"weight", "bias"});
}

TEST_CASE("BatchNorm follows the batches while training and no others", "[nn][norm]") {
  nn::BatchNorm1d norm(1, {.momentum = 0.5, .dtype = float64});
  const Tensor a = tensor({1.0, 3.0}, {.dtype = float64}).reshape({2, 1});
  norm(a);
  CHECK(norm.running_mean.to_vector<double>() == Numbers{1});   // (0 + 2) / 2
  CHECK(norm.running_var.to_vector<double>() == Numbers{1.5});  // (1 + 2) / 2
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 1);
  norm.eval();
  const Tensor y = norm(a);
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 1);
  const Tensor expected =
      nn::batch_norm(a, norm.running_mean, norm.running_var, norm.weight, norm.bias);
  CHECK(test::difference(y, expected, 0, 0) == "");
}

TEST_CASE("without a momentum running moments are means of those of all batches", "[nn][norm]") {
  nn::BatchNorm1d norm(1, {.momentum = std::nullopt, .dtype = float64});
  for (const double shift : {1.0, 4.0, 10.0}) {
    norm(tensor({shift - 1, shift + 1}, {.dtype = float64}).reshape({2, 1}));
  }
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 3);
  CHECK(norm.running_mean.item<double>() == Approx(5).epsilon(1e-15));
  CHECK(norm.running_var.item<double>() == Approx(2).epsilon(1e-15));
}

TEST_CASE("BatchNorm counts no batch that it refuses", "[nn][norm]") {
  for (const std::optional<double> momentum : {std::optional(0.1), std::optional<double>()}) {
    const nn::BatchNorm1d one(3, {.momentum = momentum});
    CHECK_THROWS_WITH(one(ones({1, 3})),
                      "batch_norm: x is [1, 3]; a single element has no variance");
    CHECK_THROWS_AS(one(ones({2, 4})), ShapeError);
    CHECK_THROWS_AS(one(ones({2, 3}, {.dtype = int64})), DTypeError);
    CHECK_THROWS_AS(one(ones({3})), ShapeError);
    const nn::BatchNorm2d two(3, {.momentum = momentum});
    CHECK_THROWS_AS(two(ones({1, 3, 1, 1})), ShapeError);
    const nn::BatchNorm3d three(3, {.momentum = momentum});
    CHECK_THROWS_AS(three(ones({1, 3, 1, 1, 1})), ShapeError);
    for (const nn::detail::RunningNorm* norm :
         std::initializer_list<const nn::detail::RunningNorm*>{&one, &two, &three}) {
      CHECK(norm->num_batches_tracked.item<std::int64_t>() == 0);
      CHECK(norm->running_mean.to_vector<double>() == Numbers{0, 0, 0});
    }
    one(ones({2, 3}));
    CHECK(one.num_batches_tracked.item<std::int64_t>() == 1);
  }
}

TEST_CASE("a copy of a norm follows by itself", "[nn][norm]") {
  nn::BatchNorm1d norm(1);
  const nn::BatchNorm1d copy = norm;
  norm(tensor({1.0F, 3.0F}).reshape({2, 1}));
  CHECK(copy.num_batches_tracked.item<std::int64_t>() == 0);
  CHECK(copy.running_mean.item<float>() == 0);
}

TEST_CASE("InstanceNorm takes one instance or a batch", "[nn][norm]") {
  const Tensor x = test::spread({2, 3, 4, 5}, -1, 1);
  const nn::InstanceNorm2d norm(3, {.affine = true, .track_running_stats = true, .dtype = float64});
  const Tensor y = norm(x);
  CHECK(test::difference(norm(x[1]), y[1], 1e-15, 1e-15) == "");
  CHECK_THROWS_WITH(norm(x[0][0]),
                    "instance_norm: InstanceNorm2d of a tensor of shape [4, 5]; it needs 3 or 4 "
                    "dimensions");
}

TEST_CASE("norms print as PyTorch's do", "[nn][norm]") {
  CHECK(to_string(nn::BatchNorm2d(6)) ==
        "BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)");
  CHECK(to_string(nn::InstanceNorm1d(6)) ==
        "InstanceNorm1d(6, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)");
  CHECK(to_string(nn::LayerNorm({2, 3}, {.bias = false})) ==
        "LayerNorm((2, 3), eps=1e-05, elementwise_affine=True, bias=False)");
  CHECK(to_string(nn::RMSNorm(4)) == "RMSNorm((4,), eps=None, elementwise_affine=True)");
  CHECK(to_string(nn::GroupNorm(2, 4)) == "GroupNorm(2, 4, eps=1e-05, affine=True)");
  CHECK(to_string(nn::LocalResponseNorm(2)) ==
        "LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)");
}

TEST_CASE("norms name what doesn't fit", "[nn][norm]") {
  CHECK_THROWS_WITH(nn::GroupNorm(2, 3),
                    "GroupNorm: 2 groups of 3 channels; they must divide them");
  CHECK_THROWS_WITH(nn::BatchNorm2d(3)(ones({2, 3})),
                    "batch_norm: BatchNorm2d of a tensor of shape [2, 3]; it needs 4 to 4 "
                    "dimensions");
  CHECK_THROWS_AS(nn::BatchNorm1d(3)(ones({2, 4})), ShapeError);
  CHECK_THROWS_AS(nn::LayerNorm(3, {.dtype = int64}), DTypeError);
}
