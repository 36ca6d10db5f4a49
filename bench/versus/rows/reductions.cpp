// Sums, maxima, softmax.
#include <memory>

#include "../library.hpp"
#if LIBRARY_IS(LIMITS)
#include "../../limits/softmax.hpp"
#elif LIBRARY_IS(XTENSOR)
#include <xtensor/xsort.hpp>
#endif

namespace versus {
namespace {

constexpr std::int64_t side = 4096;

constexpr const char* exact_sums =
    "sums keep more digits than float32's, and the same bits for all threads";

#if LIBRARY_IS(LIMITS)
/// f(y, x) for x [rows, columns] and y of `results`.
template <class F>
Work reduced(std::int64_t rows, std::int64_t columns, std::int64_t results, F f) {
  return [x = limits::random(rows * columns), y = limits::zeros(results), f]() mutable {
    f(y, x);
    keep(y);
  };
}
#endif

void add_sums(Group& group) {
  for (const std::int64_t n : sizes) {
    group.add(
        sized("sum", n),
        [=] {
          TENSORS(return [x = uniform({n})] { keep(lib::sum(x)); };)
          LIMIT(return [x = limits::random(n)] { keep(limits::sum(x)); };)
          XTENSOR(return [x = uniform(n)] {
            versus::keep(float(xt::sum(x, xt::evaluation_strategy::immediate)()));
          };)
        },
        exact_sums);
  }
  group.add(
      "sum dim 0 of [4096, 4096]",
      [] {
        TENSORS(return [x = uniform({side, side})] { keep(lib::sum(x, {0})); };)
        LIMIT(return reduced(side, side, side, limits::sum_columns);)
        XTENSOR(return [x = uniform(side, side)] { versus::keep(Array<1>(xt::sum(x, {0}))); };)
      },
      exact_sums);
  group.add(
      "sum dim 1 of [4096, 4096]",
      [] {
        TENSORS(return [x = uniform({side, side})] { keep(lib::sum(x, {1})); };)
        LIMIT(return reduced(side, side, side, limits::sum_rows);)
        XTENSOR(return [x = uniform(side, side)] { versus::keep(Array<1>(xt::sum(x, {1}))); };)
      },
      exact_sums);
}

void add_extremes(Group& group) {
  group.add("max dim 1 of [4096, 4096], with indices", [] {
    OURS(return [x = uniform({side, side})] { keep(lib::max(x, 1)); };)
    TORCH(return [x = uniform({side, side})] { keep(at::max(x, 1)); };)
    LIMIT(return [x = limits::random(side * side), y = limits::zeros(side),
                  at = std::vector<std::int64_t>(side)]() mutable {
      limits::max_rows(y, at, x);
      keep(y);
    };)
    XTENSOR(return [x = uniform(side, side)] {
      versus::keep(Array<1>(xt::amax(x, {1})));
      versus::keep(xt::eval(xt::argmax(x, 1)));
    };)
  });
}

void add_softmax(Group& group) {
  for (const std::int64_t n : {std::int64_t{10}, std::int64_t{1000}}) {
    group.add(
        "softmax [4096, " + std::to_string(n) + "]",
        [=] {
          TENSORS(return [x = uniform({4096, n})] { keep(lib::softmax(x, 1)); };)
          LIMIT(return reduced(4096, n, 4096 * n,
                               [n](auto& y, const auto& x) { limits::softmax(y, x, n); });)
          XTENSOR(return [x = uniform(4096, static_cast<std::size_t>(n))] {
            const Array<2> most = xt::amax(x, {1}, xt::keep_dims);
            const Array<2> e = xt::exp(x - most);
            const Array<2> sums = xt::sum(e, {1}, xt::keep_dims);
            versus::keep(Array<2>(e / sums));
          };)
        },
        "no fused multiplications in exp; sums in a fixed order");
  }
  group.add("log_softmax [4096, 10]", [] {
    TENSORS(return [x = uniform({4096, 10})] { keep(lib::log_softmax(x, 1)); };)
  });
}

}  // namespace

Group reductions() {
  Group group{"Reductions and softmax, float32", {}};
  add_sums(group);
  add_extremes(group);
  add_softmax(group);
  return group;
}

}  // namespace versus
