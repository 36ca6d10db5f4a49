// Reductions refuse an undefined tensor in their own names: see tests/ops/undefined_test.cpp.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("reductions say which of their arguments is undefined", "[undefined]") {
  const Tensor none;
  const Tensor x = ones({2, 3});
  test::check_undefined({
      {"nansum", 1, [&] { nansum(none); }},
      {"nanmean", 1, [&] { nanmean(none); }},
      {"aminmax", 1, [&] { aminmax(none); }},
      {"prod", 1, [&] { prod(none); }},
      {"prod", 1, [&] { prod(none, 0); }},
      {"cumsum", 1, [&] { cumsum(none, 0); }},
      {"cumprod", 1, [&] { cumprod(none, 0); }},
      {"logcumsumexp", 1, [&] { logcumsumexp(none, 0); }},
      {"cummax", 1, [&] { cummax(none, 0); }},
      {"cummin", 1, [&] { cummin(none, 0); }},
      {"norm", 1, [&] { norm(none); }},
      {"dist", 1, [&] { dist(none, x); }},
      {"dist", 2, [&] { dist(x, none); }},
      {"cdist", 1, [&] { cdist(none, x); }},
      {"cdist", 2, [&] { cdist(x, none); }},
      {"pairwise_distance", 1, [&] { nn::pairwise_distance(none, x); }},
      {"pairwise_distance", 2, [&] { nn::pairwise_distance(x, none); }},
      {"cosine_similarity", 1, [&] { nn::cosine_similarity(none, x); }},
      {"cosine_similarity", 2, [&] { nn::cosine_similarity(x, none); }},
  });
}
