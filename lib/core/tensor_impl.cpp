#include "core/tensor_impl.hpp"
#include "core/speaking.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "core/check.hpp"
#include "core/fixed_text.hpp"
#include "core/memory.hpp"
#include "core/sizes.hpp"

namespace tapegrad {

void detail::destroy(TensorImpl* impl) noexcept {
  impl->~TensorImpl();
  deallocate(impl, sizeof(TensorImpl));
}

namespace {

constexpr std::string_view how_undefined = "default-constructed, moved from, or an absent gradient";

}  // namespace

void refuse_undefined(std::string_view operation, std::size_t place) {
  if (place == 0) fail<Error>("{}: the tensor is undefined: {}", operation, how_undefined);
  fail<Error>("{}: argument {} is an undefined tensor: {}", operation, place, how_undefined);
}

void check_all_defined(std::string_view operation, std::string_view what,
                       const std::vector<Tensor>& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    check<Error>(list[i].defined(), "{}: {} holds an undefined tensor at {}: {}", operation, what,
                 i, how_undefined);
  }
}

void detail::check_argument(std::string_view operation, std::size_t place,
                            const std::vector<Tensor>& list) {
  if (std::ranges::all_of(list, &Tensor::defined)) return;
  check_all_defined(operation, fmt::format("argument {}", place), list);
}

void refuse_without_values(std::string_view operation, const Tensor& x) {
  const TensorImpl& impl = impl_of(x);
  check<Error>(
      !is_symbolic(x),
      "{}: {} of shape {} belongs to a graph, and has no values outside of a run: fetch it "
      "with session.run(), feed what it depends on, and let the graph's initializer() run "
      "first where it is a variable",
      operation, impl.label ? fmt::format("\"{}\"", path_of(impl.label)) : "this tensor",
      impl.layout.shape());
  check<Error>(current_capture != 0,
               "{}: this tensor of shape {} was made while a program was captured, and has no "
               "values; give it back from the captured function, and take what the program gives",
               operation, impl.layout.shape());
  fail<Error>(
      "{}: the values of this tensor of shape {} aren't known while the program is "
      "captured, so that nothing can be decided, printed or counted by them there; give "
      "it back from the captured function and read what the program gives, or keep this "
      "part outside of it",
      operation, impl.layout.shape());
}

Tensor make_tensor(DType dtype, Ptr<Storage> storage, const Layout& layout) {
  void* block = allocate(sizeof(TensorImpl));
  return Tensor::adopt(new (block) TensorImpl(dtype, std::move(storage), layout));
}

namespace {

[[noreturn, gnu::cold, gnu::noinline]] void refuse(DType dtype, const Shape& shape,
                                                   std::size_t bytes, const MemoryError& inner) {
  std::array<char, 256> request{};
  FixedText(request) << dtype << " " << shape << " needs " << bytes << " bytes";
  throw MemoryError("tensor", request.data(), bytes, inner.bytes_released());
}

/// Also of shapes without elements, and of those that 64 bits can't count.
[[gnu::cold, gnu::noinline]] std::size_t bytes_of_any(DType dtype, const Shape& shape) {
  const auto bytes = product(numel(shape), static_cast<std::int64_t>(size_of(dtype)));
  check<ShapeError>(bytes.has_value(), "shape: more bytes than 64 bits count: {} of {}", shape,
                    dtype);
  return static_cast<std::size_t>(*bytes);
}

std::size_t bytes_of(DType dtype, const Shape& shape) {
  auto bytes = static_cast<std::int64_t>(size_of(dtype));
  for (const std::int64_t size : shape) {
    const auto more = product(bytes, size);
    if (size <= 0 || !more) [[unlikely]]
      return bytes_of_any(dtype, shape);
    bytes = *more;
  }
  return static_cast<std::size_t>(bytes);
}

}  // namespace

Tensor make_tensor(DType dtype, const Shape& shape) {
  const std::size_t bytes = bytes_of(dtype, shape);
  try {
    Ptr<Storage> storage = make_storage(bytes);
    // The layout is made in its place: copies of it take longer than the rest.
    Tensor made = Tensor::adopt(new (allocate(sizeof(TensorImpl))) TensorImpl(dtype, shape));
    made.impl()->storage = std::move(storage);
    return made;
  } catch (const MemoryError& inner) {
    refuse(dtype, shape, bytes, inner);
  }
}

Tensor make_tensor(std::string_view operation, DType dtype, const Shape& shape) {
  return speaking_as(operation, [&] { return make_tensor(dtype, shape); });
}

Tensor make_view(const Tensor& x, const Layout& layout) {
  TensorImpl& from = impl_of(x);
  Tensor view = make_tensor(from.dtype, from.storage, layout);
  TensorImpl& to = *view.impl();
  to.recorded_writes = from.recorded_writes;
  to.base = from.base ? from.base : Ptr<TensorImpl>::share(&from);
  return view;
}

Tensor make_alias(const Tensor& x) {
  TensorImpl& from = impl_of(x);
  return make_tensor(from.dtype, from.storage, from.layout);
}

bool owned_alone(const Tensor& x) {
  const TensorImpl& impl = impl_of(x);
  // What another thread read before it dropped its handle comes before what is written now.
  return impl.references.load(std::memory_order_acquire) == 1 &&
         impl.storage->references.load(std::memory_order_acquire) == 1;
}

}  // namespace tapegrad
