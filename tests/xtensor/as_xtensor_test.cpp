// Tensors seen as xtensor expressions.
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

#include "support/catch.hpp"
#include "xtensor/headers.hpp"

namespace tg = tapegrad;

namespace {

using Values = std::vector<double>;

Values values(const tg::Tensor& x) { return x.to_vector<double>(); }

template <class E>
Values row_by_row(const E& e) {
  return Values(e.template cbegin<xt::layout_type::row_major>(),
                e.template cend<xt::layout_type::row_major>());
}

tg::Tensor counted(const tg::Shape& shape) {
  Values numbers(static_cast<std::size_t>(tg::numel(shape)));
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i);
  return tg::Tensor::from_vector(std::move(numbers), shape);
}

/// Dimensions, then elements, as xtensor sees them; and the same as the tensor says.
void check_same(const tg::Tensor& x) {
  const auto seen = tg::as_xtensor<double>(x);
  REQUIRE(seen.dimension() == x.shape().size());
  for (std::size_t d = 0; d < seen.dimension(); ++d) {
    CHECK(static_cast<std::int64_t>(seen.shape()[d]) == x.shape()[d]);
  }
  CHECK(row_by_row(seen) == values(x));
  const xt::xarray<double> doubled = 2 * seen;
  CHECK(row_by_row(doubled) == values(2 * x));
  const xt::xarray<double, xt::layout_type::column_major> columns = seen;
  CHECK(row_by_row(columns) == values(x));
}

}  // namespace

TEST_CASE("a tensor is seen without a copy", "[xtensor]") {
  const tg::Tensor x = counted({2, 3});
  const auto seen = tg::as_xtensor<double>(x);
  CHECK(&seen(1, 2) == x.data<double>() + 5);
  CHECK(seen(1, 2) == 5);
  CHECK(x.version() == 0);
}

TEST_CASE("every layout of a tensor is seen through its strides", "[xtensor]") {
  const tg::Tensor x = counted({4, 6});
  check_same(x);
  check_same(x.t());
  check_same(x.slice(0, 1, 4, 2));
  check_same(x.slice(1, 2).t());
  check_same(x.select(1, 3));
  check_same(counted({2, 3, 4}).permute({2, 0, 1}));
  check_same(counted({1, 3, 1}));
  check_same(counted({3, 1}).expand({3, 4}));
  check_same(counted({3}).expand({2, 3}));
  check_same(tg::full({}, 7.5, {.dtype = tg::float64}));
  check_same(tg::full({}, 7.5, {.dtype = tg::float64}).expand({2, 2}));
}

TEST_CASE("every rank from 0 to 8 is seen", "[xtensor]") {
  tg::Shape shape;
  for (std::size_t rank = 0; rank <= tg::max_rank; ++rank) {
    check_same(counted(shape));
    if (rank > 1) check_same(counted(shape).transpose(0, -1));
    if (rank < tg::max_rank) shape.push_back(rank % 3 == 0 ? 3 : rank % 3);
  }
}

TEST_CASE("an empty tensor is seen as empty", "[xtensor]") {
  for (const tg::Shape& shape : {tg::Shape{0}, tg::Shape{0, 3}, tg::Shape{3, 0, 2}}) {
    const auto seen = tg::as_xtensor<double>(counted(shape));
    CHECK(seen.size() == 0);
    CHECK(row_by_row(seen).empty());
    const xt::xarray<double> sum = seen + 1;
    CHECK(sum.size() == 0);
  }
}

TEST_CASE("each element type is seen as itself, and no other", "[xtensor]") {
  const tg::Tensor flags = counted({4}) > 1;
  const auto seen = tg::as_xtensor<bool>(flags);
  CHECK(seen(0) == false);
  CHECK(seen(3) == true);
  CHECK(tg::as_xtensor<std::int64_t>(counted({3}).to(tg::int64))(2) == 2);
  CHECK(tg::as_xtensor<std::uint8_t>(counted({3}).to(tg::uint8))(2) == 2);
  CHECK(tg::as_xtensor<std::int32_t>(counted({3}).to(tg::int32))(2) == 2);
  CHECK(tg::as_xtensor<float>(counted({3}).to(tg::float32))(2) == 2);
  CHECK_THROWS_AS(tg::as_xtensor<float>(counted({3})), tg::DTypeError);
  tg::Tensor x = counted({3});
  CHECK_THROWS_AS(tg::as_mutable_xtensor<std::int64_t>(x), tg::DTypeError);
  CHECK(x.version() == 0);
}

TEST_CASE("the expression keeps the elements alive", "[xtensor]") {
  auto seen = [] { return tg::as_xtensor<double>(counted({2, 3}).t()); }();
  CHECK(row_by_row(seen) == Values{0, 3, 1, 4, 2, 5});
  const auto copy = seen;
  const auto lazy = copy * 2 + tg::as_xtensor<double>(counted({3, 1}));
  CHECK(row_by_row(lazy) == Values{0, 6, 3, 9, 6, 12});
}

TEST_CASE("xtensor's functions work on tensors", "[xtensor]") {
  const tg::Tensor x = counted({2, 3});
  const auto seen = tg::as_xtensor<double>(x);
  CHECK(xt::sum(seen)() == 15);
  CHECK(row_by_row(xt::xarray<double>(xt::mean(seen, {1}))) == Values{1, 4});
  CHECK(row_by_row(xt::xarray<double>(xt::amax(seen, {0}))) == Values{3, 4, 5});
  CHECK(values(tg::from_xtensor(xt::square(seen))) == Values{0, 1, 4, 9, 16, 25});
}

TEST_CASE("writing through the expression changes the tensor and its version", "[xtensor]") {
  tg::Tensor x = counted({2, 3});
  auto seen = tg::as_mutable_xtensor<double>(x);
  CHECK(x.version() == 1);
  seen(0, 1) = 100;
  CHECK(values(x) == Values{0, 100, 2, 3, 4, 5});
  seen = xt::ones<double>({2, 3});
  CHECK(values(x) == Values{1, 1, 1, 1, 1, 1});
  seen += xt::xarray<double>{1, 2, 3};
  CHECK(values(x) == Values{2, 3, 4, 2, 3, 4});
  xt::noalias(seen) = 2 * seen;
  CHECK(values(x) == Values{4, 6, 8, 4, 6, 8});
  seen.fill(0);
  CHECK(values(x) == Values{0, 0, 0, 0, 0, 0});
}

TEST_CASE("writing through a strided expression touches its elements alone", "[xtensor]") {
  tg::Tensor x = counted({3, 4});
  tg::Tensor columns = x.slice(1, 0, 4, 2).t();
  auto seen = tg::as_mutable_xtensor<double>(columns);
  SECTION("an assignment") {
    seen = xt::xarray<double>{{10, 20, 30}, {40, 50, 60}};
    CHECK(values(x) == Values{10, 1, 40, 3, 20, 5, 50, 7, 30, 9, 60, 11});
  }
  SECTION("an assignment without a temporary") {
    xt::noalias(seen) = xt::xarray<double>{{10, 20, 30}, {40, 50, 60}};
    CHECK(values(x) == Values{10, 1, 40, 3, 20, 5, 50, 7, 30, 9, 60, 11});
  }
  SECTION("an operator") {
    seen *= 10;
    CHECK(values(x) == Values{0, 1, 20, 3, 40, 5, 60, 7, 80, 9, 100, 11});
  }
  SECTION("an expression of itself") {
    seen = xt::flip(seen, 1);
    CHECK(values(x) == Values{8, 1, 10, 3, 4, 5, 6, 7, 0, 9, 2, 11});
  }
}

TEST_CASE("rank 0 can be written", "[xtensor]") {
  tg::Tensor x = tg::full({}, 1.0, {.dtype = tg::float64});
  tg::as_mutable_xtensor<double>(x)() = 5;
  CHECK(x.item<double>() == 5);
}

TEST_CASE("writing is refused where the tape or shared elements would be harmed", "[xtensor]") {
  tg::Tensor leaf = counted({3}).requires_grad_();
  CHECK_THROWS_AS(tg::as_mutable_xtensor<double>(leaf), tg::AutogradError);
  CHECK(tg::as_xtensor<double>(leaf)(2) == 2);
  {
    const tg::NoGrad off;
    tg::as_mutable_xtensor<double>(leaf)(2) = 7;
  }
  CHECK(values(leaf) == Values{0, 1, 7});
  tg::Tensor wide = counted({3, 1}).expand({3, 4});
  CHECK_THROWS_AS(tg::as_mutable_xtensor<double>(wide), tg::Error);
  CHECK(wide.version() == 0);
}

TEST_CASE("a saved value that is changed through xtensor is noticed", "[xtensor]") {
  const tg::Tensor x = counted({3}).requires_grad_();
  tg::Tensor c = counted({3});
  const tg::Tensor y = (x * c).sum();
  tg::as_mutable_xtensor<double>(c) = 2 * tg::as_xtensor<double>(c);
  CHECK_THROWS_AS(y.backward(), tg::AutogradError);
}
