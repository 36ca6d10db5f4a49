#include <cmath>

#include "support/catch.hpp"
#include "support/op_table.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::Tensors;

namespace {

Tensor vector(std::vector<double> values) { return Tensor::from_vector(std::move(values)); }

Tensor labels(std::vector<std::int64_t> values) { return Tensor::from_vector(std::move(values)); }

/// The logits, labels, weights and probabilities of the comparison with PyTorch.
Tensor logits() {
  return Tensor::from_vector<double>({0.5, -1, 2, 0, 3, -2, 1, 1, 1, -4, 0.25, 40}, {4, 3});
}
const Tensor chosen = labels({2, 0, 1, 0});
const Tensor weights = vector({1, 0.5, 2});
Tensor probabilities() {
  return Tensor::from_vector<double>({0.25, 0.25, 0.5, 1, 0, 0, 0.1, 0.2, 0.7, 0, 0.5, 0.5},
                                     {4, 3});
}

void check_loss(const Tensor& loss, std::vector<double> value, const Tensor& x,
                const std::vector<double>& gradient) {
  // A few roundings of 2^-53.
  CHECK(test::difference(loss.reshape({-1}), vector(std::move(value)), 4e-15, 1e-16) == "");
  loss.backward(ones_like(loss));
  CHECK(test::difference(x.grad().reshape({-1}), vector(gradient), 4e-15, 1e-16) == "");
}

/// The gradients that nll_loss sends back for gradients g of its losses: linear in g.
Tensor spread_back(const Tensor& g, const nn::NllLossOptions& options) {
  const EnableGrad guard;
  const Tensor x = zeros({2, 3, 2}, {.dtype = g.dtype(), .requires_grad = true});
  const Tensor y = nn::nll_loss(x, labels({0, 2, 1, 1}).reshape({2, 2}), options);
  return grad({y}, {x}, {.grad_outputs = {g}, .create_graph = true})[0];
}

}  // namespace

TEST_CASE("losses over classes have their derivatives", "[ops][table]") {
  const Tensor t = labels({0, 2, 1, 1}).reshape({2, 2});
  const Tensor none = zeros({0, 2}, {.dtype = int64});
  const auto nll = [t, none](nn::NllLossOptions options) {
    return
        [=](const Tensors& x) { return nn::nll_loss(x[0], x[0].size(0) == 0 ? none : t, options); };
  };
  const auto entropy = [t, none](const nn::CrossEntropyOptions& options) {
    return [=](const Tensors& x) {
      return nn::cross_entropy(x[0], x[0].size(0) == 0 ? none : t, options);
    };
  };
  const auto call = [](const Shape& x, const Tensor& target, const Tensor& weight = {}) {
    return [=] { nn::nll_loss(zeros(x), target, {.weight = weight}); };
  };
  const std::vector<test::Refusal> refusals = {
      {"nll_loss: class label 3 at [1] is out of range for 3 classes",
       call({2, 3}, labels({0, 3}))},
      {"nll_loss: class label -1 at [0] is out of range", call({2, 3}, labels({-1, 0}))},
      {"nll_loss: input [2, 3] needs labels of shape [2], got [3]",
       call({2, 3}, labels({0, 1, 2}))},
      {"nll_loss: labels are float32, not integers", call({2, 3}, zeros({2}))},
      {"nll_loss: labels are bool, not integers", call({2, 3}, zeros({2}, {.dtype = boolean}))},
      {"nll_loss: weight has shape [2], but input [2, 3] needs [3]",
       call({2, 3}, labels({0, 1}), zeros({2}))},
      {"nll_loss: a tensor of rank 0", call({}, labels({0}))},
      {"nll_loss: needs a floating-point tensor, got int64",
       [] {
         nn::nll_loss(zeros({2, 3}, {.dtype = int64}), labels({0, 1}));
       }},
      {"undefined",
       [] {
         nn::nll_loss(zeros({2, 3}), Tensor());
       }},
  };
  const std::vector<Shape> empty{{0, 3, 2}};
  test::check_rows({
      {.name = "nll_loss",
       .f = nll({.reduction = Reduction::none}),
       .inputs = {{{2, 3, 2}}},
       .empty_inputs = empty,
       .empty_result = {0, 2},
       .refuses = refusals},
      {.name = "nll_loss",
       .f = nll({.weight = weights.to(float32), .ignore_index = 2, .reduction = Reduction::mean}),
       .inputs = {{{2, 3, 2}}},
       .empty_inputs = empty,
       .never_narrow = "its weights are float32"},
      {.name = "nll_loss",
       .f = nll({.reduction = Reduction::sum}),
       .inputs = {{{2, 3, 2}}},
       .empty_inputs = empty},
      {.name = "nll_loss_spread",
       .f = [](const Tensors& g) { return spread_back(g[0], {.reduction = Reduction::none}); },
       .inputs = {{{2, 2}}},
       .never_empty = "its labels are fixed above"},
      {.name = "nll_loss_spread",
       .f = [](const Tensors& g) { return spread_back(g[0], {.weight = weights}); },
       .inputs = {{{}}},
       .never_empty = "one number"},
      {.name = "cross_entropy",
       .f = entropy({.reduction = Reduction::none}),
       .inputs = {{{2, 3, 2}}},
       .empty_inputs = empty,
       .empty_result = {0, 2}},
      {.name = "cross_entropy",
       .f = entropy({.weight = weights.to(float32), .ignore_index = 2}),
       .inputs = {{{2, 3, 2}}},
       .empty_inputs = empty,
       .never_narrow = "its weights are float32"},
      {.name = "cross_entropy",
       .f =
           [](const Tensors& x) {
             return nn::cross_entropy(x[0], labels({0, 2, 1, 1}));
           },
       .inputs = {{{4, 3}}},
       .never_empty = "its labels are fixed above"},
      {.name = "nll_loss",
       .f =
           [](const Tensors& x) {
             return nn::cross_entropy(x[0], labels({0, 2}), {.label_smoothing = 0.1});
           },
       .inputs = {{{2, 3}}},
       .never_empty = "as above"},
      {.name = "log_softmax",
       .f =
           [](const Tensors& x) {
             return nn::cross_entropy(x[0], x[1], {.weight = weights.to(float32)});
           },
       .inputs = {{{2, 3}}, {{2, 3}, 0, 1}},
       .empty_inputs = {{0, 3}, {0, 3}},
       .never_narrow = "its weights are float32"},
  });
}

// The expected values are PyTorch 2.13's, in float64, for example:
//   F.cross_entropy(x, t, weight=w, ignore_index=1, label_smoothing=0.1)
TEST_CASE("cross_entropy agrees with PyTorch", "[ops][loss]") {
  const Tensor x = logits().requires_grad_();
  SECTION("plain") {
    check_loss(
        nn::cross_entropy(x, chosen), {12.098727205175605}, x,
        {0.04382259803500917, 0.009778143317671862, -0.05360074135268103, -0.23821914586883397,
         0.23662478063822343, 0.0015943652306105742, 0.08333333333333333, -0.16666666666666669,
         0.08333333333333333, -0.25, 1.3637487107219805e-18, 0.25});
  }
  SECTION("of each row") {
    check_loss(nn::cross_entropy(x, chosen, {.reduction = Reduction::none}),
               {0.24131129665715703, 3.0549852353771474, 1.0986122886681098, 44.0}, x,
               {0.1752903921400367, 0.03911257327068745, -0.21440296541072412, -0.9528765834753359,
                0.9464991225528937, 0.006377460922442297, 0.3333333333333333, -0.6666666666666667,
                0.3333333333333333, -1.0, 5.454994842887922e-18, 1.0});
  }
  SECTION("with weights and an ignored label") {
    check_loss(nn::cross_entropy(x, chosen, {.weight = weights, .ignore_index = 1}),
               {11.884401957172864}, x,
               {0.08764519607001835, 0.019556286635343725, -0.10720148270536206,
                -0.23821914586883397, 0.23662478063822343, 0.0015943652306105742, 0.0, 0.0, 0.0,
                -0.25, 1.3637487107219805e-18, 0.25});
  }
  SECTION("with label smoothing") {
    check_loss(nn::cross_entropy(x, chosen,
                                 {.weight = weights, .ignore_index = 1, .label_smoothing = 0.1}),
               {11.370228743639911}, x,
               {0.07565997956710092, 0.014574774692204404, -0.0902347542593053,
                -0.22135613163331452, 0.23640186031552718, -0.015045728682212583, 0.0, 0.0, 0.0,
                -0.23333333333333334, -0.004166666666666665, 0.23750000000000004});
  }
  SECTION("with label smoothing, of each row") {
    const Tensor losses =
        nn::cross_entropy(x, chosen, {.reduction = Reduction::none, .label_smoothing = 0.1});
    CHECK(test::difference(losses,
                           vector({0.391311296657157, 3.021651902043814, 1.0986122886681098,
                                   42.391666666666666}),
                           4e-15, 0) == "");
  }
  SECTION("with label smoothing, their sum") {
    const Tensor loss = nn::cross_entropy(x, chosen,
                                          {.weight = weights,
                                           .ignore_index = 1,
                                           .reduction = Reduction::sum,
                                           .label_smoothing = 0.1});
    CHECK(loss.item<double>() == Approx(45.480914974559646).epsilon(4e-15));
  }
}

TEST_CASE("cross_entropy with probabilities agrees with PyTorch", "[ops][loss]") {
  const Tensor x = logits().requires_grad_();
  const Tensor p = probabilities().requires_grad_();
  check_loss(nn::cross_entropy(x, p, {.weight = weights}), {3.958016982537428}, x,
             {-0.0022439277018623865, -0.01780505293820119, 0.020048980640063583,
              -0.23821914586883397, 0.23662478063822343, 0.0015943652306105742, 0.10833333333333331,
              0.10833333333333331, -0.21666666666666667, 2.4316038253543114e-20, -0.0625, 0.0625});
  CHECK(test::difference(p.grad().reshape({-1}),
                         vector({0.4353278241642893, 0.40516391208214464, 0.12065564832857852,
                                 0.7637463088442868, 0.006873154422143404, 2.5274926176885737,
                                 0.27465307216702745, 0.13732653608351372, 0.5493061443340549, 11.0,
                                 4.96875, 0.0}),
                         4e-15, 1e-16) == "");
  const Tensor smoothed = nn::cross_entropy(
      x, p, {.weight = weights, .reduction = Reduction::sum, .label_smoothing = 0.2});
  CHECK(smoothed.item<double>() == Approx(18.316133068950336).epsilon(4e-15));
}

TEST_CASE("cross_entropy is nll_loss of log_softmax to the bit, and so are its gradients",
          "[ops][loss]") {
  manual_seed(11);
  for (const DType dtype : {float32, float64}) {
    for (const Shape& shape : {Shape{7, 5}, Shape{3, 40, 2}, Shape{5}, Shape{2, 3, 2, 2}}) {
      for (const Reduction r : {Reduction::none, Reduction::mean, Reduction::sum}) {
        const std::int64_t classes = shape.size() == 1 ? shape[0] : shape[1];
        // Spread over 60, so that some rows have a probability near 1.
        const Tensor values = test::spread(shape, -30, 30).to(dtype);
        Shape of_labels = shape;
        of_labels.erase(shape.size() == 1 ? 0 : 1);
        const Tensor label = randint(classes, of_labels);
        const Tensor w = test::spread({classes}, 0.1, 2).to(dtype);
        const nn::NllLossOptions apart{.weight = w, .ignore_index = 1, .reduction = r};
        const nn::CrossEntropyOptions together{.weight = w, .ignore_index = 1, .reduction = r};
        Tensor a = values.clone().requires_grad_();
        Tensor b = values.clone().requires_grad_();
        const Tensor x = nn::cross_entropy(a, label, together);
        const Tensor y = nn::nll_loss(log_softmax(b, shape.size() == 1 ? 0 : 1), label, apart);
        CHECK(x.operation() == "cross_entropy");
        CHECK(test::difference(x, y, 0, 0) == "");
        const Tensor g = test::spread(x.shape(), 0.5, 1.5).to(dtype);
        x.backward(g);
        y.backward(g);
        CHECK(test::difference(a.grad(), b.grad(), 0, 0) == "");
      }
    }
  }
}

TEST_CASE("cross_entropy of one row needs no batch", "[ops][loss]") {
  const Tensor row = logits().select(0, 0);
  const Tensor label = full({}, 2);
  CHECK(nn::cross_entropy(row, label).item<double>() == Approx(0.24131129665715703).epsilon(4e-15));
  CHECK(nn::cross_entropy(row, label, {.weight = weights}).item<double>() ==
        Approx(0.24131129665715703).epsilon(4e-15));
}

TEST_CASE("the losses of further dimensions are those of their rows", "[ops][loss]") {
  const Tensor x = test::spread({2, 3, 4}, -3, 3);
  const Tensor t = labels({0, 1, 2, 2, 1, 0, 0, 1}).reshape({2, 4});
  const Tensor losses = nn::cross_entropy(x, t, {.reduction = Reduction::none});
  const std::vector<double> logits = x.to_vector<double>();
  const std::vector<std::int64_t> label = t.to_vector<std::int64_t>();
  std::vector<double> expected;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto at = [&](std::size_t c) { return logits[i / 4 * 12 + c * 4 + i % 4]; };
    const double total = std::exp(at(0)) + std::exp(at(1)) + std::exp(at(2));
    expected.push_back(std::log(total) - at(static_cast<std::size_t>(label[i])));
  }
  CHECK(test::difference(losses.reshape({8}), vector(std::move(expected)), 1e-14, 1e-15) == "");
}

TEST_CASE("the mean over no label is NaN, without a gradient", "[ops][loss]") {
  const Tensor x = logits().requires_grad_();
  const Tensor loss = nn::nll_loss(x, full({4}, 1), {.ignore_index = 1});
  CHECK(std::isnan(loss.item<double>()));
  loss.backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>(12, 0));
}

TEST_CASE("labels of any integer type serve a loss over classes", "[ops][loss]") {
  const Tensor x = logits();
  const double expected = nn::cross_entropy(x, chosen).item<double>();
  for (const DType dtype : {uint8, int32}) {
    CHECK(nn::cross_entropy(x, chosen.to(dtype)).item<double>() == expected);
  }
}

TEST_CASE("label_smoothing outside [0, 1] is refused", "[ops][loss]") {
  CHECK_THROWS_WITH(nn::cross_entropy(logits(), chosen, {.label_smoothing = 1.5}),
                    "cross_entropy: label_smoothing 1.5 is outside [0, 1]");
}
