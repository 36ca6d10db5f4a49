// Which graph it belongs to what is computed of no tensor of a graph.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "tapegrad/tensor.hpp"

namespace tapegrad {

inline constexpr std::uint32_t no_graph = 0;

/// Of this thread: the graph that what is made from nothing belongs to, and whether what is
/// computed of tensors of no graph does too.
struct Adopting {
  std::uint32_t graph = no_graph;
  bool computed = false;
};
extern constinit thread_local Adopting adopting;

/// What is computed until the end of the scope, of tensors that belong to no graph too, belongs to
/// the graph of the first of these that is symbolic, and so is computed in each run: a module puts
/// it around what it computes of its parameters alone, which would be a constant of the graph.
/// Nothing changes where none is symbolic; undefined ones may be among them. Within the scope no
/// values are read.
class ComputedWith {
 public:
  explicit ComputedWith(std::initializer_list<const Tensor*> tensors);
  ComputedWith(const ComputedWith&) = delete;
  ComputedWith& operator=(const ComputedWith&) = delete;
  ~ComputedWith();

 private:
  Adopting before_;
};

}  // namespace tapegrad
