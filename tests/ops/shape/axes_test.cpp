#include "tapegrad/ops/shape/axes.hpp"

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;
using Ints = std::vector<std::int64_t>;

TEST_CASE("dimensions move and the others keep their order", "[ops][shape]") {
  const Tensor x = zeros({2, 3, 4, 5});
  CHECK(movedim(x, 0, -1).shape() == Shape{3, 4, 5, 2});
  CHECK(movedim(x, {3, 0}, {0, 1}).shape() == Shape{5, 2, 3, 4});
  CHECK(movedim(x, {0, 1}, {1, 3}).shape() == Shape{4, 2, 5, 3});
  CHECK(movedim(x, 0, 1).shares_storage_with(x));
  CHECK(swapaxes(x, 0, -1).shape() == Shape{5, 3, 4, 2});
  CHECK(error_of([&] { movedim(x, {0, 1}, 0); }) == "movedim: 2 dims to 1 places: [0, 1] and [0]");
  CHECK(error_of([&] { movedim(x, {0, -4}, {0, 1}); }) == "movedim: dim -4 is given twice");
  CHECK_THROWS_AS(movedim(x, 4, 0), IndexError);
}

TEST_CASE("unflatten is the opposite of flatten", "[ops][shape]") {
  const Tensor x = arange(24).reshape({2, 12});
  CHECK(unflatten(x, 1, {3, 4}).shape() == Shape{2, 3, 4});
  CHECK(unflatten(x, -1, {2, -1, 2}).shape() == Shape{2, 2, 3, 2});
  CHECK(unflatten(x, 0, {2, 1}).shape() == Shape{2, 1, 12});
  CHECK(unflatten(x, 1, {3, 4}).shares_storage_with(x));
  CHECK(error_of([&] {
          unflatten(x, 1, {5, -1});
        }) == "unflatten: sizes [5, -1] don't hold the 12 elements of dimension 1");
  CHECK(error_of([&] { unflatten(x, 1, {-1, -1}); }) == "unflatten: more than one -1 in [-1, -1]");
  CHECK_THROWS_AS(unflatten(x, 1, Shape{}), ShapeError);
}

TEST_CASE("tensors take the shape of another, or of all", "[ops][shape]") {
  const Tensor x = arange(6);
  CHECK(view_as(x, zeros({2, 3})).shape() == Shape{2, 3});
  CHECK(expand_as(x, zeros({2, 6})).shape() == Shape{2, 6});
  CHECK(broadcast_to(x, {2, 6}).shares_storage_with(x));
  const std::vector<Tensor> views = broadcast_tensors({ones({2, 1}), ones({3}), ones({})});
  for (const Tensor& view : views) CHECK(view.shape() == Shape{2, 3});
  CHECK(broadcast_tensors({}).empty());
  CHECK_THROWS_AS(broadcast_tensors({ones({2}), ones({3})}), ShapeError);
}

TEST_CASE("meshgrid gives the coordinates of a grid", "[ops][shape]") {
  const std::vector<Tensor> ij = meshgrid({tensor({1, 2}), tensor({3, 4, 5})});
  CHECK(ij[0].to_vector<std::int64_t>() == Ints{1, 1, 1, 2, 2, 2});
  CHECK(ij[1].to_vector<std::int64_t>() == Ints{3, 4, 5, 3, 4, 5});
  const std::vector<Tensor> xy = meshgrid({tensor({1, 2}), tensor({3, 4, 5})}, Indexing::xy);
  CHECK(xy[0].shape() == Shape{3, 2});
  CHECK(xy[0].to_vector<std::int64_t>() == Ints{1, 2, 1, 2, 1, 2});
  CHECK(xy[1].to_vector<std::int64_t>() == Ints{3, 3, 4, 4, 5, 5});
  CHECK(meshgrid({tensor(1), tensor({2})})[0].shape() == Shape{1, 1});
  CHECK_THROWS_WITH(meshgrid({zeros({2, 2})}), "meshgrid: needs vectors: shape [2, 2]");
  CHECK_THROWS_WITH(meshgrid({}), "meshgrid: the list has no tensor");
}

TEST_CASE("gradients find their way back through moved dimensions", "[ops][shape]") {
  const Tensor x = ones({2, 3, 4}, {.dtype = float64, .requires_grad = true});
  const Tensor w = arange(24, {.dtype = float64}).reshape({4, 2, 3});
  (movedim(x, 2, 0) * w).sum().backward();
  CHECK(x.grad().to_vector<double>() == movedim(w, 0, 2).to_vector<double>());
}
