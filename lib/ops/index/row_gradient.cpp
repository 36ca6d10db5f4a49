// Gradients of rows, added and made dense: autograd/row_gradient.hpp. And what users see of them.
#include "autograd/row_gradient.hpp"

#include <algorithm>
#include <mutex>

#include "autograd/mode.hpp"
#include "core/extras.hpp"
#include "kernels/index.hpp"
#include "kernels/rows.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/shape/join.hpp"
#include "tapegrad/sparse_grad.hpp"

namespace tapegrad {
namespace {

using kernels::ref;

bool is_ours(const Tensor& x) { return owned_alone(x) && x.is_contiguous(); }

/// What add_as_rows() gives where it can't change the sum in place.
Tensor sum_of(const Tensor& a, const Tensor& b) {
  const RowNode* x = row_node_of(a);
  const RowNode* y = row_node_of(b);
  if (x && y) {
    return summed_rows(cat({x->rows, y->rows}), cat({x->values, y->values}), a.shape(),
                       kernels::no_row);
  }
  Tensor sum = x ? b.clone() : a.clone();
  if (!x) x = y;
  kernels::index_add(ref(sum), ref(x->values), ref(x->rows), 0);
  return sum;
}

}  // namespace

Tensor summed_rows(const Tensor& index, const Tensor& g, const Shape& of_all,
                   std::int64_t left_out) {
  const kernels::RowGroups groups = kernels::grouped(ref(index), of_all[0], left_out);
  const auto count = static_cast<std::int64_t>(groups.rows.size());
  const Tensor rows = Tensor::from_span(std::span<const std::int64_t>(groups.rows), {count});
  const Tensor values = make_tensor(g.dtype(), {count, of_all[1]});
  kernels::sum_groups(ref(values), ref(g), groups);
  return row_gradient_of(rows, values, of_all);
}

Tensor dense_gradient(const Tensor& gradient) {
  const RowNode& its = *row_node_of(gradient);
  const Tensor dense = zeros(its.shape, {.dtype = its.dtype});
  kernels::index_add(ref(dense), ref(its.values), ref(its.rows), 0);
  return dense;
}

bool add_as_rows(Tensor& sum, const Tensor& g) {
  RowNode* const mine = row_node_of(sum);
  RowNode* const its = row_node_of(g);
  if (!mine && !its) return false;
  const NoGrad guard;
  if (its && its->onto.defined() && its->onto.is_same(sum)) {
    sum = its->sum;
  } else if (its && !mine && is_ours(sum)) {
    kernels::index_add(ref(sum), ref(its->values), ref(its->rows), 0);
    sum.impl()->storage->bump();
  } else if (mine && !its && is_ours(g)) {
    kernels::index_add(ref(g), ref(mine->values), ref(mine->rows), 0);
    sum = g;
  } else {
    sum = sum_of(sum, g);
  }
  return true;
}

void prepare_sum(const Tensor& collected, const Tensor& g) {
  RowNode* const its = row_node_of(g);
  if (!its || !collected.defined() || (has_bytes(collected) && is_ours(collected))) return;
  its->sum = sum_of(collected, g);
  its->onto = collected;
}

Tensor dense_grad(Collected& leaf) {
  const std::lock_guard guard(leaf.lock);
  Tensor& collected = leaf.collected;
  if (collected.defined() && row_node_of(collected)) {
    const ModeGuard silent(Mode::silent);
    collected = dense_gradient(collected);
    leaf.count_exchange();
  }
  return collected;
}

Tensor SparseGrad::to_dense() const {
  check_defined("to_dense", indices, values);
  return index_add(zeros(shape, {.dtype = values.dtype()}), 0, indices, values);
}

std::optional<SparseGrad> sparse_grad(const Tensor& leaf) {
  check_defined("sparse_grad", leaf);
  const Ptr<Node>& node = impl_of(leaf).node;
  if (is_captured() || !node || !node->is_leaf()) return {};
  const Tensor gradient = static_cast<const LeafNode&>(*node).grad();
  const RowNode* const its = gradient.defined() ? row_node_of(gradient) : nullptr;
  if (!its) return {};
  return SparseGrad{.indices = its->rows, .values = its->values, .shape = its->shape};
}

}  // namespace tapegrad
