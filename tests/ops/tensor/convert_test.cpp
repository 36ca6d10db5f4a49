#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("to_ converts a leaf, its gradient and nothing else", "[ops][convert]") {
  Tensor w = Tensor::from_vector<float>({1.5F, -2}).requires_grad_();
  (w * 3).sum().backward();
  const Tensor handle = w;
  const Tensor before = w.detach();
  w.to_(float64);
  CHECK(handle.is_same(w));
  CHECK(handle.dtype() == float64);
  CHECK(handle.to_vector<double>() == std::vector<double>{1.5, -2});
  CHECK(handle.requires_grad());
  CHECK(handle.grad().dtype() == float64);
  CHECK(before.dtype() == float32);
  CHECK_FALSE(before.shares_storage_with(w));
  square(w).sum().backward();
  CHECK(w.grad().to_vector<double>() == std::vector<double>{6, -1});
  const Tensor t = arange(6).to(float32).reshape({2, 3}).t();
  CHECK(Tensor(t).to_(int32).to_vector<std::int32_t>() ==
        std::vector<std::int32_t>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("a graph that was recorded before to_ still delivers its gradient", "[ops][convert]") {
  Tensor w = Tensor::from_vector<float>({1.5F, -2}).requires_grad_();
  const Tensor loss = square(w).sum();
  w.to_(float64);
  loss.backward();
  CHECK(w.grad().dtype() == float64);
  CHECK(w.grad().to_vector<double>() == std::vector<double>{3, -4});
}

TEST_CASE("to_ refuses what it can't do in place", "[ops][convert]") {
  Tensor w = ones({2}, {.requires_grad = true});
  CHECK_THROWS_AS(w.to_(int64), DTypeError);
  Tensor y = w * 2;
  CHECK_THROWS_AS(y.to_(float64), AutogradError);
  CHECK(y.dtype() == float32);
  Tensor view = w.view({2, 1});
  w.to_(float64);
  CHECK_THROWS_AS(view * 2, AutogradError);  // it looks at the elements of before
}

TEST_CASE("a transposed tensor without elements converts", "[ops][convert]") {
  const Tensor none = ones({2, 3}).t().slice(0, 3);
  CHECK(none.to(float64).shape() == Shape{0, 2});
  CHECK(none.to(int32).to_vector<std::int32_t>().empty());
  CHECK(none.clone().shape() == Shape{0, 2});
}
