// What happens to one gradient on its way: it is fitted to whose it is, shown to hooks and added to
// others.
#pragma once

#include <mutex>

#include "autograd/mode.hpp"
#include "autograd/row_gradient.hpp"
#include "core/check.hpp"
#include "core/extras.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

namespace tapegrad {

/// May be overwritten: nobody else sees these elements, not even through another index.
inline bool is_ours(const Tensor& x) { return owned_alone(x) && x.is_contiguous(); }

/// Broadcasting and type promotion end here: no derivative mentions them.
inline void fit(const Node& node, Tensor& g) {
  if (g.impl()->layout.shape() != node.shape) [[unlikely]]
    g = sum_to(g, node.shape);
  if (g.impl()->dtype != node.dtype) [[unlikely]]
    g = g.to(node.dtype);
}

inline Tensor run_hooks(const Node& node, const detail::HookList& hooks, Tensor g) {
  for (const Hook& hook : hooks.now()) {
    Tensor replaced = hook(g);
    if (!replaced.defined()) continue;
    check<ShapeError>(replaced.shape() == node.shape,
                      "hook: returned shape {} for a gradient of shape {}", replaced.shape(),
                      node.shape);
    g = replaced.to(node.dtype);
  }
  return g;
}

inline void add_to(Tensor& sum, const Tensor& g) {
  if ((!has_bytes(sum) || !has_bytes(g)) && add_as_rows(sum, g)) [[unlikely]]
    return;
  if (!recording() && is_ours(sum)) {
    sum.add_(g);
  } else {
    sum = sum + g;
  }
}

/// For those who look at elements.
inline void make_dense(Tensor& g) {
  if (!has_bytes(g) && row_node_of(g)) [[unlikely]]
    g = dense_gradient(g);
}

/// A gradient that others see too (a seed, the same gradient of two leaves) is copied if the leaf
/// is going to keep its memory. Done for all leaves before one changes: the copy may fail.
inline void make_ours(const Collected& leaf, Tensor& g) {
  const bool has_rows = !has_bytes(g);
  if (!has_rows && is_ours(g)) return;
  const std::lock_guard guard(leaf.lock);
  if (has_rows) [[unlikely]]
    return prepare_sum(leaf.collected, g);
  const bool keeps_its = leaf.collected.defined() && has_bytes(leaf.collected);
  if (!keeps_its || !is_ours(leaf.collected)) g = g.clone();
}

/// What a pass brings to a leaf: g becomes its gradient or a part of it.
inline void add_to_leaf(Collected& leaf, Tensor g) {
  const std::lock_guard guard(leaf.lock);
  leaf.count_received();
  leaf.count_exchange();
  if (!leaf.collected.defined()) {
    leaf.collected = is_ours(g) || !has_bytes(g) ? std::move(g) : g.clone();
  } else if ((!has_bytes(leaf.collected) || !has_bytes(g)) && add_as_rows(leaf.collected, g))
      [[unlikely]] {
    return;
  } else if (is_ours(leaf.collected)) {
    leaf.collected.add_(g);
  } else if (is_ours(g)) {
    leaf.collected.swap(g.add_(leaf.collected));
  } else {
    g = leaf.collected + g;
    leaf.collected.swap(g);
  }
}

}  // namespace tapegrad
