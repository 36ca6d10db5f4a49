// OptimizerOf: what optimizers have in common that depends on the type of their options.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/hints.hpp"
#include "tapegrad/optim/optimizer.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace detail {

/// A model, that is whatever has parameters().
template <class T>
concept Model = !std::derived_from<T, optim::Optimizer> && requires(const T& model) {
  { model.parameters() } -> std::same_as<std::vector<Tensor>>;
};

/// What parameters can be taken of, beside a vector of tensors.
template <class T>
concept Trained = Model<T> || std::derived_from<T, Tensor> ||
    (!std::same_as<T, std::vector<Tensor>> && requires(const T& list) {
      { *list.begin() } -> std::convertible_to<const Tensor&>;
    });

template <Trained Source>
std::vector<Tensor> parameters_of(const Source& source) {
  if constexpr (Model<Source>) {
    return source.parameters();
  } else if constexpr (std::derived_from<Source, Tensor>) {
    return {source};
  } else {
    return {source.begin(), source.end()};
  }
}

}  // namespace detail

namespace optim {

/// The half of an optimizer that knows its options: an aggregate with `lr`, `name` (the
/// optimizer's), validate(), which throws Error for wrong values, and visit(OptionVisitor&).
///   Adam adam(model.parameters(), {.lr = 1e-3, .amsgrad = true});
///   Adam adam(model, 1e-3);
///   SGD sgd({{body.parameters(), {.lr = 0.01}}, {head.parameters(), {.lr = 0.1}}});
/// Self is the class that derives from it; it can be left out where no temporary one will
/// minimize().
template <class OptionsType, class Self = void>
class OptimizerOf : public Optimizer {
 public:
  using Options = OptionsType;
  struct Group {
    std::vector<Tensor> parameters;
    Options options = {};
  };

  OptimizerOf(const std::vector<Tensor>& parameters, const Options& options = {}) {
    append(parameters, options);
  }
  template <class Number>
  requires std::is_arithmetic_v<Number> OptimizerOf(const std::vector<Tensor>& parameters,
                                                    Number lr)
      : OptimizerOf(parameters, Options{.lr = tapegrad::detail::Real(lr)}) {}
  /// Of a model, of any list of tensors or parameters, or of one.
  template <tapegrad::detail::Trained Source>
  requires(!std::derived_from<Source, Tensor>)  // which in braces is a list of one
      explicit OptimizerOf(const Source& source)
      : OptimizerOf(source, Options()) {}
  template <tapegrad::detail::Trained Source>
  OptimizerOf(const Source& source, const Options& options)
      : OptimizerOf(tapegrad::detail::parameters_of(source), options) {}
  template <tapegrad::detail::Trained Source, class Number>
  requires std::is_arithmetic_v<Number> OptimizerOf(const Source& source, Number lr)
      : OptimizerOf(tapegrad::detail::parameters_of(source), lr) {}
  template <class Source, class Number>
  requires std::is_arithmetic_v<Number> OptimizerOf(const Source&, Number, Number, const auto&...) {
    static_assert(!std::is_arithmetic_v<Number>, "name the options: {.lr = 0.1, .momentum = 0.9}");
  }
  explicit OptimizerOf(const std::vector<Group>& groups) {
    if (groups.empty()) append({}, {});  // throws: no parameters
    for (const Group& group : groups) append(group.parameters, group.options);
  }

  /// add_group() by PyTorch's name.
  void add_param_group(const Group& group) { add_group(group.parameters, group.options); }
  void add_group(const std::vector<Tensor>& parameters, const Options& options) {
    check_not_moved_from();
    check_not_captured("add_group");
    append(parameters, options);
  }

  const Options& options(std::size_t group = 0) const {
    check_group(group);
    return options_[group];
  }
  void set_options(const Options& options, std::size_t group = 0) {
    check_group(group);
    check_not_captured("set_options");
    options.validate();
    options_[group] = options;
  }

  using Optimizer::set_lr;
  double lr(std::size_t group = 0) const override { return options(group).lr; }
  void set_lr(double lr, std::size_t group) override {
    Options changed = options(group);
    changed.lr = lr;
    set_options(changed, group);
  }

 protected:
  OptimizerOf(OptimizerOf&&) = default;
  OptimizerOf& operator=(OptimizerOf&& other) noexcept {
    if (this != &other) options_ = std::move(other.options_);
    Optimizer::operator=(std::move(other));
    return *this;
  }
  /// For update(), where there is such a group.
  const Options& options_of(std::size_t group) const { return options_[group]; }

 private:
  void append(const std::vector<Tensor>& parameters, const Options& options) {
    options.validate();
    add_slots(Options::name, parameters);
    options_.push_back(options);
  }
  std::string_view kind() const final { return Options::name; }
  std::shared_ptr<Optimizer> moved() override {
    if constexpr (std::is_void_v<Self>) {
      return Optimizer::moved();
    } else {
      return std::make_shared<Self>(std::move(static_cast<Self&>(*this)));
    }
  }
  void visit_copy(std::size_t group, OptionVisitor& v) const override {
    Options copy = options_[group];
    copy.visit(v);
    copy.validate();
  }
  void visit_options(std::size_t group, OptionVisitor& v) override { options_[group].visit(v); }

  std::vector<Options> options_;
};

}  // namespace optim
}  // namespace tapegrad
