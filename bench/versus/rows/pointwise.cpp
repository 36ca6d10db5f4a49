// Functions of each element, from one element to ten million, each with a new result.
#include "../library.hpp"
#if LIBRARY_IS(LIMITS)
#include "../../limits/pointwise.hpp"
#endif

namespace versus {
namespace {

#if LIBRARY_IS(LIMITS)
template <class F>
Work one(std::int64_t n, F f) {
  return [x = limits::random(n), y = limits::zeros(n), f]() mutable {
    limits::map(y, x, f);
    keep(y);
  };
}

template <class F>
Work two(std::int64_t n, F f) {
  return [x = limits::random(n), y = limits::random(n), z = limits::zeros(n), f]() mutable {
    limits::map(z, x, y, f);
    keep(z);
  };
}
#elif LIBRARY_IS(XTENSOR)
template <class F>
Work one(std::int64_t n, F f) {
  return [x = uniform(n), f] { versus::keep(Array<1>(f(x))); };
}

template <class F>
Work two(std::int64_t n, F f) {
  return [x = uniform(n), y = uniform(n), f] { versus::keep(Array<1>(f(x, y))); };
}
#else
template <class F>
Work one(std::int64_t n, F f) {
  return [x = uniform({n}), f] { keep(f(x)); };
}

template <class F>
Work two(std::int64_t n, F f) {
  return [x = uniform({n}), y = uniform({n}), f] { keep(f(x, y)); };
}
#endif

constexpr const char* small = "the cost of a call, beside which the loop is nothing";
const char* why_slower(std::int64_t n) {
  if (n <= 1000) return small;
  return n <= 100'000 ? "a piece is handed to the second thread, which takes 1 us"
                      : "both run at the speed of memory";
}
constexpr const char* no_fma =
    "no fused multiplications, so that all instruction sets give the same bits";

void add_arithmetic(Group& group, std::int64_t n) {
  const auto binary = [&](const char* name, auto f) {
    group.add(
        sized(name, n), [=] { return two(n, f); }, why_slower(n));
  };
  binary("add", [](const auto& x, const auto& y) { return x + y; });
  binary("multiply", [](const auto& x, const auto& y) { return x * y; });
  group.add(
      sized("relu", n),
      [=] {
        TENSORS(return one(n, [](const auto& x) { return lib::relu(x); });)
        LIMIT(return one(n, [](auto x) { return xsimd::max(x, limits::Batch(0.F)); });)
        XTENSOR(return one(n, [](const auto& x) { return xt::maximum(x, 0.F); });)
      },
      why_slower(n));
}

void add_elementary(Group& group, std::int64_t n) {
  group.add(
      sized("exp", n),
      [=] {
        TENSORS(return one(n, [](const auto& x) { return lib::exp(x); });)
        LIMIT(return one(n, [](auto x) { return xsimd::exp(x); });)
        XTENSOR(return one(n, [](const auto& x) { return xt::exp(x); });)
      },
      no_fma);
  group.add(
      sized("log", n),
      [=] {
        TENSORS(return one(n, [](const auto& x) { return lib::log(x); });)
        LIMIT(return one(n, [](auto x) { return xsimd::log(x); });)
        XTENSOR(return one(n, [](const auto& x) { return xt::log(x); });)
      },
      no_fma);
  group.add(
      sized("sigmoid", n),
      [=] {
        TENSORS(return one(n, [](const auto& x) { return lib::sigmoid(x); });)
        LIMIT(return one(n, [](auto x) { return limits::sigmoid(x); });)
        XTENSOR(return one(n, [](const auto& x) { return 1.F / (1.F + xt::exp(-x)); });)
      },
      no_fma);
  group.add(
      sized("tanh", n),
      [=] {
        TENSORS(return one(n, [](const auto& x) { return lib::tanh(x); });)
        LIMIT(return one(n, [](auto x) { return xsimd::tanh(x); });)
        XTENSOR(return one(n, [](const auto& x) { return xt::tanh(x); });)
      },
      no_fma);
}

void add_broadcast(Group& group, std::int64_t rows, std::int64_t columns) {
  const std::string row = std::to_string(columns) + "]";
  const std::string name = "add [" + std::to_string(rows) + ", " + row + " + [" + row;
  group.add(name, [rows, columns] {
    TENSORS(return [x = uniform({rows, columns}), y = uniform({columns})] { keep(x + y); };)
    LIMIT(return [x = limits::random(rows * columns), y = limits::random(columns),
                  z = limits::zeros(rows * columns)]() mutable {
      limits::add_row(z, x, y);
      keep(z);
    };)
    XTENSOR(return
            [x = uniform(static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)),
             y = uniform(static_cast<std::size_t>(columns))] { versus::keep(Array<2>(x + y)); };)
  });
}

}  // namespace

Group pointwise() {
  Group group{"Functions of each element, float32, new result", {}};
  for (const std::int64_t n : sizes) add_arithmetic(group, n);
  for (const std::int64_t n : sizes) add_elementary(group, n);
  add_broadcast(group, 4096, 1024);
  add_broadcast(group, 10'000, 10);
  return group;
}

}  // namespace versus
