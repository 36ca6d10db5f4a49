// What an optimizer holds stays part of the module when models or their parts are swapped, or
// replaced one by one.
#include <algorithm>
#include <utility>

#include "nn/net_of_parts.hpp"
#include "support/catch.hpp"

using namespace tapegrad;
using namespace tapegrad::test::net_of_parts;

TEST_CASE("an optimizer goes on with a model that was swapped by hand", "[nn][identity]") {
  check_goes_on([](Net& model, Net& other) {
    Net third = std::move(model);
    model = std::move(other);
    other = std::move(third);
  });
  check_goes_on([](Net& model, Net& other) {
    Net third;  // exists already
    third = std::move(model);
    model = std::move(other);
    other = std::move(third);
  });
  check_goes_on([](Net& model, Net& other) {
    Net third;
    const Net husk = std::move(third);  // exists, but is empty
    third = std::move(model);
    model = std::move(other);
    other = std::move(third);
  });
  check_goes_on([](Net& model, Net& other) {
    nn::Parameter third;
    third = std::move(model.scale);
    model.scale = std::move(other.scale);
    other.scale = std::move(third);
    CHECK(other.scale.defined());
    other.scale = model.scale;
    model = other;
  });
}

TEST_CASE("an optimizer goes on with a model that was swapped", "[nn][identity]") {
  check_goes_on([](Net& model, Net& other) { std::swap(model, other); });
  check_goes_on([](Net& model, Net& other) { std::swap(other, model); });
  check_goes_on([](Net& model, Net& other) { std::ranges::swap(model, other); });
  check_goes_on([](Net& model, Net& other) {
    using std::swap;
    swap(model, other);
  });
}

TEST_CASE("an optimizer goes on with a model whose parts were replaced one by one",
          "[nn][identity]") {
  const auto rest = [](Net& model, const Net& other) {
    model.scale = other.scale;
    model.offset = other.offset;
  };
  check_goes_on([&](Net& model, Net& other) {
    model.first = std::move(other.first);
    model.blocks = other.blocks;
    model.head = std::move(other.head);
    rest(model, other);
  });
  check_goes_on([&](Net& model, Net& other) {
    std::swap(model.first, other.first);
    for (std::size_t i : {0, 1}) model.blocks[i] = nn::Linear(other.blocks[i]);
    std::swap(model.head, other.head);
    rest(model, other);
  });
  check_goes_on([&](Net& model, Net& other) {
    const auto replace = [](nn::Linear& a, nn::Linear& b) {
      a.weight = nn::Parameter(b.weight);
      std::swap(a.bias, b.bias);
    };
    replace(model.first, other.first);
    for (std::size_t i : {0, 1}) replace(model.blocks[i], other.blocks[i]);
    for (std::size_t i : {0, 2}) {
      replace(model.head.get<nn::Linear>(i), other.head.get<nn::Linear>(i));
    }
    model.scale = other.scale.detach().clone();
    model.offset = nn::Buffer(other.offset);
  });
  check_goes_on([&](Net& model, Net& other) {
    std::swap_ranges(model.blocks.begin(), model.blocks.end(), other.blocks.begin());
    model.first = nn::Linear(other.first);
    model.head = other.head;
    rest(model, other);
  });
}

TEST_CASE("swapped models have each other's values and their own tensors", "[nn][identity]") {
  Net a;
  Net b;
  b.first.requires_grad_(false);
  const auto tensors_a = tensors_of(a);
  const auto tensors_b = tensors_of(b);
  const Values values_a = values_of(a);
  const Values values_b = values_of(b);
  std::swap(a, b);
  CHECK(same(tensors_of(a), tensors_a));
  CHECK(same(tensors_of(b), tensors_b));
  CHECK(values_of(a) == values_b);
  CHECK(values_of(b) == values_a);
  CHECK_FALSE(a.first.weight.requires_grad());
  CHECK(b.first.weight.requires_grad());
  std::swap(a, b);
  std::swap(b.blocks[0], a.blocks[1]);
  std::swap(b.blocks[0], a.blocks[1]);
  std::swap(a.scale, b.scale);
  std::swap(a.scale, b.scale);
  CHECK(values_of(a) == values_a);
  CHECK(values_of(b) == values_b);
  CHECK(same(tensors_of(a), tensors_a));
  CHECK(same(tensors_of(b), tensors_b));
}
