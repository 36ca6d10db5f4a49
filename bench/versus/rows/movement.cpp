// Memory moved: copies of transposed matrices.
#include "../library.hpp"
#if LIBRARY_IS(LIMITS)
#include "../../limits/transpose.hpp"
#elif LIBRARY_IS(XTENSOR)
#include <xtensor/xmanipulation.hpp>
#endif

namespace versus {

Group movement() {
  Group group{"Transposed copies, float32", {}};
  for (const std::int64_t n : {1, 32, 316, 1000, 3162, 4096}) {
    const std::string shape = "[" + std::to_string(n) + ", " + std::to_string(n) + "]";
    group.add("copy of the transpose of " + shape, [=] {
      TENSORS(return [x = uniform({n, n})] { keep(x.transpose(0, 1).contiguous()); };)
      LIMIT(return [x = limits::random(n * n), y = limits::zeros(n * n), n]() mutable {
        limits::transpose(y, x, n);
        keep(y);
      };)
      XTENSOR(return [x = uniform(static_cast<std::size_t>(n), static_cast<std::size_t>(n))] {
        versus::keep(Array<2>(xt::transpose(x)));
      };)
    });
  }
  return group;
}

}  // namespace versus
