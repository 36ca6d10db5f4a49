#include "tapegrad/nn/attention.hpp"

#include "nn/sequence_cases.hpp"
#include "support/errors.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/nn/gradcheck.hpp"
#include "tapegrad/print.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

void check_attention(const std::string& name, const Tensors& inputs,
                     const nn::MultiheadAttentionOptions& options = {},
                     const nn::MultiheadAttentionArguments& arguments = {}) {
  nn::MultiheadAttention model(6, 2, options);
  test::check_case(name, model, inputs, [&](const Tensors& x) {
    const auto [output, weights] = model(x[0], x[1], x[2], arguments);
    return weights.defined() ? Tensors{output, weights} : Tensors{output};
  });
}

}  // namespace

TEST_CASE("MultiheadAttention and its gradients are torch's", "[nn][attention]") {
  const Tensor q = test::queries(), k = test::keys(), v = test::values();
  check_attention("attention", {q, k, v});
  check_attention("attention of batches first",
                  {q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1)},
                  {.bias = false, .batch_first = true});
  check_attention("attention of other sizes",
                  {q, test::spread({5, 3, 3}, -1, 1), test::spread({5, 3, 5}, -1, 1)},
                  {.kdim = 3, .vdim = 5}, {.average_attn_weights = false});
  check_attention(
      "attention with masks", {q, k, v}, {},
      {.key_padding_mask = test::hidden({3, 5}, 3), .attn_mask = test::hidden({6, 4, 5}, 4)});
  check_attention("attention with numbers as mask", {q, k, v}, {},
                  {.need_weights = false, .attn_mask = test::spread({4, 5}, -1, 1, 5)});
  check_attention("attention of one", {q.select(1, 0), k.select(1, 0), v.select(1, 0)}, {},
                  {.key_padding_mask = test::hidden({5}, 3)});
  nn::MultiheadAttention model(6, 2);
  test::check_case("attention to oneself", model, {q}, [&](const Tensors& x) {
    const auto [output, weights] = model(x[0], x[0], x[0]);
    return Tensors{output, weights};
  });
}

TEST_CASE("both ways through MultiheadAttention give one output", "[nn][attention]") {
  nn::MultiheadAttention model(6, 2, {.dtype = float64});
  const Tensor q = test::queries(), k = test::keys();
  const Tensor mask = test::hidden({4, 5}, 4);
  for (const bool causal : {false, true}) {
    const auto with = model(q, k, k, {.attn_mask = mask, .is_causal = causal});
    const auto without =
        model(q, k, k, {.need_weights = false, .attn_mask = mask, .is_causal = causal});
    CHECK(!without.weights.defined());
    CHECK(test::difference(with.output, without.output, 1e-13, 1e-15) == "");
  }
  const auto sees_nothing = model(q, k, k, {.key_padding_mask = ones({3, 5}, {.dtype = boolean})});
  CHECK(equal(sees_nothing.weights, zeros({3, 4, 5}, {.dtype = float64})));
}

TEST_CASE("keys that are added are seen by all places, whatever masks hide", "[nn][attention]") {
  nn::MultiheadAttention model(6, 2,
                               {.add_bias_kv = true, .add_zero_attn = true, .dtype = float64});
  CHECK(model.bias_k.shape() == Shape{1, 1, 6});
  const Tensor q = test::queries(), k = test::keys();
  const Tensor all = ones({3, 5}, {.dtype = boolean});
  for (const bool causal : {false, true}) {
    const nn::MultiheadAttentionArguments arguments{.key_padding_mask = all, .is_causal = causal};
    const auto [output, weights] = model(q, k, k, arguments);
    CHECK(weights.shape() == Shape{3, 4, 7});
    CHECK(weights.narrow(2, 0, 5).max().item<double>() == 0);
    CHECK(weights.narrow(2, 5, 2).min().item<double>() > 0);
    const auto without =
        model(q, k, k, {.key_padding_mask = all, .need_weights = false, .is_causal = causal});
    CHECK(test::difference(output, without.output, 1e-13, 1e-15) == "");
  }
  // Of those that are given, place i sees those up to i, and both that are added.
  const auto [output, weights] = model(q, k, k, {.is_causal = true});
  const auto seen = (weights[0] > 0).to(int64).sum(1).to_vector<std::int64_t>();
  CHECK(seen == std::vector<std::int64_t>{3, 4, 5, 6});
}

TEST_CASE("MultiheadAttention drops weights while training alone", "[nn][attention]") {
  Generator generator(1);
  nn::MultiheadAttention model(4, 2, {.dropout = 0.5, .generator = generator});
  const Tensor x = test::spread({6, 2, 4}, -1, 1).to(float32);
  const Tensor dropped = model(x, x, x).weights;
  CHECK(sum(dropped == 0).item<std::int64_t>() > 0);
  model.eval();
  CHECK(sum(model(x, x, x).weights == 0).item<std::int64_t>() == 0);
}

TEST_CASE("MultiheadAttention begins as torch's does", "[nn][attention]") {
  nn::MultiheadAttention model(64, 4);
  // Xavier's bound for a matrix of [192, 64].
  const double bound = std::sqrt(6.0 / 256);
  const double largest = amax(abs(model.in_proj_weight), Dims{}).item<double>();
  CHECK((largest <= bound && largest > 0.95 * bound));
  CHECK(equal(model.in_proj_bias, zeros({192})));
  CHECK(equal(model.out_proj.bias, zeros({64})));
  CHECK(to_string(model).find("(out_proj): Linear(in_features=64") != std::string::npos);
}

TEST_CASE("MultiheadAttention refuses what doesn't fit, and says what it was", "[nn][attention]") {
  nn::MultiheadAttention model(6, 2);
  const Tensor x = zeros({4, 3, 6});
  const std::string intro = "MultiheadAttention: ";
  CHECK(test::error_of([] { nn::MultiheadAttention(5, 2); }) ==
        intro + "embed_dim is 5, num_heads is 2; the second must divide the first");
  CHECK(test::error_of([] { nn::MultiheadAttention(4, 2, {.dropout = 2}); }) ==
        intro + "dropout is 2; a probability lies in [0, 1]");
  CHECK(test::error_of([] { nn::MultiheadAttention(4, 2, {.dtype = int64}); }) ==
        intro + "int64 parameters; use float32 or float64");
  CHECK(test::error_of([&] {
          model(x, zeros({4, 2, 6}), x);
        }) ==
        intro +
            "query is [4, 3, 6], key is [4, 2, 6], value is [4, 3, 6]; they need [places, batch, "
            "size], or no batch, and sizes of 6, 6 and 6");
  CHECK(test::error_of([&] { model(x, x, x.to(float64)); }) ==
        intro +
            "query is float32, key is float32, value is float64, the weights are float32; convert "
            "with to()");
  CHECK(test::error_of([&] {
          model(x, x, x, {.key_padding_mask = zeros({4, 3})});
        }) == intro + "key_padding_mask is [4, 3]; it needs [3, 4]");
  CHECK(test::error_of([&] {
          model(x, x, x, {.attn_mask = zeros({3, 4})});
        }) == intro + "attn_mask is [3, 4]; it needs [4, 4] or [6, 4, 4]");
  CHECK(test::error_of([&] {
          model(x, x, x, {.attn_mask = zeros({4, 4}, {.dtype = int64})});
        }) ==
        intro + "attn_mask is int64, the query is float32; use booleans, or the query's type");
  const auto none = model(zeros({4, 0, 6}), zeros({4, 0, 6}), zeros({4, 0, 6}));
  CHECK(none.output.shape() == Shape{4, 0, 6});
}
