#include "kernels/matrices.hpp"

#include <mutex>

#include "kernels/blas_memory.hpp"
#include "tapegrad/error.hpp"

namespace tapegrad::kernels {
namespace {

constexpr std::size_t most_arrays = 4;

struct Stack {
  const Ref* arrays;
  std::size_t count;
  std::size_t dims;

  std::int64_t size() const {
    std::int64_t all = 1;
    for (std::size_t d = 0; d < dims; ++d) all *= arrays[0].layout->shape()[d];
    return all;
  }
  void find(std::int64_t i, std::byte** at) const {
    for (std::size_t k = 0; k < count; ++k) at[k] = arrays[k].data;
    for (std::size_t d = dims; d-- > 0;) {
      const std::int64_t n = arrays[0].layout->shape()[d];
      for (std::size_t k = 0; k < count; ++k) {
        if (!at[k]) continue;  // without elements, without memory
        const auto bytes = static_cast<std::int64_t>(size_of(arrays[k].dtype));
        at[k] += i % n * arrays[k].layout->strides()[d] * bytes;
      }
      i /= n;
    }
  }
};

/// How many matrices are worth the waking of a thread.
std::int64_t piece(double work) {
  return static_cast<std::int64_t>(static_cast<double>(grain) / std::max(work, 1.0)) + 1;
}

}  // namespace

void need_blas() {
  if (!blas_has_memory(0)) {
    throw MemoryError("tensor", "OpenBLAS finds no room for its buffer", std::size_t{1} << 27, 0);
  }
}

std::optional<Failure> run_matrices(const Ref* arrays, std::size_t count, std::size_t dims,
                                    double work, OfMatrix f, Uses uses) {
  const Stack stack{arrays, count, dims};
  std::optional<Failure> first;
  std::mutex mutex;
  if (uses == Uses::lapack) need_blas();
  parallel_for(stack.size(), piece(work), [&](std::int64_t begin, std::int64_t end) {
    std::optional<AloneInBlas> alone;
    if (uses == Uses::lapack) {
      need_blas();
      alone.emplace();
    }
    std::array<std::byte*, most_arrays> at{};
    for (std::int64_t i = begin; i < end; ++i) {
      stack.find(i, at.data());
      const int info = f.call(f.f, at.data());
      if (info == 0) continue;
      const std::lock_guard lock(mutex);
      if (!first || i < first->matrix) first = Failure{i, info};
    }
  });
  return first;
}

}  // namespace tapegrad::kernels
