// Tensors that wait for the copies of a module's parts are for that module alone.
#include <utility>

#include "support/catch.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("tensors that wait for a copy go to no other", "[nn][identity]") {
  struct Half : nn::Module {  // copies only its first part
    nn::Parameter a = ones({2});
    nn::Parameter b = ones({2});
    Half() = default;
    Half(const Half& x) : Module(x), a(x.a), b(x.b) {}
    Half& operator=(const Half& x) {
      Module::operator=(x);
      a = x.a;
      return *this;
    }
    Half(Half&&) = default;
    Half& operator=(Half&&) = default;
    void visit(nn::Visitor& v) override { v("a", a), v("b", b); }
  };
  Half model;
  Half best;
  const Tensor a = model.a;
  const Tensor b = model.b;
  best = std::move(model);
  model = best;
  CHECK(a.is_same(model.a));
  const Half copy(best);
  CHECK_FALSE(b.is_same(copy.b));
  best = std::move(model);
  model = best;
  best.b = zeros({3});
  const nn::Parameter other(best.b);
  CHECK(other.shape() == Shape{3});
}
