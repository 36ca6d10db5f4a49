// Measures refuse an undefined tensor in their names.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"
#include "tapegrad/train/classification.hpp"
#include "tapegrad/train/ranking.hpp"
#include "tapegrad/train/regression.hpp"

using namespace tapegrad;

TEST_CASE("measures refuse an undefined tensor", "[train][undefined]") {
  const Tensor none;
  const Tensor x = ones({2});
  test::check_undefined({
      {"accuracy", 1, [&] { train::accuracy(none, x); }},
      {"accuracy", 2, [&] { train::accuracy(x, none); }},
      {"top_k_accuracy", 1, [&] { train::top_k_accuracy(none, x, 2); }},
      {"top_k_accuracy", 2, [&] { train::top_k_accuracy(x, none, 2); }},
      {"precision", 1, [&] { train::precision(none, x); }},
      {"precision", 2, [&] { train::precision(x, none); }},
      {"recall", 1, [&] { train::recall(none, x); }},
      {"recall", 2, [&] { train::recall(x, none); }},
      {"f1", 1, [&] { train::f1(none, x); }},
      {"f1", 2, [&] { train::f1(x, none); }},
      {"confusion_matrix", 1, [&] { train::confusion_matrix(none, x, 2); }},
      {"confusion_matrix", 2, [&] { train::confusion_matrix(x, none, 2); }},
      {"roc_auc", 1, [&] { train::roc_auc(none, x); }},
      {"roc_auc", 2, [&] { train::roc_auc(x, none); }},
      {"average_precision", 1, [&] { train::average_precision(none, x); }},
      {"average_precision", 2, [&] { train::average_precision(x, none); }},
      {"mae", 1, [&] { train::mae(none, x); }},
      {"mae", 2, [&] { train::mae(x, none); }},
      {"rmse", 1, [&] { train::rmse(none, x); }},
      {"rmse", 2, [&] { train::rmse(x, none); }},
      {"r2", 1, [&] { train::r2(none, x); }},
      {"r2", 2, [&] { train::r2(x, none); }},
      {"perplexity", 1, [&] { train::perplexity(none, x); }},
      {"perplexity", 2, [&] { train::perplexity(x, none); }},
  });
}
