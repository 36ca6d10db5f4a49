// Operations on one number: what a library costs beside the arithmetic.
#include "../library.hpp"

namespace versus {
namespace {

constexpr int chain = 1000;

#if LIBRARY_IS(OURS) || LIBRARY_IS(TORCH)
template <class Step>
Tensor chained(const Tensor& x, Step step) {
  Tensor y = x;
  for (int i = 0; i < chain; ++i) y = step(y);
  return y;
}

/// Forward alone: the results of the last run are freed before the next.
template <class Step>
Work forward(const Tensor& x, Step step) {
  const auto y = std::make_shared<Tensor>();
  return {[=] { *y = chained(x, step); }, [=] { *y = Tensor(); }, chain};
}

template <class Step>
Work backward(Step step) {
  const Tensor x = parameter({1});
  const auto y = std::make_shared<Tensor>();
  return {[=] { y->backward(); }, [=] { *y = chained(x, step); }, chain};
}

template <class Step>
Work repeated(Step step) {
  return {[=] {
            for (int i = 0; i < chain; ++i) keep(step());
          },
          [] {}, chain};
}

auto add_one() {
  return [one = uniform({1})](const Tensor& x) { return x + one; };
}

Tensor times_number(const Tensor& x) { return x * 1.5F; }
#endif

void add_rows(Group& group) {
  group.add("add [1], unrecorded", [] { TENSORS(return forward(uniform({1}), add_one());) });
  group.add("add [1], recorded", [] { TENSORS(return forward(parameter({1}), add_one());) });
  group.add("add [1], backward", [] { TENSORS(return backward(add_one());) });
  group.add("x * 1.5f [1], unrecorded",
            [] { TENSORS(return forward(uniform({1}), times_number);) });
  group.add("x * 1.5f [1], recorded",
            [] { TENSORS(return forward(parameter({1}), times_number);) });
}

void add_views(Group& group) {
  group.add("view", [] {
    TENSORS(return repeated([x = uniform({2, 3})] { return x.view({6}); });)
  });
  group.add("transpose", [] {
    TENSORS(return repeated([x = uniform({2, 3})] { return x.transpose(0, 1); });)
  });
  group.add("select", [] {
    TENSORS(return repeated([x = uniform({2, 3})] { return x.select(0, 1); });)
  });
}

}  // namespace

Group overhead() {
  Group group{"Overhead of an operation", {}};
  add_rows(group);
  add_views(group);
  return group;
}

}  // namespace versus
