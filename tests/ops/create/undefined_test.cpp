// What makes tensors like another, fills one or goes through its rows refuses an undefined one in
// its own name: see tests/ops/undefined_test.cpp.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("fills and new tensors say which of their arguments is undefined", "[undefined]") {
  const Tensor none;
  const Tensor x = ones({2, 3});
  const auto writable = [] { return ones({2, 3}); };
  test::check_undefined({
      {"begin", 0, [&] { none.begin(); }},
      {"end", 0, [&] { none.end(); }},
      {"new_empty", 1, [&] { new_empty(none, {1}); }},
      {"new_full", 1, [&] { new_full(none, {1}, 1); }},
      {"new_zeros", 1, [&] { new_zeros(none, {1}); }},
      {"new_ones", 1, [&] { new_ones(none, {1}); }},
      {"fill_diagonal_", 0, [&] { Tensor().fill_diagonal_(1); }},
      {"uniform_", 0, [&] { Tensor().uniform_(); }},
      {"normal_", 0, [&] { Tensor().normal_(); }},
      {"bernoulli_", 0, [&] { Tensor().bernoulli_(); }},
      {"bernoulli_", 0, [&] { Tensor().bernoulli_(x); }},
      {"bernoulli_", 1, [&] { writable().bernoulli_(none); }},
      {"random_", 0, [&] { Tensor().random_(0, 2); }},
      {"exponential_", 0, [&] { Tensor().exponential_(); }},
  });
}
