// Elements in and out of a tensor.
#include <cstring>
#include <memory>
#include <ostream>

#include "autograd/captured.hpp"
#include "autograd/mode.hpp"
#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "core/naming.hpp"
#include "core/sizes.hpp"
#include "kernels/copy.hpp"
#include "ops/create/options.hpp"

namespace tapegrad {

namespace {

void check_count(std::string_view operation, std::size_t count, const Shape& shape) {
  check<ShapeError>(static_cast<std::int64_t>(count) == numel(shape),
                    "{}: {} values for shape {}, which holds {}", operation, count, shape,
                    numel(shape));
}

void check_holds(std::string_view operation, DType wanted, const Tensor& x) {
  const DType held = impl_of(x, operation).dtype;
  check<DTypeError>(wanted == held, "{}: asked for {} elements of a tensor of {}", operation,
                    wanted, held);
}

/// Over memory that stays the caller's until give().
Tensor over(DType dtype, void* data, std::size_t bytes, const Layout& layout) {
  return make_tensor(dtype, make_foreign_storage(data, bytes), layout);
}

}  // namespace

template <Element E>
Tensor Tensor::from_vector(std::vector<E>&& values, const Shape& shape) {
  check_count("from_vector", values.size(), shape);
  if constexpr (std::is_same_v<E, bool>) {
    Tensor x = make_tensor("from_vector", boolean, shape);
    std::copy(values.begin(), values.end(), kernels::ref(x).as<bool>());
    return x;
  } else {
    return in_name_of("from_vector", [&] {
      auto owner = std::make_shared<std::vector<E>>();
      Tensor x = over(dtype_of<E>, values.data(), values.size() * sizeof(E), Layout(shape));
      std::function<void(void*)> deleter = [owner](void*) mutable { owner.reset(); };
      *owner = std::move(values);  // last, as nothing can fail any more
      give(*x.impl()->storage, std::move(deleter));
      return x;
    });
  }
}

template <Element E>
Tensor Tensor::from_span(std::span<const E> values, const Shape& shape) {
  check_count("from_span", values.size(), shape);
  Tensor x = make_tensor("from_span", dtype_of<E>, shape);
  if (!values.empty()) std::memcpy(kernels::ref(x).data, values.data(), values.size_bytes());
  return x;
}

template <Element E>
Tensor Tensor::from_blob(E* data, const Shape& shape, std::function<void(void*)> deleter,
                         std::optional<Strides> strides) {
  Layout layout(shape);
  if (strides) {
    check<ShapeError>(strides->size() == shape.size(), "from_blob: strides {} for shape {}",
                      *strides, shape);
    for (const std::int64_t stride : *strides) {
      check<ShapeError>(stride >= 0, "from_blob: negative stride: {}; copy instead", *strides);
    }
    layout = Layout(shape, *strides, 0);
  }
  check<Error>(
      current_capture == 0,
      "from_blob: memory of the caller's, of shape {}, in a captured function: a run could "
      "not know whether it is there; make the tensor before, or copy with from_span()",
      shape);
  check<Error>(data != nullptr || layout.numel() == 0,
               "from_blob: a null pointer to the elements of shape {}", shape);
  const auto bytes = checked_bytes("from_blob", layout.extent("from_blob"), dtype_of<E>);
  return in_name_of("from_blob", [&] {
    Tensor x = over(dtype_of<E>, data, bytes, layout);
    give(*x.impl()->storage, std::move(deleter));
    return x;
  });
}

template <Element E>
E Tensor::item() const {
  const Layout& layout = impl_of(*this, "item").layout;
  check<ShapeError>(layout.numel() == 1, "item: needs exactly one element, shape is {}",
                    layout.shape());
  check_readable("item", *this);
  const kernels::Ref x = kernels::ref(*this);
  return dispatch_stored(x.dtype, [&]<class From>(std::type_identity<From>) {
    const From value = *x.as<const From>();
    if constexpr (std::is_same_v<E, From>) {
      return value;
    } else {
      return Scalar(value).to<E>("item");
    }
  });
}

Item Tensor::item() const {
  const DType dtype = impl_of(*this, "item").dtype;
  return dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) { return Item(item<T>()); });
}

Tensor::operator bool() const {
  const Layout& layout = impl_of(*this, "bool").layout;
  check<ShapeError>(layout.numel() == 1,
                    "bool: needs exactly one element, shape is {}; use any() or all(), and & and | "
                    "between masks",
                    layout.shape());
  check_readable("bool", *this);
  return item<bool>();
}

void detail::refuse_item(Scalar value, const char* type) {
  fail<DTypeError>("item: {} doesn't fit into this {} integer", value.to<double>(), type);
}

std::ostream& operator<<(std::ostream& out, const Item& item) {
  return out << static_cast<double>(item);
}

template <Element E>
const E* Tensor::data() const {
  check_holds("data", dtype_of<E>, *this);
  check_readable("data", *this);
  return kernels::ref(*this).as<const E>();
}

template <Element E>
E* Tensor::mutable_data() {
  check_holds("mutable_data", dtype_of<E>, *this);
  check_readable("mutable_data", *this);
  const TensorImpl& x = impl_of(*this);
  check<AutogradError>(!recording() || (!x.node && !(x.base && x.base->node)),
                       "mutable_data: the tape tracks this tensor of shape {}; change it under "
                       "NoGrad",
                       shape());
  x.storage->bump();
  return kernels::ref(*this).as<E>();
}

template <Element E>
std::vector<E> Tensor::to_vector() const {
  const Layout& layout = impl_of(*this, "to_vector").layout;
  check_readable("to_vector", *this);
  check_fits("to_vector", *this, dtype_of<E>);
  return in_name_of("to_vector", [&] {
    Tensor x = make_tensor(dtype_of<E>, layout.shape());
    kernels::copy(kernels::ref(x), kernels::ref(*this));
    const E* first = kernels::ref(x).as<const E>();
    return std::vector<E>(first, first + layout.numel());
  });
}

#define TAPEGRAD_ELEMENTS(T)                                                         \
  template Tensor Tensor::from_vector<T>(std::vector<T>&&, const Shape&);            \
  template Tensor Tensor::from_span<T>(std::span<const T>, const Shape&);            \
  template Tensor Tensor::from_blob<T>(T*, const Shape&, std::function<void(void*)>, \
                                       std::optional<Strides>);                      \
  template T Tensor::item<T>() const;                                                \
  template const T* Tensor::data<T>() const;                                         \
  template T* Tensor::mutable_data<T>();                                             \
  template std::vector<T> Tensor::to_vector<T>() const;
TAPEGRAD_ELEMENTS(bool)
TAPEGRAD_ELEMENTS(std::uint8_t)
TAPEGRAD_ELEMENTS(std::int8_t)
TAPEGRAD_ELEMENTS(std::int16_t)
TAPEGRAD_ELEMENTS(std::int32_t)
TAPEGRAD_ELEMENTS(std::int64_t)
TAPEGRAD_ELEMENTS(Float16)
TAPEGRAD_ELEMENTS(BFloat16)
TAPEGRAD_ELEMENTS(float)
TAPEGRAD_ELEMENTS(double)
#undef TAPEGRAD_ELEMENTS

}  // namespace tapegrad
