// What goes along sequences, as victims.
#include "hostile.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/sequence.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {
namespace {

const Victim<const Tensor&, const Tensor&> of_two[] = {
    {"embedding",
     [](const Tensor& a, const Tensor& b) {
       return nn::embedding(a, b, {.padding_idx = 1, .sparse = true});
     }},
    {"embedding",
     [](const Tensor& a, const Tensor& b) {
       return nn::embedding(a, b.clone(), {.max_norm = 1, .scale_grad_by_freq = true});
     }},
    {"embedding_bag", [](const Tensor& a, const Tensor& b) { return nn::embedding_bag(a, b, a); }},
    {"embedding_bag",
     [](const Tensor& a, const Tensor& b) {
       return nn::embedding_bag(a, b, {.mode = nn::EmbeddingBagMode::max});
     }},
    {"embedding_bag",
     [](const Tensor& a, const Tensor& b) {
       return nn::embedding_bag(a, ones({3, 2}), b,
                                {.mode = nn::EmbeddingBagMode::sum, .per_sample_weights = a});
     }},
    {"scaled_dot_product_attention",
     [](const Tensor& a, const Tensor& b) { return nn::scaled_dot_product_attention(a, b, b); }},
    {"scaled_dot_product_attention",
     [](const Tensor& a, const Tensor& b) {
       return nn::scaled_dot_product_attention(a, a, a, {.attn_mask = b, .is_causal = true});
     }},
    {"scaled_dot_product_attention_with_weights",
     [](const Tensor& a, const Tensor& b) {
       return nn::scaled_dot_product_attention_with_weights(a, a, b, {.attn_mask = a}).output;
     }},
    {"recurrent",
     [](const Tensor& a, const Tensor& b) {
       return nn::recurrent(nn::RecurrentCell::rnn_tanh, a, b, {}, b).states;
     }},
    {"recurrent",
     [](const Tensor& a, const Tensor& b) {
       return nn::recurrent(nn::RecurrentCell::rnn_relu, zeros({2, 2, 2}), zeros({2, 2}), {}, a,
                            {.reverse = true, .lengths = b})
           .states;
     }},
    {"recurrent",
     [](const Tensor& a, const Tensor& b) {
       return nn::recurrent(nn::RecurrentCell::lstm, zeros({2, 2, 12}), a, b, zeros({12, 3})).cells;
     }},
    {"recurrent",
     [](const Tensor& a, const Tensor& b) {
       return nn::recurrent(nn::RecurrentCell::gru, zeros({2, 2, 9}), a, {}, zeros({9, 3}),
                            {.bias = b})
           .states;
     }},
};

const Victim<const Tensor&, Scalar> with_number[] = {
    {"scaled_dot_product_attention",
     [](const Tensor& x, Scalar s) {
       return nn::scaled_dot_product_attention(x, x, x, {.scale = s.to<double>()});
     }},
    {"scaled_dot_product_attention",
     [](const Tensor& x, Scalar s) {
       return nn::scaled_dot_product_attention(x, x, x, {.dropout_p = s.to<double>()});
     }},
};

}  // namespace

std::span<const Victim<const Tensor&, const Tensor&>> sequence_functions_of_two() { return of_two; }
std::span<const Victim<const Tensor&, Scalar>> sequence_functions_with_number() {
  return with_number;
}

}  // namespace tapegrad::test
