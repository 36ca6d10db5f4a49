#include "tapegrad/optim/averaged.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "support/cut.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/state_dict.hpp"

using namespace tapegrad;
using optim::AveragedModel;

namespace {

/// A parameter that a test sets, and buffers of two kinds.
struct Net : nn::Module {
  explicit Net(std::int64_t n = 5, DType dtype = float64) : weight(zeros({n}, {.dtype = dtype})) {}
  nn::Parameter weight;
  nn::Buffer mean{zeros({2}, {.dtype = float64})};
  nn::Buffer count{zeros({}, {.dtype = int64})};
  void visit(nn::Visitor& v) override {
    v("weight", weight);
    v("mean", mean);
    v("count", count);
  }
  Tensor forward(const Tensor& x) const { return x * weight; }
  void set(double value) {
    const NoGrad guard;
    weight.fill_(value);
    mean.fill_(10 * value);
    count.fill_(static_cast<std::int64_t>(8 * value));
  }
};

double first(const Tensor& x) { return x.to_vector<double>()[0]; }

}  // namespace

TEST_CASE("a plain average is the mean of all updates", "[optim][averaged]") {
  Net model;
  AveragedModel<Net> average(model);
  double sum = 0;
  for (int i = 1; i <= 7; ++i) {
    model.set(1.0 / i);
    sum += 1.0 / i;
    average.update_parameters(model);
    CHECK(first(average.module.weight) == Approx(sum / i).epsilon(1e-15));
  }
  CHECK(average.updates() == 7);
  // Buffers are the model's.
  CHECK(first(average.module.mean) == 10 * (1.0 / 7));
  CHECK(average.module.count.item<int>() == 1);
  CHECK(first(model.weight) == 1.0 / 7);
  const Tensor ones_ = ones({5}, {.dtype = float64});
  CHECK(first(average(ones_)) == first(average.module.weight));
}

TEST_CASE("an exponential average keeps a part", "[optim][averaged]") {
  Net model;
  AveragedModel<Net> average(model, {.decay = 0.9, .use_buffers = true});
  double expected = 0;
  for (int i = 1; i <= 6; ++i) {
    model.set(i * 0.3);
    expected = i == 1 ? 0.3 : 0.9 * expected + 0.1 * (i * 0.3);
    average.update_parameters(model);
    CHECK(first(average.module.weight) == Approx(expected).epsilon(1e-15));
    CHECK(first(average.module.mean) == Approx(10 * expected).epsilon(1e-15));
  }
  CHECK(average.module.count.item<int>() == 14);  // an integer has no average
}

TEST_CASE("half-precision parameters are averaged, too", "[optim][averaged]") {
  Net model(3, float16);
  AveragedModel<Net> average(model);
  for (const double value : {1.0, 2.0, 6.0}) {
    model.set(value);
    average.update_parameters(model);
  }
  CHECK(first(average.module.weight) == 3);
}

TEST_CASE("an average is the same in any number of threads", "[optim][averaged]") {
  const auto averaged = [](int threads) {
    const test::Cut cut(threads, 40);
    Net model(257, float32);
    AveragedModel<Net> average(model, {.decay = 0.7});
    for (int i = 0; i < 4; ++i) {
      NoGrad{}, model.weight.copy_(sin(arange(257).to(float32) * (i + 1)));
      average.update_parameters(model);
    }
    return average.module.weight.to_vector<float>();
  };
  for (const int threads : {2, 3, 7}) CHECK(averaged(threads) == averaged(1));
}

TEST_CASE("an average is saved and goes on", "[optim][averaged][state]") {
  Net model;
  AveragedModel<Net> whole(model);
  for (int i = 0; i < 3; ++i) {
    model.set(i);
    whole.update_parameters(model);
  }
  AveragedModel<Net> resumed(model);
  const StateDict state = whole.state_dict().clone();
  CHECK(state.contains("n_averaged"));
  CHECK(state.contains("module.weight"));
  CHECK(resumed.load_state_dict(state).complete());
  model.set(0.7);
  whole.update_parameters(model);
  resumed.update_parameters(model);
  CHECK(first(resumed.module.weight) == first(whole.module.weight));
  model = resumed.module;
  CHECK(first(model.weight) == first(whole.module.weight));
}

TEST_CASE("a copy of an average goes on by itself", "[optim][averaged]") {
  Net model;
  model.set(1);
  AveragedModel<Net> average(model);
  average.update_parameters(model);
  AveragedModel<Net> copy = average;
  model.set(3);
  copy.update_parameters(model);
  CHECK(first(copy.module.weight) == 2);
  CHECK(first(average.module.weight) == 1);
  CHECK(average.updates() == 1);
}

TEST_CASE("what can't be averaged is refused and changes nothing", "[optim][averaged][misuse]") {
  Net model;
  CHECK_THROWS_WITH(AveragedModel<Net>(model, {.decay = 1}),
                    "AveragedModel: decay is 1; it lies in [0, 1)");
  CHECK_THROWS_AS(AveragedModel<Net>(model, {.decay = std::nan("")}), Error);
  AveragedModel<Net> average(model);
  const Net longer(6);
  CHECK_THROWS_WITH(average.update_parameters(longer),
                    "AveragedModel: weight has shape [5] in the average and [6] in the model");
  CHECK_THROWS_AS(average.update_parameters(Net(5, float32)), DTypeError);
  CHECK_THROWS_WITH(capture([&](const Tensor&) { average.update_parameters(model); }, {{1}}),
                    Catch::Contains("in a captured function"));
  CHECK(average.updates() == 0);
}
