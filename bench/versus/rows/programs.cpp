// The same steps captured once and run again; torch's are eager, as its C++ library has no
// compiler. The eager rows are in models.cpp.
#include <memory>

#include "training.hpp"
#if LIBRARY_IS(LIMITS)
#include "../../limits/linear_regression.hpp"
#include "../../limits/logistic_regression.hpp"
#include "../../limits/mlp.hpp"
#include "../../limits/pointwise.hpp"
#if defined(WITH_ADOLC)
#include "../../limits/logistic_growth.hpp"
#endif
#endif

namespace versus {
namespace {

#if LIBRARY_IS(OURS)
template <class F>
tapegrad::Program captured(F f, const std::vector<Tensor>& feeds) {
  return tapegrad::capture(std::move(f), {feeds.begin(), feeds.end()});
}
#elif LIBRARY_IS(TORCH)
/// What is called again is the function itself.
template <class F>
F captured(F f, const std::vector<Tensor>&) {
  return f;
}
#endif

#if LIBRARY_IS(OURS) || LIBRARY_IS(TORCH)
Work linear(std::int64_t n, std::int64_t f, Tensor (*loss_of)(const Tensor&, const Tensor&)) {
  const Tensor weight = parameter({1, f}), bias = parameter({1});
  const Tensor x = uniform({n, f}), y = uniform({n, 1});
  const auto sgd = std::make_shared<SGD>(std::vector<Tensor>{weight, bias}, sgd_options);
  const auto step = captured(
      [=](const Tensor& in, const Tensor& out) {
        const Tensor loss = loss_of(layer(in, weight, bias), out);
        descend(*sgd, loss);
        return loss;
      },
      {x, y});
  return [=] { keep(step(x, y)); };
}

Work mlp(std::int64_t batch) {
  std::vector<Tensor> p;
  const std::int64_t sizes_of[] = {784, 256, 128, 10};
  for (int i = 0; i < 3; ++i) {
    for (const Shape& shape : {Shape{sizes_of[i + 1], sizes_of[i]}, Shape{sizes_of[i + 1]}}) {
      p.push_back((uniform(shape) - 0.5F) * 0.1F);
      p.back().requires_grad_(true);
    }
  }
  const Tensor x = uniform({batch, 784}), y = labels(batch);
  const auto sgd = std::make_shared<SGD>(p, sgd_options);
  const auto step = captured(
      [=](const Tensor& in, const Tensor& out) {
        Tensor h = lib::relu(layer(in, p[0], p[1]));
        h = lib::relu(layer(h, p[2], p[3]));
        const Tensor loss = cross_entropy(layer(h, p[4], p[5]), out);
        descend(*sgd, loss);
        return loss;
      },
      {x, y});
  return [=] { keep(step(x, y)); };
}

Tensor ten(const Tensor& x) {
  return lib::relu(((((x * 2 + 1) * x - 0.5F) * 3 + x) * 0.25F - 1) * x);
}

/// Euler's method for x' = x (1 - x), and the derivative by where it began.
Tensor logistic_growth(const Tensor& start, int steps) {
  Tensor x = start.detach();
  x.requires_grad_(true);
  Tensor grown = x;
  for (int i = 0; i < steps; ++i) grown = grown + (grown - grown * grown) * 0.01F;
  grown.backward();
  return x.grad();
}
#elif LIBRARY_IS(LIMITS)
limits::Batch ten(limits::Batch x) {
  return xsimd::max(((((x * 2.F + 1.F) * x - 0.5F) * 3.F + x) * 0.25F - 1.F) * x,
                    limits::Batch(0.F));
}

Work logistic_growth(int steps) {
  return [=] {
    volatile float start = 0.1F;
    float x = start, slope = 1;
    for (int i = 0; i < steps; ++i) {
      slope *= 1 + 0.01F * (1 - 2 * x);
      x += (x - x * x) * 0.01F;
    }
    keep(x);
    keep(slope);
  };
}
#endif

void add_models(Group& group) {
  group.add("captured: linear regression step, 100 points, SGD; limit: fused", [] {
    TENSORS(return linear(100, 1, mse);)
    LIMIT(return [line = std::make_shared<limits::Line>(100)] { line->step_fused(rate); };)
  });
  for (const auto& [n, f] :
       std::vector<std::pair<int, int>>{{569, 30}, {10'000, 100}, {100'000, 200}}) {
    const std::string name = "captured: logistic regression step, [" + std::to_string(n) + ", " +
                             std::to_string(f) + "], SGD; limit: ";
    group.add(name + "two passes", [n = n, f = f] {
      TENSORS(return linear(n, f, bce);)
      LIMIT(return [model = std::make_shared<limits::Logistic>(n, f)] {
        model->step_in_two_passes(rate);
      };)
    });
    group.add(name + "one pass", [n = n, f = f] {
      TENSORS(return linear(n, f, bce);)
      LIMIT(return
            [model = std::make_shared<limits::Logistic>(n, f)] { model->step_in_one_pass(rate); };)
    });
  }
  group.add("captured: MLP 784-256-128-10 step, batch 64, SGD", [] {
    TENSORS(return mlp(64);)
    LIMIT(const auto model = std::make_shared<limits::Mlp>(64, std::vector{784, 256, 128, 10});
          return [=] { model->sgd_step(rate); };)
  });
}

void add_chains(Group& group) {
  constexpr std::int64_t n = 10'000'000;
  group.add("ten functions of each element, 10M; limit: one loop", [] {
    TENSORS(return [x = uniform({n})] { keep(ten(x)); };)
    LIMIT(return [x = limits::random(n), y = limits::zeros(n)]() mutable {
      limits::map(y, x, [](limits::Batch v) { return ten(v); });
      keep(y);
    };)
  });
  group.add("captured: ten functions of each element, 10M; limit: one loop", [] {
    TENSORS(const Tensor x = uniform({n});
            return [x, f = captured([](const Tensor& v) { return ten(v); }, {x})] { keep(f(x)); };)
    LIMIT(return [x = limits::random(n), y = limits::zeros(n)]() mutable {
      limits::map(y, x, [](limits::Batch v) { return ten(v); });
      keep(y);
    };)
  });
  constexpr int steps = 200;
  group.add("200 steps of Euler's method on one number, and their derivative", [] {
    TENSORS(return [x = uniform({1})] { keep(logistic_growth(x, steps)); };)
    LIMIT(return logistic_growth(steps);)
  });
  group.add("captured: 200 steps of Euler's method on one number, and their derivative", [] {
    TENSORS(const Tensor x = uniform({1});
            const auto f =
                captured([](const Tensor& start) { return logistic_growth(start, steps); }, {x});
            return [=] { keep(f(x)); };)
    LIMIT(return logistic_growth(steps);)
  });
  group.add("captured: 200 steps of Euler's method and their derivative; limit: ADOL-C", [] {
    TENSORS(const Tensor x = uniform({1});
            const auto f =
                captured([](const Tensor& start) { return logistic_growth(start, steps); }, {x});
            return [=] { keep(f(x)); };)
#if defined(WITH_ADOLC)
    LIMIT(return [] { keep(limits::growth_by_adolc(0.1, steps)); };)
#endif
  });
}

void add_capture(Group& group) {
  group.add("capturing a function of 1000 operations", [] {
    OURS(const Tensor x = uniform({1}); return [x] {
      keep(captured(
          [](Tensor y) {
            for (int i = 0; i < 500; ++i) y = lib::tanh(y) * 1.5F;
            return y;
          },
          {x}));
    };)
  });
}

}  // namespace

Group programs() {
  Group group{"Captured programs", {}};
  add_models(group);
  add_chains(group);
  add_capture(group);
  return group;
}

}  // namespace versus
