// The order in which classes take turns, so that each has its share at any time.
#include <queue>
#include <tuple>

#include "data/classes.hpp"
#include "data/seeds.hpp"
#include "tapegrad/data/sampler.hpp"

namespace tapegrad::data {
namespace {

/// One member of a class, which comes after `release` places and is among the first `deadline`.
struct Turn {
  std::int64_t release;
  std::int64_t deadline;
  std::int64_t of_class;
};

/// Member j of a class of `count` among n: between floor(j n / count) and ceil((j + 1) n / count).
Turn turn_of(std::int64_t of_class, std::int64_t j, std::int64_t count, std::int64_t n) {
  return {j * n / count, ((j + 1) * n + count - 1) / count, of_class};
}

// Of those that may come, the one that must come first does: such an order meets every deadline
// where any does.
Indices turns(const std::vector<Indices>& classes, std::int64_t n) {
  const auto by = [](auto key) {
    return [key](const Turn& a, const Turn& b) { return key(a) > key(b); };
  };
  const auto later = by([](const Turn& t) { return std::tuple(t.release, t.of_class); });
  const auto laxer = by([](const Turn& t) { return std::tuple(t.deadline, t.of_class); });
  std::priority_queue<Turn, std::vector<Turn>, decltype(later)> waiting(later);
  std::priority_queue<Turn, std::vector<Turn>, decltype(laxer)> ready(laxer);
  const auto count = [&](std::int64_t of_class) {
    return static_cast<std::int64_t>(classes[static_cast<std::size_t>(of_class)].size());
  };
  const auto all = static_cast<std::int64_t>(classes.size());
  for (std::int64_t c = 0; c < all; ++c) waiting.push(turn_of(c, 0, count(c), n));
  std::vector<std::int64_t> taken(classes.size());
  Indices pattern;
  for (std::int64_t place = 0; place < n; ++place) {
    for (; !waiting.empty() && waiting.top().release <= place; waiting.pop()) {
      ready.push(waiting.top());
    }
    const std::int64_t chosen = ready.top().of_class;
    ready.pop();
    pattern.push_back(chosen);
    const std::int64_t next = ++taken[static_cast<std::size_t>(chosen)];
    if (next < count(chosen)) waiting.push(turn_of(chosen, next, count(chosen), n));
  }
  return pattern;
}

}  // namespace

StratifiedSampler::StratifiedSampler(const Tensor& labels, std::uint64_t seed)
    : classes_(by_class("StratifiedSampler", labels)),
      pattern_(turns(classes_, labels.numel())),
      seed_(seed) {}

std::int64_t StratifiedSampler::size() const { return static_cast<std::int64_t>(pattern_.size()); }

Indices StratifiedSampler::order(std::int64_t epoch) const {
  Generator random(seed_of(seed_, epoch));
  std::vector<Indices> left = classes_;
  for (Indices& members : left) shuffle(members, random);
  Indices order;
  for (const std::int64_t of_class : pattern_) {
    Indices& members = left[static_cast<std::size_t>(of_class)];
    order.push_back(members.back());
    members.pop_back();
  }
  return order;
}

}  // namespace tapegrad::data
