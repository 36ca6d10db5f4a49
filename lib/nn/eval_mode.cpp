#include "tapegrad/nn/eval_mode.hpp"

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

namespace tapegrad::nn {
namespace {

/// Visits a model and its parts, owners before their parts.
class Parts final : public Visitor {
 public:
  Parts(Module& model, std::function<void(Module&)> f) : f_(std::move(f)) {
    f_(model);
    model.visit(*this);
  }

 private:
  void submodule(std::string_view name, Module& part) override {
    f_(part);
    descend(name, part);
  }
  void list(std::string_view name, Module& parts) override { descend(name, parts); }

  std::function<void(Module&)> f_;
};

}  // namespace

EvalMode::EvalMode(Module& model) : model_(model) {
  const Parts parts(model, [this](Module& part) { modes_.push_back(part.is_training()); });
  model.eval();
}

EvalMode::~EvalMode() {
  std::size_t i = 0;
  // Owners set the modes of their parts, whose turn comes behind.
  const Parts parts(model_, [&](Module& part) {
    if (i < modes_.size()) part.train(modes_[i++]);
  });
}

}  // namespace tapegrad::nn
