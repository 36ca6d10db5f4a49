// Matrix products of square matrices.
#include "../library.hpp"
#if LIBRARY_IS(LIMITS)
#include <cblas.h>
#endif

namespace versus {

Group products() {
  Group group{"Matrix products, float32", {}};
  for (const int n : {1, 16, 64, 256, 1024, 2048}) {
    const std::string shape = std::to_string(n) + " x " + std::to_string(n);
    group.add(
        "product of two matrices of " + shape,
        [=] {
          TENSORS(return [x = uniform({n, n}), y = uniform({n, n})] { keep(lib::matmul(x, y)); };)
          LIMIT(return [x = limits::random(n * n), y = limits::random(n * n),
                        z = limits::zeros(n * n), n]() mutable {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, x.data(), n,
                        y.data(), n, 0, z.data(), n);
            keep(z);
          };)
        },
        n < 64 ? "the cost of a call, beside which the loop is nothing" : "");
  }
  return group;
}

}  // namespace versus
