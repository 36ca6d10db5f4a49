#include <memory>
#include <numeric>
#include <span>

#include "support/catch.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Floats = std::vector<float>;
using Ints = std::vector<std::int64_t>;

TEST_CASE("a vector is taken over without a copy", "[core][tensor]") {
  std::vector<float> values{1, 2, 3, 4, 5, 6};
  const float* address = values.data();
  const Tensor x = Tensor::from_vector(std::move(values), {2, 3});
  CHECK(x.data<float>() == address);
  CHECK(x.shape() == Shape{2, 3});
  CHECK(x.strides() == Strides{3, 1});
  CHECK(x.is_contiguous());
  CHECK(x.dtype() == float32);
  CHECK(Tensor::from_vector(Ints{7, 8}).shape() == Shape{2});
  CHECK(Tensor::from_vector(std::vector<bool>{true, false, true}).to_vector<std::int64_t>() ==
        Ints{1, 0, 1});
  CHECK_THROWS_WITH(Tensor::from_vector(Floats{1, 2}, {3}),
                    "from_vector: 2 values for shape [3], which holds 3");
}

TEST_CASE("a vector stays with its caller when it is refused", "[core][tensor]") {
  Floats values{1, 2};
  CHECK_THROWS_AS(Tensor::from_vector(std::move(values), {3}), ShapeError);
  CHECK(values == Floats{1, 2});
}

TEST_CASE("a span is copied", "[core][tensor]") {
  double values[] = {1, 2, 3, 4};
  const Tensor x = Tensor::from_span(std::span<const double>(values), {2, 2});
  values[0] = 9;
  CHECK(x.to_vector<double>() == std::vector<double>{1, 2, 3, 4});
  CHECK_THROWS_AS(Tensor::from_span(std::span<const double>(values), {3}), ShapeError);
}

TEST_CASE("the deleter of a blob runs once, when the last view is gone", "[core][tensor]") {
  float memory[6] = {1, 2, 3, 4, 5, 6};
  int deleted = 0;
  const auto deleter = [&](void* data) {
    CHECK(data == memory);
    ++deleted;
  };
  Tensor view;
  {
    Tensor x = Tensor::from_blob(memory, {2, 3}, deleter);
    const Tensor copy = x;
    view = x.t().select(0, 1);
    x = Tensor();
    CHECK(copy.data<float>() == memory);
  }
  CHECK(deleted == 0);
  CHECK(view.to_vector<float>() == Floats{2, 5});
  view = Tensor();
  CHECK(deleted == 1);
}

TEST_CASE("a blob is written through and may have strides", "[core][tensor]") {
  std::int32_t memory[] = {0, 1, 2, 3, 4, 5};
  Tensor x = Tensor::from_blob(memory, {3, 2}, nullptr, Strides{1, 3});
  CHECK(x.to_vector<std::int64_t>() == Ints{0, 3, 1, 4, 2, 5});
  CHECK_FALSE(x.is_contiguous());
  x.select(1, 1).fill_(7);
  CHECK(memory[4] == 7);
  CHECK(memory[2] == 2);
  CHECK(Tensor::from_blob(memory, {2, 3}, nullptr, Strides{0, 2}).to_vector<std::int64_t>() ==
        Ints{0, 2, 7, 0, 2, 7});
}

TEST_CASE("a blob that is refused stays with its caller", "[core][tensor]") {
  float memory[4] = {};
  int deleted = 0;
  const auto deleter = [&](void*) { ++deleted; };
  CHECK_THROWS_AS(Tensor::from_blob(memory, {2, 2}, deleter, Strides{1}), ShapeError);
  CHECK_THROWS_AS(Tensor::from_blob(memory, {2, 2}, deleter, Strides{2, -1}), ShapeError);
  CHECK_THROWS_AS(Tensor::from_blob(memory, {-1}, deleter), ShapeError);
  CHECK(deleted == 0);
}

TEST_CASE("tensors have rank 0 to 8", "[core][tensor]") {
  for (std::size_t rank = 0; rank <= 8; ++rank) {
    const Shape shape(rank, 2);
    const std::int64_t count = std::int64_t{1} << rank;
    Ints values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 0);
    const Tensor x = Tensor::from_vector(Ints(values), shape);
    CHECK(x.dim() == static_cast<std::int64_t>(rank));
    CHECK(x.numel() == count);
    CHECK(x.to_vector<std::int64_t>() == values);
    CHECK((x + 0).shape() == shape);
    CHECK(x.reshape({-1}).to_vector<std::int64_t>() == values);
    // Reversing the dimensions reverses the bits of every place.
    Dims reversed;
    for (std::size_t d = rank; d-- > 0;) reversed.push_back(static_cast<std::int64_t>(d));
    const Ints mirrored = x.permute(reversed).to_vector<std::int64_t>();
    for (std::size_t i = 0; i < mirrored.size(); ++i) {
      std::size_t bits = 0;
      for (std::size_t d = 0; d < rank; ++d) bits |= ((i >> d) & 1) << (rank - 1 - d);
      CHECK(mirrored[i] == static_cast<std::int64_t>(bits));
    }
  }
}

TEST_CASE("empty tensors go through everything", "[core][tensor]") {
  for (const Shape& shape : {Shape{0}, Shape{0, 3}, Shape{2, 0, 4}}) {
    const Tensor x = zeros(shape);
    CHECK(x.numel() == 0);
    CHECK(x.is_contiguous());
    CHECK(x.to_vector<float>().empty());
    CHECK(x.clone().shape() == shape);
    CHECK(x.to(int64).dtype() == int64);
    CHECK(x.transpose(0, -1).contiguous().numel() == 0);
    CHECK((x * 2.0).shape() == shape);
    CHECK(x.sum().item<float>() == 0);
    CHECK_THROWS_AS(x.item<float>(), ShapeError);
  }
  CHECK(Tensor::from_vector(Floats{}, {0, 5}).shape() == Shape{0, 5});
  CHECK(Tensor::from_blob<float>(nullptr, {0}, nullptr).numel() == 0);
}

TEST_CASE("elements are read in any type, and pointed to in their own", "[core][tensor]") {
  Tensor x = Tensor::from_vector(Floats{-1.75, 0, 2.5, 300});
  CHECK(x.to_vector<std::int64_t>() == Ints{-1, 0, 2, 300});
  CHECK(x.to_vector<bool>() == std::vector<bool>{true, false, true, true});
  CHECK(x[2].item<double>() == 2.5);
  CHECK(x[0].item<std::int32_t>() == -1);
  CHECK(x.select(0, 3).data<float>() == x.data<float>() + 3);
  CHECK_THROWS_WITH(x.data<double>(), "data: asked for float64 elements of a tensor of float32");
  CHECK_THROWS_AS(x.mutable_data<std::int32_t>(), DTypeError);
  CHECK_THROWS_WITH(x.item<float>(), "item: needs exactly one element, shape is [4]");
  x.mutable_data<float>()[1] = 8;
  CHECK(x[1].item<float>() == 8);
}

TEST_CASE("pointing to elements for change counts as a change", "[core][tensor]") {
  Tensor x = zeros({3});
  const Tensor view = x.narrow(0, 1, 1);
  const std::uint32_t before = view.version();
  x.mutable_data<float>();
  CHECK(view.version() == before + 1);
  Tensor leaf = zeros({3}, {.requires_grad = true});
  CHECK_THROWS_AS(leaf.mutable_data<float>(), AutogradError);
  Tensor recorded = leaf * 2.0;
  CHECK_THROWS_AS(recorded.mutable_data<float>(), AutogradError);
  const NoGrad guard;
  leaf.mutable_data<float>()[0] = 1;
  CHECK(leaf[0].item<float>() == 1);
}

TEST_CASE("copies of a handle are one tensor", "[core][tensor]") {
  Tensor x = tensor({1.0, 2.0});
  const Tensor same = x;
  CHECK(same.is_same(x));
  CHECK(same.shares_storage_with(x));
  CHECK_FALSE(x.clone().shares_storage_with(x));
  CHECK_FALSE(x.narrow(0, 0, 2).is_same(x));
  const Tensor moved = std::move(x);
  CHECK_FALSE(x.defined());
  CHECK(moved.is_same(same));
  x = moved;
  Tensor& itself = x;
  x = itself;
  x = std::move(itself);
  CHECK(x.is_same(same));
  Tensor other = tensor(5);
  x.swap(other);
  CHECK(other.is_same(same));
  CHECK(x.item<int>() == 5);
}

TEST_CASE("an undefined tensor refuses all but defined() and assignment", "[core][tensor]") {
  const Tensor x;
  CHECK_FALSE(x.defined());
  CHECK_THROWS_AS(x.shape(), Error);
  CHECK_THROWS_AS(x.dtype(), Error);
  CHECK_THROWS_AS(x.numel(), Error);
  CHECK_THROWS_AS(x.clone(), Error);
  CHECK_THROWS_AS(x.reshape({1}), Error);
  CHECK_THROWS_AS(x.item<float>(), Error);
  CHECK_THROWS_AS(x + x, Error);
  CHECK_THROWS_AS(x.sum(), Error);
  CHECK_THROWS_AS(x.detach(), Error);
  CHECK_THROWS_AS(x.backward(), Error);
  CHECK_THROWS_AS(x.shares_storage_with(tensor(1)), Error);
}

TEST_CASE("a size is asked for by dimension, also from the end", "[core][tensor]") {
  const Tensor x = zeros({2, 3, 4});
  CHECK(x.size(0) == 2);
  CHECK(x.size(-1) == 4);
  CHECK_THROWS_AS(x.size(3), IndexError);
  CHECK(x.narrow(1, 1, 2).storage_offset() == 4);
}

TEST_CASE("conversion cuts towards zero and keeps what fits", "[core][tensor]") {
  const Tensor x = tensor({-2.9, -0.5, 0.5, 200.9}, {.dtype = float64});
  CHECK(x.to(int32).to_vector<std::int64_t>() == Ints{-2, 0, 0, 200});
  CHECK(x.to(boolean).to_vector<bool>() == std::vector<bool>{true, true, true, true});
  CHECK(x.to(float32).dtype() == float32);
  CHECK(x.to(float64).is_same(x));
  CHECK(tensor({250, 3}).to(uint8).to_vector<std::int64_t>() == Ints{250, 3});
  CHECK(tensor({true, false}).to(float32).to_vector<float>() == Floats{1, 0});
}
