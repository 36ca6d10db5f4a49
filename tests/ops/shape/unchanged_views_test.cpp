// A view that changes nothing is a tensor of its own, recorded like any other.
#include <functional>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/shape.hpp"

using namespace tapegrad;

namespace {

struct Unchanged {
  const char* name;
  Shape shape;
  std::function<Tensor(const Tensor&)> view;
};

std::vector<Unchanged> unchanged() {
  return {
      {"view",
       {2, 3},
       [](const Tensor& x) {
         return x.view({2, 3});
       }},
      {"reshape",
       {2, 3},
       [](const Tensor& x) {
         return x.reshape({2, 3});
       }},
      {"reshape, -1",
       {2, 3},
       [](const Tensor& x) {
         return x.reshape({-1, 3});
       }},
      {"reshape, rank 0", {}, [](const Tensor& x) { return x.reshape({}); }},
      {"reshape, empty",
       {0, 3},
       [](const Tensor& x) {
         return x.reshape({0, 3});
       }},
      {"flatten", {3}, [](const Tensor& x) { return x.flatten(); }},
      {"flatten, one dimension", {2, 3}, [](const Tensor& x) { return x.flatten(1, 1); }},
      {"transpose", {2, 3}, [](const Tensor& x) { return x.transpose(1, 1); }},
      {"transpose, rank 0", {}, [](const Tensor& x) { return x.transpose(0, -1); }},
      {"permute",
       {2, 3},
       [](const Tensor& x) {
         return x.permute({0, 1});
       }},
      {"t, rank 0", {}, [](const Tensor& x) { return x.t(); }},
      {"t, rank 1", {3}, [](const Tensor& x) { return x.t(); }},
      {"slice", {2, 3}, [](const Tensor& x) { return x.slice(1); }},
      {"narrow", {2, 3}, [](const Tensor& x) { return x.narrow(1, 0, 3); }},
      {"expand",
       {2, 3},
       [](const Tensor& x) {
         return x.expand({2, -1});
       }},
      {"squeeze", {2, 3}, [](const Tensor& x) { return x.squeeze(); }},
      {"squeeze, one dimension", {2, 3}, [](const Tensor& x) { return x.squeeze(1); }},
      {"squeeze, rank 0", {}, [](const Tensor& x) { return x.squeeze(0); }},
      {"[ellipsis]", {2, 3}, [](const Tensor& x) { return x[{ellipsis}]; }},
      {"[:, :]",
       {2, 3},
       [](const Tensor& x) {
         return x[{Slice(), Slice()}];
       }},
      {"split", {2, 3}, [](const Tensor& x) { return split(x, 2)[0]; }},
      {"chunk", {2, 3}, [](const Tensor& x) { return chunk(x, 1)[0]; }},
  };
}

Tensor strided(const Shape& shape) {
  Shape wide = shape;
  if (!wide.empty()) wide[0] *= 2;
  const Tensor x = arange(numel(wide), {.dtype = float64}).reshape(wide);
  return shape.empty() ? x : x.slice(0, 0, std::nullopt, 2);
}

}  // namespace

TEST_CASE("a view that changes nothing is another tensor over the same elements", "[view]") {
  for (const bool recording : {true, false}) {
    const GradMode mode(recording);
    for (const Unchanged& v : unchanged()) {
      CAPTURE(recording, v.name);
      Tensor x = strided(v.shape);
      Tensor y = v.view(x);
      CHECK(!y.is_same(x));
      CHECK(y.shares_storage_with(x));
      CHECK(y.shape() == x.shape());
      CHECK(y.to_vector<double>() == x.to_vector<double>());
      y.requires_grad_();
      CHECK(!x.requires_grad());
    }
  }
}

TEST_CASE("a view that changes nothing is recorded, with hooks of its own", "[view]") {
  for (const Unchanged& v : unchanged()) {
    CAPTURE(v.name);
    const Tensor x = strided(v.shape).clone().requires_grad_();
    const Tensor h = x * 1.0;
    const Tensor y = v.view(h);
    CHECK(!y.is_leaf());
    CHECK(y.operation() != h.operation());
    int calls = 0;
    y.register_hook([&](const Tensor& g) {
      ++calls;
      return g * 2;
    });
    (h.sum() + (y * 3).sum()).backward();
    CHECK(calls == 1);
    for (const double g : x.grad().to_vector<double>()) CHECK(g == 7);
  }
}

TEST_CASE("a write through a view that changes nothing is recorded at its base", "[view]") {
  for (const Unchanged& v : unchanged()) {
    CAPTURE(v.name);
    const Tensor x = strided(v.shape).clone().requires_grad_();
    Tensor h = x * 1.0;
    Tensor y = v.view(h);
    y *= 5;
    h.sum().backward();
    for (const double g : x.grad().to_vector<double>()) CHECK(g == 5);
  }
}
