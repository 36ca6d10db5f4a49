// Which graph it belongs to what is computed of no tensor of a graph.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

inline constexpr std::uint32_t no_graph = 0;

/// Of this thread: the graph that what is computed of tensors of no graph belongs to.
extern constinit thread_local std::uint32_t adopting_graph;

/// What is computed until the end of the scope, from nothing or of tensors that belong to no graph,
/// belongs to the graph of the first of these that is symbolic, and so is computed in each run: it
/// would be a constant of the graph. zeros_like() and the like put it around what they make, a
/// module around what it computes of its parameters alone.
/// Nothing changes where none is symbolic; undefined ones may be among them. Within the scope no
/// values are read.
class ComputedWith {
 public:
  explicit ComputedWith(std::initializer_list<const Tensor*> tensors);
  ComputedWith(const ComputedWith&) = delete;
  ComputedWith& operator=(const ComputedWith&) = delete;
  ~ComputedWith();

 private:
  std::uint32_t before_;
};

}  // namespace tapegrad
