#include "tapegrad/ops/loss/margin.hpp"

#include "ops/loss/torch_losses.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

const test::LossInputs in;

std::vector<test::LossCase> distances() {
  using namespace nn;
  return {
      {"margin_ranking_loss",
       [](const Tensors& v) { return margin_ranking_loss(v[0], v[1], v[2], {.margin = 0.5}); },
       {in.x, in.y, in.signs}},
      {"hinge_embedding_loss",
       [](const Tensors& v) {
         return hinge_embedding_loss(v[0], in.signs, {.margin = 0.8, .reduction = Reduction::none});
       },
       {in.x}},
      {"cosine_embedding_loss",
       [](const Tensors& v) {
         return cosine_embedding_loss(v[0], v[1], in.signs.select(1, 0), {.margin = -0.9});
       },
       {in.x, in.y}},
      {"triplet_margin_loss",
       [](const Tensors& v) { return triplet_margin_loss(v[0], v[1], v[2]); },
       {in.x, in.y, in.p}},
      {"triplet_margin_loss, swapped",
       [](const Tensors& v) {
         return triplet_margin_loss(
             v[0], v[1], v[2], {.margin = 2, .p = 1, .swap = true, .reduction = Reduction::none});
       },
       {in.x, in.y, in.p}},
  };
}

std::vector<test::LossCase> scores() {
  using namespace nn;
  return {
      {"soft_margin_loss", [](const Tensors& v) { return soft_margin_loss(v[0], in.y); }, {in.x}},
      {"multi_margin_loss",
       [](const Tensors& v) { return multi_margin_loss(v[0], in.classes, {.margin = 0.8}); },
       {in.x}},
      {"multi_margin_loss, weighted",
       [](const Tensors& v) {
         return multi_margin_loss(v[0], in.classes,
                                  {.p = 2, .weight = in.weight, .reduction = Reduction::none});
       },
       {in.x}},
      {"multilabel_margin_loss",
       [](const Tensors& v) { return multilabel_margin_loss(v[0], in.labels); },
       {in.x}},
      {"multilabel_soft_margin_loss",
       [](const Tensors& v) {
         return multilabel_soft_margin_loss(v[0], v[1],
                                            {.weight = in.weight, .reduction = Reduction::none});
       },
       {in.x, in.q}},
  };
}

}  // namespace

TEST_CASE("losses of distances are torch's", "[ops][loss]") { test::check_losses(distances()); }

TEST_CASE("losses of scores are torch's", "[ops][loss]") { test::check_losses(scores()); }

TEST_CASE("one row of scores has the loss of a batch of one", "[ops][loss]") {
  const Tensor x = test::spread({1, 4}, -1, 1);
  const Tensor label = tensor({2});
  const Tensor labels = tensor({3, 0, -1, 1}).reshape({1, 4});
  const auto same = [](const Tensor& a, const Tensor& b) {
    CHECK(a.shape() == Shape{});
    CHECK(a.item<double>() == b.item<double>());
  };
  same(nn::multi_margin_loss(x[0], label[0], {.reduction = Reduction::none}),
       nn::multi_margin_loss(x, label));
  same(nn::multilabel_margin_loss(x[0], labels[0], {.reduction = Reduction::none}),
       nn::multilabel_margin_loss(x, labels));
  same(nn::cosine_embedding_loss(x[0], x[0] + 1, tensor(1.0), {.reduction = Reduction::none}),
       nn::cosine_embedding_loss(x, x + 1, tensor({1.0})));
}

TEST_CASE("a soft margin doesn't overflow", "[ops][loss]") {
  const Tensor far = nn::soft_margin_loss(tensor({-1000.0, 1000.0}), tensor({1.0, 1.0}),
                                          {.reduction = Reduction::none});
  CHECK(far.to_vector<double>() == std::vector<double>{1000, 0});
}

TEST_CASE("losses with margins refuse what does not fit, and say what it was", "[ops][loss]") {
  const Tensor x = zeros({4, 3});
  test::check_refusals({
      {[&] { nn::margin_ranking_loss(x, x, zeros({4})); },
       "margin_ranking_loss: shapes differ: [4, 3], [4, 3] and [4]; reshape them"},
      {[&] { nn::cosine_embedding_loss(x, x, zeros({3})); },
       "cosine_embedding_loss: inputs are [4, 3], target is [3]; they need [n, size] and [n], or "
       "[size] and []"},
      {[&] { nn::triplet_margin_loss(x, x, x, {.margin = 0}); },
       "triplet_margin_loss: margin is 0; it must be above 0"},
      {[&] {
         const auto nothing = [](const Tensor&, const Tensor&) { return Tensor(); };
         nn::triplet_margin_with_distance_loss(x, x, x, {.distance_function = nothing});
       },
       "triplet_margin_with_distance_loss: the distance function gave an undefined tensor"},
      {[&] {
         nn::multi_margin_loss(x, tensor({0, 1, 2}));
       },
       "multi_margin_loss: input [4, 3] needs labels of shape [n] or [], got [3]"},
      {[&] {
         nn::multi_margin_loss(x, tensor({0, 1, 2, 0}), {.p = 3});
       },
       "multi_margin_loss: p is 3; use 1 or 2"},
      {[&] {
         nn::multi_margin_loss(x, tensor({0, 1, 2, 0}), {.weight = zeros({2})});
       },
       "multi_margin_loss: weight has shape [2], but input [4, 3] needs [3]"},
      {[&] { nn::multilabel_margin_loss(x, x); },
       "multilabel_margin_loss: labels are float32, not integers; convert them with to(int64)"},
      {[&] {
         nn::multilabel_margin_loss(zeros({2, 2, 2}), zeros({2, 2, 2}, {.dtype = int64}));
       },
       "multilabel_margin_loss: input is [2, 2, 2]; it needs [n, classes] or [classes]"},
  });
  CHECK_THROWS_AS(nn::multi_margin_loss(x, tensor({0, 1, 3, 0})), IndexError);
  CHECK_THROWS_AS(nn::multilabel_margin_loss(x[0], tensor({0, 3, -1})), IndexError);
}

TEST_CASE("a class that is just far enough has no gradient", "[ops][loss][kink]") {
  const Tensor x = eye(3, {.dtype = float64, .requires_grad = true});
  nn::multi_margin_loss(x, tensor({0, 1, 2})).backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>(9, 0));
}
