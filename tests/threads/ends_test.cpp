// Passes in the destructors of objects that live as long as a thread, or as the program.
#include <thread>

#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

/// Runs a pass when it ends.
struct Last {
  Tensor x;
  ~Last() {
    if (x.defined()) (x * x).sum().backward();
  }
};

Last of_program;

}  // namespace

TEST_CASE("a pass may run when its thread, or the program, ends", "[threads]") {
  Tensor x = ones({3}, {.requires_grad = true});
  std::thread([x] {
    thread_local Last last;
    last.x = x;
    x.sum().backward();
  }).join();
  // 1 by the sum, 2 by the sum of squares.
  CHECK(x.grad().to_vector<float>() == std::vector<float>{3, 3, 3});
  of_program.x = ones({3}, {.requires_grad = true});
  of_program.x.sum().backward();
}
