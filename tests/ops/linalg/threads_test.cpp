// LAPACK's results depend on the number of threads that it has, and OpenBLAS keeps that number for
// the whole process: how the library keeps one from the other.
#include <atomic>
#include <thread>
#include <vector>

#include "examples.hpp"
#include "kernels/openblas.hpp"
#include "support/catch.hpp"
#include "support/cut.hpp"
#include "tapegrad/threads.hpp"

using namespace tapegrad;

namespace {

/// What LAPACK makes of matrices that OpenBLAS would share between threads.
std::vector<Tensor> factors(const Tensor& x) {
  const auto [q, r] = qr(x);
  const auto [values, vectors] = eigh(x);
  const auto [u, s, vh] = svd(x);
  const Tensor regular = test::shifted(x, 200);
  return {q,
          r,
          values,
          vectors,
          u,
          s,
          vh,
          inv(regular),
          det(regular),
          solve(regular, x),
          cholesky(regular),
          solve_triangular(regular, x, true)};
}

bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (test::difference(a[i], b[i], 0, 0) != "") return false;
  }
  return a.size() == b.size();
}

}  // namespace

TEST_CASE("factors are the same in any number of threads, those of large matrices too",
          "[ops][linalg][threads]") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = test::spread({2, 150, 150}, -1, 1).to(dtype);
    std::vector<Tensor> alone;
    {
      const test::Cut cut(1);
      alone = factors(x);
    }
    for (const int threads : {2, 3, 7}) {
      CAPTURE(threads, name_of(dtype));
      const test::Cut cut(threads);
      CHECK(same(factors(x), alone));
      CHECK(same(factors(x[0].contiguous()), factors(x[0].mT().contiguous().mT())));
    }
  }
}

TEST_CASE("several threads of the user's factor at once what each does alone",
          "[ops][linalg][threads]") {
  const Tensor x = test::spread({60, 60}, -1, 1);
  const std::vector<Tensor> expected = factors(x);
  const int before = kernels::openblas.threads();
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        if (!same(factors(x), expected)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(kernels::openblas.threads() == before);
}

TEST_CASE("a number of threads that is set while others factor is that afterwards",
          "[ops][linalg][threads]") {
  const int before = num_threads();
  const Tensor x = test::spread({60, 60}, -1, 1);
  svd(x);  // opens OpenBLAS: the other thread may not come to it before the end
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) svd(x);
  });
  for (int i = 0; i < 50; ++i) set_num_threads(1 + i % 3);
  set_num_threads(2);
  done = true;
  other.join();
  CHECK(kernels::openblas.threads() == 2);
  set_num_threads(before);
}
