#include "tapegrad/nn/sequential.hpp"

#include <string>

#include "core/check.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::nn {

void detail::Composition::change() noexcept {
  if (changes_) changes_->fetch_add(1, std::memory_order_relaxed);
}

void detail::Composition::require() const {
  if (!capturing()) return;
  if (!changes_) changes_ = std::make_shared<std::atomic<int>>(0);
  tapegrad::detail::required_in_runs(
      [changes = changes_, then = changes_->load()] { return changes->load() == then; },
      "a Sequential that it was captured with has got other parts since, or has ended; capture it "
      "again");
}

Sequential::Sequential(const Sequential& other) : Layer(other) {
  for (const auto& part : other.parts_) parts_.push_back(part->clone());
}

Sequential& Sequential::operator=(const Sequential& other) {
  if (this == &other) return *this;
  Layer::operator=(other);
  if (size() != other.size()) composition_.change();
  parts_.resize(other.size());
  for (std::size_t i = 0; i < size(); ++i) {
    const Part& from = *other.parts_[i];
    if (parts_[i] && parts_[i]->assign(from)) continue;
    parts_[i] = from.clone();
    composition_.change();
  }
  return *this;
}

Module& Sequential::operator[](std::size_t i) const {
  check<IndexError>(i < size(), "Sequential: no part {} among the {}", i, size());
  return parts_[i]->get();
}

// Destructors and forward() go as deep as visits, without a limit of their own.
void Sequential::check_depth(Module& part) {
  struct Walk : Visitor {
    Walk() : Visitor(Introduces::no) {}
  } walk;
  part.visit(walk);
}

void Sequential::refuse_kind(std::size_t i, const Module& part) {
  fail<Error>("Sequential: part {} is a {}, not what was asked for", i, part.name());
}

void Sequential::visit(Visitor& v) {
  for (std::size_t i = 0; i < size(); ++i) v(std::to_string(i), parts_[i]->get());
}

Tensor Sequential::forward(const Tensor& x) const {
  check_defined("Sequential", x);
  composition_.require();
  Tensor y = x;
  for (const auto& part : parts_) y = part->forward(y);
  return y;
}

}  // namespace tapegrad::nn
