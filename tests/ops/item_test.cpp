// The one number of a tensor: as what is asked of it, beside numbers and tensors, as a condition.
#include <array>
#include <cstdint>
#include <sstream>
#include <vector>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"

using namespace tapegrad;
using tapegrad::test::error_of;
using Floats = std::vector<float>;

TEST_CASE("item() becomes the number that is asked of it", "[tensor][item]") {
  const Tensor x = tensor({2.75});
  const float f = x.item();
  const double d = x.item();
  const int i = x.item();
  const bool b = x.item();
  CHECK(f == 2.75f);
  CHECK(d == 2.75);
  CHECK(i == 2);
  CHECK(b);
  CHECK(x.item<long long>() == 2);
  CHECK(tensor({200}).item<unsigned char>() == 200);
  CHECK(tensor({-3}).item<short>() == -3);
  CHECK(error_of([] { (void)tensor({-1}).item<unsigned>(); }) ==
        "item: -1 doesn't fit into this unsigned integer");
  CHECK(error_of([] { (void)tensor({70000}).item<short>(); }) ==
        "item: 70000 doesn't fit int16, which holds -32768 to 32767");
  CHECK(error_of([] {
          const int n = ones({2}).item();
          (void)n;
        }).starts_with("item: needs exactly one element"));
  std::ostringstream text;
  text << x.item();
  CHECK(text.str() == "2.75");
}

TEST_CASE("item() counts and compares beside numbers", "[tensor][item]") {
  const Tensor x = tensor({2.5});
  double total = 1;
  total += x.item();
  CHECK(total == 3.5);
  float product = 2;
  product *= x.item();
  CHECK(product == 5.f);
  int left = 7;
  left -= x.item();
  CHECK(left == 4);
  CHECK(x.item() * 64 == 160);
  CHECK(1 - x.item() == -1.5);
  CHECK(-x.item() / x.item() == -1);
  const double best = 3;
  CHECK((x.item() < best && best > x.item() && x.item() <= 2.5f));
  CHECK((x.item() != 2 && x.item() == 2.5 && !(x.item() > x.item())));
}

TEST_CASE("one element is a condition", "[tensor][item]") {
  const Tensor x = tensor({-1.0, 2.0});
  bool reached = false;
  if (x.sum() > 0 && !(x.max() > 2)) reached = true;
  CHECK(reached);
  CHECK(static_cast<bool>(tensor({0.5})));
  CHECK_FALSE(static_cast<bool>(zeros({1, 1})));
  CHECK(error_of([&] { (void)static_cast<bool>(x > 0); }) ==
        "bool: needs exactly one element, shape is [2]; use any() or all(), and & and | between "
        "masks");
  static_assert(!std::is_convertible_v<Tensor, bool>);
}

TEST_CASE("item() stands beside tensors as a number", "[tensor][item]") {
  const Tensor x = tensor({1.0, 3.0});
  CHECK((x / x.sum().item()).to_vector<double>() == std::vector<double>{0.25, 0.75});
  CHECK((x > x.mean().item()).to_vector<bool>() == std::vector<bool>{false, true});
  Tensor y = x.clone();
  y *= x.sum().item();
  y[0] = x.max().item();
  CHECK(y.to_vector<double>() == std::vector<double>{3, 12});
  CHECK(full({1}, x[1].item()).item<int>() == 3);
  CHECK(tensor({x[0].item(), 2.0}).shape() == Shape{2});
}
