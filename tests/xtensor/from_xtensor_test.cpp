// Tensors from xtensor containers and expressions.
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

#include "support/catch.hpp"
#include "xtensor/headers.hpp"

namespace tg = tapegrad;

namespace {

using Values = std::vector<double>;

Values values(const tg::Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("a row-major container is taken over without a copy", "[xtensor]") {
  xt::xarray<double> a{{1, 2, 3}, {4, 5, 6}};
  const double* memory = a.data();
  const tg::Tensor x = tg::from_xtensor(std::move(a));
  CHECK(x.data<double>() == memory);
  CHECK(x.shape() == tg::Shape{2, 3});
  CHECK(x.is_contiguous());
  CHECK(values(x) == Values{1, 2, 3, 4, 5, 6});

  xt::xtensor<float, 2> b{{1, 2}, {3, 4}};
  const float* single = b.data();
  const tg::Tensor y = tg::from_xtensor(std::move(b));
  CHECK(y.data<float>() == single);
  CHECK(y.dtype() == tg::float32);
}

TEST_CASE("a column-major container is taken over with its strides", "[xtensor]") {
  xt::xtensor<double, 2, xt::layout_type::column_major> a{{1, 2, 3}, {4, 5, 6}};
  const double* memory = a.data();
  const tg::Tensor x = tg::from_xtensor(std::move(a));
  CHECK(x.data<double>() == memory);
  CHECK(x.strides() == tg::Strides{1, 2});
  CHECK_FALSE(x.is_contiguous());
  CHECK(values(x) == Values{1, 2, 3, 4, 5, 6});
  CHECK(values(x + 1) == Values{2, 3, 4, 5, 6, 7});
  CHECK(values(x.t()) == Values{1, 4, 2, 5, 3, 6});
}

TEST_CASE("a container with strides of its own is taken over with them", "[xtensor]") {
  xt::xarray<double, xt::layout_type::dynamic> a;
  a.resize({3, 2}, xt::dynamic_shape<std::ptrdiff_t>{1, 3});
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) a(i, j) = static_cast<double>(10 * i + j);
  }
  const double* memory = a.data();
  const tg::Tensor x = tg::from_xtensor(std::move(a));
  CHECK(x.data<double>() == memory);
  CHECK(values(x) == Values{0, 1, 10, 11, 20, 21});
}

TEST_CASE("an lvalue container is copied", "[xtensor]") {
  xt::xarray<double> a{1, 2, 3};
  const xt::xarray<double> fixed{1, 2, 3};
  const tg::Tensor x = tg::from_xtensor(a);
  a(0) = 100;
  CHECK(values(x) == Values{1, 2, 3});
  CHECK(values(tg::from_xtensor(fixed)) == Values{1, 2, 3});
}

TEST_CASE("an adaptor of somebody else's memory is copied", "[xtensor]") {
  std::vector<double> memory{1, 2, 3, 4};
  const tg::Tensor x = tg::from_xtensor(xt::adapt(memory, std::vector<std::size_t>{2, 2}));
  memory[0] = 100;
  CHECK(values(x) == Values{1, 2, 3, 4});
}

TEST_CASE("an expression is evaluated row by row", "[xtensor]") {
  const xt::xarray<double> a{{1, 2, 3}, {4, 5, 6}};
  CHECK(values(tg::from_xtensor(2 * a + 1)) == Values{3, 5, 7, 9, 11, 13});
  CHECK(values(tg::from_xtensor(xt::transpose(a))) == Values{1, 4, 2, 5, 3, 6});
  CHECK(values(tg::from_xtensor(xt::view(a, xt::all(), xt::range(1, 3)))) == Values{2, 3, 5, 6});
  CHECK(values(tg::from_xtensor(xt::view(a, 1, xt::range(0, 3, 2)))) == Values{4, 6});
  xt::xarray<double> row{1, 2, 3};
  CHECK(values(tg::from_xtensor(xt::flip(row, 0))) == Values{3, 2, 1});
  CHECK(values(tg::from_xtensor(xt::sum(a, {0}))) == Values{5, 7, 9});
  CHECK(values(tg::from_xtensor(xt::broadcast(xt::view(a, 0), {2, 3}))) ==
        Values{1, 2, 3, 1, 2, 3});
  CHECK(values(tg::from_xtensor(xt::arange<double>(4))) == Values{0, 1, 2, 3});
}

TEST_CASE("every element type arrives as its own", "[xtensor]") {
  const xt::xarray<int> a{3, 0, -2};
  CHECK(tg::from_xtensor(a).dtype() == tg::int32);
  CHECK(tg::from_xtensor(xt::cast<std::int64_t>(a)).dtype() == tg::int64);
  CHECK(tg::from_xtensor(xt::cast<std::uint8_t>(a)).dtype() == tg::uint8);
  const tg::Tensor positive = tg::from_xtensor(a > 0);
  CHECK(positive.dtype() == tg::boolean);
  CHECK(positive.to_vector<bool>() == std::vector<bool>{true, false, false});
  CHECK(tg::from_xtensor(xt::xarray<bool>{true, false}).to_vector<bool>() ==
        std::vector<bool>{true, false});
}

TEST_CASE("rank 0, empty and large ranks arrive", "[xtensor]") {
  const tg::Tensor number = tg::from_xtensor(xt::xarray<double>(7.5));
  CHECK(number.shape() == tg::Shape{});
  CHECK(number.item<double>() == 7.5);
  const xt::xarray<double> a{1, 2, 3};
  CHECK(tg::from_xtensor(xt::sum(a)).item<double>() == 6);
  const auto none = xt::xarray<double>::from_shape({0, 3});
  CHECK(tg::from_xtensor(none).shape() == tg::Shape{0, 3});
  CHECK(tg::from_xtensor(xt::xarray<double>::from_shape({2, 0})).shape() == tg::Shape{2, 0});
  CHECK(tg::from_xtensor(none + 1).numel() == 0);
  const xt::xarray<float> deep = xt::ones<float>({1, 2, 1, 2, 1, 2, 1, 2});
  CHECK(tg::from_xtensor(deep).shape() == tg::Shape{1, 2, 1, 2, 1, 2, 1, 2});
  CHECK(tg::from_xtensor(xt::xarray<float>(deep)).is_contiguous());
  const xt::xarray<float> too_deep = xt::ones<float>({1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK_THROWS_AS(tg::from_xtensor(too_deep), tg::ShapeError);
}

TEST_CASE("a taken-over container trains like any tensor", "[xtensor]") {
  tg::Tensor w = tg::from_xtensor(xt::xarray<double>{1, 2});
  w.requires_grad_();
  (w * w).sum().backward();
  CHECK(values(w.grad()) == Values{2, 4});
}
