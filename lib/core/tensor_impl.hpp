// What a Tensor handle points to: storage, layout, element type, and the node that made it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "core/check.hpp"
#include "core/layout.hpp"
#include "core/node.hpp"
#include "core/ptr.hpp"
#include "core/storage.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad {

namespace detail {

struct TensorImpl : Counted {
  TensorImpl(DType type, Ptr<Storage> bytes, const Layout& where)
      : dtype(type), storage(std::move(bytes)), layout(where) {}
  /// Row by row, the storage to follow.
  TensorImpl(DType type, const Shape& shape) : dtype(type), layout(shape) {}

  DType dtype;
  /// Recorded in-place changes of this tensor, its views included; in a view, as many of its base
  /// as it knows of. A detached tensor is a base of its own.
  /// The highest bit says that the first of them put it on the tape.
  std::uint32_t recorded_writes = 0;
  Ptr<Storage> storage;
  Layout layout;
  /// The operation that made it, or the leaf's node; null when it isn't tracked.
  Ptr<Node> node;
  /// The name that somebody gave to it as a leaf or a constant: within a scope, or within none for
  /// one that stands where it is used first. Visits of a module write it, also from two threads.
  std::atomic<const Scope*> label = nullptr;
  /// What this is a view of; never itself a view.
  Ptr<TensorImpl> base;
};

}  // namespace detail

using detail::TensorImpl;

/// In recorded_writes.
inline constexpr std::uint32_t tracked_by_write = 1u << 31;

/// The hidden part of `operation`'s tensor; throws Error in its name for an undefined one.
inline TensorImpl& impl_of(const detail::TensorHandle& x, std::string_view operation = "tensor") {
  detail::check_argument(operation, 0, x);
  return *x.impl();
}

/// It belongs to a graph: what is asked of it is an operation there.
inline bool is_symbolic(const Tensor& x) {
  return x.defined() && (x.impl()->storage->capture & graph_stamp) != 0;
}

/// Throws Error in `operation`'s name for a tensor whose elements a captured program or a graph
/// will compute.
[[noreturn, gnu::cold, gnu::noinline]] void refuse_without_values(std::string_view operation,
                                                                  const Tensor& x);
inline void check_has_values(std::string_view operation, const Tensor& x) {
  if (!x.impl()->storage->data) [[unlikely]]
    refuse_without_values(operation, x);
}

/// Uninitialised elements, row by row. Throws MemoryError.
Tensor make_tensor(DType dtype, const Shape& shape);

/// The same for a function that makes a tensor from nothing: errors are in `operation`'s name.
Tensor make_tensor(std::string_view operation, DType dtype, const Shape& shape);

/// Over a given storage.
Tensor make_tensor(DType dtype, Ptr<Storage> storage, const Layout& layout);

/// The elements of x under another layout: shares storage, is not recorded, knows its base.
Tensor make_view(const Tensor& x, const Layout& layout);

/// The same elements, without node or base: what the tape saves.
Tensor make_alias(const Tensor& x);

/// Nobody else can see the elements, so they may be overwritten.
bool owned_alone(const Tensor& x);

}  // namespace tapegrad
