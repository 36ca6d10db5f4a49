// What goes along sequences refuses an undefined tensor in its own name.
#include "support/undefined_rows.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/sequence.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("attention refuses undefined tensors", "[ops][undefined]") {
  const Tensor none;
  const Tensor x = ones({2, 2});
  test::check_undefined({
      {"scaled_dot_product_attention", 1, [&] { nn::scaled_dot_product_attention(none, x, x); }},
      {"scaled_dot_product_attention", 2, [&] { nn::scaled_dot_product_attention(x, none, x); }},
      {"scaled_dot_product_attention", 3, [&] { nn::scaled_dot_product_attention(x, x, none); }},
      {"scaled_dot_product_attention_with_weights", 1,
       [&] { nn::scaled_dot_product_attention_with_weights(none, x, x); }},
      {"scaled_dot_product_attention_with_weights", 2,
       [&] { nn::scaled_dot_product_attention_with_weights(x, none, x); }},
      {"scaled_dot_product_attention_with_weights", 3,
       [&] { nn::scaled_dot_product_attention_with_weights(x, x, none); }},
  });
}

TEST_CASE("recurrent cells refuse undefined tensors", "[ops][undefined]") {
  const Tensor none;
  const Tensor gates = ones({2, 2, 2}), x = ones({2, 2});
  constexpr auto cell = nn::RecurrentCell::rnn_tanh;
  test::check_undefined({
      {"recurrent", 2, [&] { nn::recurrent(cell, none, x, none, x); }},
      {"recurrent", 3, [&] { nn::recurrent(cell, gates, none, none, x); }},
      {"recurrent", 5, [&] { nn::recurrent(cell, gates, x, none, none); }},
  });
}
