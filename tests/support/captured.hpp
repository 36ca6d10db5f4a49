// A function of tensors, run by a program and by itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

using ManyToMany = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

/// Captures f for tensors like those of the first list, and runs the program on each list: the
/// results must be f's to the bit. f is called on copies.
void check_captured(const ManyToMany& f, const std::vector<std::vector<Tensor>>& lists);

}  // namespace tapegrad::test
