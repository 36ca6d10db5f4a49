// A function of tensors, built as a graph and run by a session, and by itself.
#pragma once

#include <functional>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

using ManyToOne = std::function<Tensor(const std::vector<Tensor>&)>;

/// f of variables with the values of x, and its gradients where it has any: to the bit.
void check_in_graph(const ManyToOne& f, const std::vector<Tensor>& x, bool differentiable);

/// f of placeholders whose first size is known when they are fed. What can't be built so may be
/// refused; nothing is ever another value.
void check_in_graph_of_unknown_size(const ManyToOne& f, const std::vector<Tensor>& x);

}  // namespace tapegrad::test
