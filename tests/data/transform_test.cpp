#include "tapegrad/data/transform.hpp"

#include <set>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/data/dataset.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using Numbers = std::vector<double>;

namespace {

Tensor square(std::int64_t size) { return arange(size * size).view({1, size, size}); }

Numbers numbers(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("pixels become fractions, normalised channel by channel", "[data][transform]") {
  const Tensor x = ToFloat()(tensor({0, 51, 255, 102}, {.dtype = uint8}).view({2, 1, 2}));
  CHECK(x.dtype() == float32);
  CHECK(numbers(x) == Numbers{0, 0.2f, 1, 0.4f});
  const Tensor y = Normalize({1, 2}, {2, 4})(arange(4).to(float64).view({2, 1, 2}));
  CHECK(numbers(y) == Numbers{-0.5, 0, 0, 0.25});
  CHECK(numbers(Normalize({1}, {2})(ones({2, 1, 1}))) == Numbers{0, 0});
  CHECK(Normalize({1, 2}, {2, 4})(ones({5, 2, 3, 3})).shape() == Shape{5, 2, 3, 3});
}

// torchvision's center_crop has its top at round((height - crop) / 2), halves to the even side:
// 0.5 -> 0, 1.5 -> 2.
TEST_CASE("the middle of an image is where torchvision has it", "[data][transform]") {
  CHECK(numbers(CenterCrop(2, 2)(square(4))) == Numbers{5, 6, 9, 10});
  CHECK(numbers(CenterCrop(1, 1)(square(2))) == Numbers{0});
  CHECK(numbers(CenterCrop(1, 1)(square(4))) == Numbers{10});
  CHECK(numbers(CenterCrop(3, 1)(square(3))) == Numbers{1, 4, 7});
}

// torch 2.13: F.interpolate(arange(12).view(1, 1, 3, 4), (2, 2), mode="bilinear") and to (4, 5).
TEST_CASE("an image in another size has torch's pixels", "[data][transform]") {
  const Tensor x = arange(12).to(float64).view({1, 3, 4});
  CHECK(numbers(Resize(2, 2)(x)) == Numbers{1.5, 3.5, 7.5, 9.5});
  const Numbers larger = numbers(Resize(4, 5)(x)),
                wanted{0,   0.7, 1.5, 2.3, 3,   2.5, 3.2, 4,   4.8,  5.5,
                       5.5, 6.2, 7,   7.8, 8.5, 8,   8.7, 9.5, 10.3, 11};
  REQUIRE(larger.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(std::abs(larger[i] - wanted[i]) < 1e-6);
  const Tensor bytes = Resize(1, 1)(tensor({0, 255, 255, 255}, {.dtype = uint8}).view({2, 2}));
  CHECK(bytes.dtype() == uint8);
  CHECK(numbers(bytes) == Numbers{191});  // 191.25
  CHECK(Resize(2, 2)(ones({5, 3, 4, 4})).shape() == Shape{5, 3, 2, 2});
}

TEST_CASE("a random crop is any piece of an image, also of what was put around it",
          "[data][transform]") {
  std::set<double> corners;
  Generator random(1);
  for (int i = 0; i < 300; ++i) {
    const Tensor piece = RandomCrop(2, 2)(square(4), random);
    const double corner = piece[{0, 0, 0}].item<double>();
    corners.insert(corner);
    REQUIRE(numbers(piece) == Numbers{corner, corner + 1, corner + 4, corner + 5});
  }
  CHECK(corners == std::set<double>{0, 1, 2, 4, 5, 6, 8, 9, 10});
  std::set<double> around;
  for (int i = 0; i < 100; ++i) {
    around.insert(RandomCrop(1, 1, 1, -5)(square(1), random).item<double>());
  }
  CHECK(around == std::set<double>{-5, 0});
}

TEST_CASE("flips turn rows or columns round, with their probability", "[data][transform]") {
  Generator random(2);
  CHECK(numbers(RandomHorizontalFlip(1)(square(2), random)) == Numbers{1, 0, 3, 2});
  CHECK(numbers(RandomVerticalFlip(1)(square(2), random)) == Numbers{2, 3, 0, 1});
  CHECK(numbers(RandomHorizontalFlip(0)(square(2), random)) == Numbers{0, 1, 2, 3});
  int flips = 0;
  const int n = 400;
  for (int i = 0; i < n; ++i) {
    flips += RandomVerticalFlip(0.25)(square(2), random)[{0, 0, 0}].item<int>() == 2;
  }
  CHECK(std::abs(flips - n * 0.25) <= 4 * std::sqrt(n * 0.25 * 0.75));  // 4 standard deviations
}

TEST_CASE("an image is padded on all sides, and labels become rows of 0 and 1",
          "[data][transform]") {
  CHECK(numbers(Pad(1, 7)(ones({1, 1, 1}))) == Numbers{7, 7, 7, 7, 1, 7, 7, 7, 7});
  CHECK(numbers(OneHot(3)(tensor({2, 0}))) == Numbers{0, 0, 1, 1, 0, 0});
  CHECK(OneHot(3)(full({}, 1)).shape() == Shape{3});
  CHECK(OneHot(3)(full({}, 1)).dtype() == float32);
}

TEST_CASE("steps follow one another, and repeat themselves from one seed", "[data][transform]") {
  const Compose steps(
      RandomCrop(2, 2), [](const Tensor& x) { return x * 10; }, RandomHorizontalFlip());
  Generator one(5), same(5);
  const Tensor a = steps(square(9), one), b = steps(square(9), same);
  CHECK(numbers(a) == numbers(b));
  CHECK(std::abs(a[{0, 0, 1}].item<double>() - a[{0, 0, 0}].item<double>()) == 10);
  const auto set = map(TensorDataset(square(9).view({1, 1, 9, 9}), ones({1})), steps);
  CHECK(set.get(0).x.shape() == Shape{1, 2, 2});
  CHECK(set.get(0).y.item<int>() == 1);
}

TEST_CASE("what a step can't do is refused with its shape and values", "[data][transform]") {
  Generator random;
  CHECK(error_of<ShapeError>([] { CenterCrop(3, 1)(square(2)); }) ==
        "CenterCrop: no piece of 3 x 1 pixels in an image of shape [1, 2, 2]; pad or resize it");
  CHECK(
      contains(error_of<ShapeError>([&] { RandomCrop(4, 4, 1)(square(1), random); }), "[1, 3, 3]"));
  CHECK(contains(error_of<ShapeError>([&] { Pad(1)(ones({3})); }), "got shape [3]"));
  CHECK(contains(error_of<ShapeError>([] {
                   Normalize({1, 2}, {1, 1})(ones({3, 2, 2}));
                 }),
                 "2 means for an image of shape [3, 2, 2]"));
  CHECK(contains(error_of<DTypeError>([] { Normalize({1}, {1})(square(2)); }), "got int64"));
  CHECK(contains(error_of<DTypeError>([] { ToFloat()(ones({2, 2})); }), "got float32"));
  CHECK(contains(error_of([] { Normalize({1}, {0}); }), "a deviation of 0"));
  CHECK(contains(error_of([] { Normalize({1}, {}); }), "1 means and 0 deviations"));
  CHECK(contains(error_of([] { Resize(1, -1); }), "1 x -1 pixels"));
  CHECK(contains(error_of<ShapeError>([] { Resize(2, 2)(ones({1, 0, 3})); }), "[1, 0, 3]"));
  CHECK_THROWS_AS(Resize(std::int64_t{1} << 62, 2)(ones({1, 2, 3})), ShapeError);
  CHECK_THROWS_AS(Resize(std::int64_t{1} << 50, 2)(ones({1, 2, 3})), MemoryError);
  CHECK(contains(error_of<DTypeError>([] { Resize(2, 2)(square(2)); }), "got int64"));
  CHECK(contains(error_of([] { CenterCrop(0, 1); }), "0 x 1 pixels"));
  CHECK(contains(error_of([] { RandomCrop(1, 1, -1); }), "-1 pixels around"));
  CHECK(contains(error_of([] { RandomVerticalFlip(1.5); }), "p is 1.5"));
  CHECK(contains(error_of([] { OneHot(0); }), "0 classes"));
  CHECK(contains(error_of<IndexError>([] { OneHot(3)(tensor({3})); }), "3"));
}
