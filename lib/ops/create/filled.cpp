#include "tapegrad/ops/create/filled.hpp"

#include <algorithm>
#include <utility>

#include "autograd/apply.hpp"
#include "core/computed_with.hpp"
#include "core/speaking.hpp"
#include "kernels/copy.hpp"
#include "ops/create/options.hpp"

namespace tapegrad {
namespace {

DType default_dtype(Scalar value) {
  return value.kind() == DType::float64 ? DType::float32 : value.kind();
}

struct Empty {
  static constexpr std::string_view name = "empty";
  static constexpr bool any_dtype = true;
  Meta meta;
  void each_size(const auto& f) { std::for_each(meta.shape.begin(), meta.shape.end(), f); }
  Meta result() const { return meta; }
  void into(const Tensor&) const {}
};

struct Full {
  static constexpr std::string_view name = "full";
  static constexpr bool any_dtype = true;
  Meta meta;
  Scalar value;
  /// Which function it is of, for errors.
  std::string_view operation;
  void each_size(const auto& f) { std::for_each(meta.shape.begin(), meta.shape.end(), f); }
  void attributes(AttributeList& list) const { list("value", value); }
  Meta result() const { return meta; }
  void into(const Tensor& x) const { kernels::fill(kernels::ref(x), value, operation); }
};

Tensor uninitialised(std::string_view operation, const Shape& shape, const TensorOptions& options) {
  const Meta meta{chosen(operation, options, float32), shape};
  return finished(speaking_as(operation, [&] { return untaped(Empty{meta}); }), options);
}

Tensor filled(std::string_view operation, const Shape& shape, Scalar value,
              const TensorOptions& options) {
  const Full op{{chosen(operation, options, default_dtype(value)), shape}, value, operation};
  return finished(speaking_as(operation, [&] { return untaped(op); }), options);
}

Tensor filled_like(std::string_view operation, const Tensor& x, Scalar value,
                   const TensorOptions& options) {
  const TensorOptions its = like(operation, x, options);
  const ComputedWith guard({&x});
  return filled(operation, x.shape(), value, its);
}

}  // namespace

Tensor empty(const Shape& shape, const TensorOptions& options) {
  return uninitialised("empty", shape, options);
}

Tensor full(const Shape& shape, Scalar value, const TensorOptions& options) {
  return filled("full", shape, value, options);
}

Tensor zeros(const Shape& shape, const TensorOptions& options) {
  return filled("zeros", shape, 0.0, options);
}

Tensor ones(const Shape& shape, const TensorOptions& options) {
  return filled("ones", shape, 1.0, options);
}

Tensor empty_like(const Tensor& x, const TensorOptions& options) {
  const TensorOptions its = like("empty_like", x, options);
  return uninitialised("empty_like", x.shape(), its);
}

Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options) {
  return filled_like("full_like", x, value, options);
}

Tensor zeros_like(const Tensor& x, const TensorOptions& options) {
  return filled_like("zeros_like", x, 0, options);
}

Tensor ones_like(const Tensor& x, const TensorOptions& options) {
  return filled_like("ones_like", x, 1, options);
}

Tensor new_empty(const Tensor& x, const Shape& shape, const TensorOptions& options) {
  const TensorOptions its = like("new_empty", x, options);
  return uninitialised("new_empty", shape, its);
}

Tensor new_full(const Tensor& x, const Shape& shape, Scalar value, const TensorOptions& options) {
  const TensorOptions its = like("new_full", x, options);
  return filled("new_full", shape, value, its);
}

Tensor new_zeros(const Tensor& x, const Shape& shape, const TensorOptions& options) {
  const TensorOptions its = like("new_zeros", x, options);
  return filled("new_zeros", shape, 0, its);
}

Tensor new_ones(const Tensor& x, const Shape& shape, const TensorOptions& options) {
  const TensorOptions its = like("new_ones", x, options);
  return filled("new_ones", shape, 1, its);
}

}  // namespace tapegrad
