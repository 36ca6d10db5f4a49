// What a Tensor handle points to: storage, layout, element type, and the node that made it.
#pragma once

#include <cstdint>

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

  DType dtype;
  /// Storage::recorded_writes when this tensor last knew its history. A detached tensor has none
  /// to know and never falls behind.
  std::uint32_t recorded_seen = 0;
  Ptr<Storage> storage;
  Layout layout;
  /// The operation that made it, or the leaf's node; null when it isn't tracked.
  Ptr<Node> node;
  /// What this is a view of; never itself a view.
  Ptr<TensorImpl> base;
};

inline constexpr std::uint32_t no_history = 0xffffffff;

}  // namespace detail

using detail::TensorImpl;

[[noreturn]] void refuse_undefined();

/// The hidden part; throws Error for an undefined tensor.
inline TensorImpl& impl_of(const Tensor& x) {
  if (!x.defined()) [[unlikely]] {
    refuse_undefined();
  }
  return *x.impl();
}

/// Uninitialised elements, row by row.
Tensor make_tensor(DType dtype, const Shape& shape);

/// Over a given storage.
Tensor make_tensor(DType dtype, Ptr<Storage> storage, const Layout& layout);

/// The elements of x under another layout: shares storage, is not recorded, knows its base.
Tensor make_view(const Tensor& x, const Layout& layout);

/// The same elements, without node or base: what the tape saves.
Tensor make_alias(const Tensor& x);

/// Nobody else can see the elements, so they may be overwritten.
bool owned_alone(const Tensor& x);

}  // namespace tapegrad
