// How the loops of a test are shared between threads.
#pragma once

#include <cstdint>

#include "kernels/parallel.hpp"
#include "tapegrad/threads.hpp"

namespace tapegrad::test {

/// While it lives, loops are cut at `grain` elements, for so many threads: small tensors are cut as
/// large ones are.
class Cut {
 public:
  explicit Cut(int threads, std::int64_t grain = kernels::grain) {
    set_num_threads(threads);
    kernels::grain = grain;
  }
  Cut(const Cut&) = delete;
  Cut& operator=(const Cut&) = delete;
  ~Cut() {
    set_num_threads(threads_);
    kernels::grain = grain_;
  }

 private:
  const int threads_ = num_threads();
  const std::int64_t grain_ = kernels::grain;
};

}  // namespace tapegrad::test
