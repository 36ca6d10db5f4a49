// Losses made of public operations refuse an undefined tensor in their own name.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("losses refuse undefined tensors", "[ops][undefined]") {
  const Tensor none;
  const Tensor x = ones({2, 2});
  test::check_undefined({
      {"ctc_loss", 1, [&] { nn::ctc_loss(none, x, x, x); }},
      {"ctc_loss", 2, [&] { nn::ctc_loss(x, none, x, x); }},
      {"ctc_loss", 3, [&] { nn::ctc_loss(x, x, none, x); }},
      {"ctc_loss", 4, [&] { nn::ctc_loss(x, x, x, none); }},
      {"huber_loss", 1, [&] { nn::huber_loss(none, x); }},
      {"huber_loss", 2, [&] { nn::huber_loss(x, none); }},
      {"smooth_l1_loss", 1, [&] { nn::smooth_l1_loss(none, x); }},
      {"smooth_l1_loss", 2, [&] { nn::smooth_l1_loss(x, none); }},
      {"kl_div", 1, [&] { nn::kl_div(none, x); }},
      {"kl_div", 2, [&] { nn::kl_div(x, none); }},
      {"poisson_nll_loss", 1, [&] { nn::poisson_nll_loss(none, x); }},
      {"poisson_nll_loss", 2, [&] { nn::poisson_nll_loss(x, none); }},
      {"hinge_embedding_loss", 1, [&] { nn::hinge_embedding_loss(none, x); }},
      {"hinge_embedding_loss", 2, [&] { nn::hinge_embedding_loss(x, none); }},
      {"soft_margin_loss", 1, [&] { nn::soft_margin_loss(none, x); }},
      {"soft_margin_loss", 2, [&] { nn::soft_margin_loss(x, none); }},
      {"multi_margin_loss", 1, [&] { nn::multi_margin_loss(none, x); }},
      {"multi_margin_loss", 2, [&] { nn::multi_margin_loss(x, none); }},
      {"multilabel_margin_loss", 1, [&] { nn::multilabel_margin_loss(none, x); }},
      {"multilabel_margin_loss", 2, [&] { nn::multilabel_margin_loss(x, none); }},
      {"multilabel_soft_margin_loss", 1, [&] { nn::multilabel_soft_margin_loss(none, x); }},
      {"multilabel_soft_margin_loss", 2, [&] { nn::multilabel_soft_margin_loss(x, none); }},
      {"gaussian_nll_loss", 1, [&] { nn::gaussian_nll_loss(none, x, x); }},
      {"gaussian_nll_loss", 2, [&] { nn::gaussian_nll_loss(x, none, x); }},
      {"gaussian_nll_loss", 3, [&] { nn::gaussian_nll_loss(x, x, none); }},
      {"margin_ranking_loss", 1, [&] { nn::margin_ranking_loss(none, x, x); }},
      {"margin_ranking_loss", 2, [&] { nn::margin_ranking_loss(x, none, x); }},
      {"margin_ranking_loss", 3, [&] { nn::margin_ranking_loss(x, x, none); }},
      {"cosine_embedding_loss", 1, [&] { nn::cosine_embedding_loss(none, x, x); }},
      {"cosine_embedding_loss", 2, [&] { nn::cosine_embedding_loss(x, none, x); }},
      {"cosine_embedding_loss", 3, [&] { nn::cosine_embedding_loss(x, x, none); }},
      {"triplet_margin_loss", 1, [&] { nn::triplet_margin_loss(none, x, x); }},
      {"triplet_margin_loss", 2, [&] { nn::triplet_margin_loss(x, none, x); }},
      {"triplet_margin_with_distance_loss", 1,
       [&] { nn::triplet_margin_with_distance_loss(none, x, x); }},
      {"triplet_margin_with_distance_loss", 2,
       [&] { nn::triplet_margin_with_distance_loss(x, none, x); }},
      {"triplet_margin_with_distance_loss", 3,
       [&] { nn::triplet_margin_with_distance_loss(x, x, none); }},
      {"triplet_margin_loss", 3, [&] { nn::triplet_margin_loss(x, x, none); }},
  });
}
