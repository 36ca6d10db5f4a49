// Sequential: layers one after the other.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

namespace detail {

/// Tells programs that were captured with a list of parts that it has others now.
class Composition {
 public:
  Composition() = default;
  Composition(const Composition&) noexcept {}
  /// Who was moved from has no parts any more, who is assigned to has others.
  Composition(Composition&& other) noexcept { other.change(); }
  Composition& operator=(const Composition&) = delete;
  Composition& operator=(Composition&& other) noexcept {
    change();
    other.change();
    return *this;
  }
  ~Composition() { change(); }
  void change() noexcept;
  /// In a capture: its runs need the parts of now.
  void require() const;

 private:
  /// Counts changes; null until somebody needs to know.
  mutable std::shared_ptr<std::atomic<int>> changes_;
};

}  // namespace detail

/// Any module that maps one tensor to one tensor, whether or not it derives from Layer.
template <class M>
concept SequentialPart = std::derived_from<M, Module> && requires(M part, const Tensor& x) {
  { part.forward(x) } -> std::convertible_to<Tensor>;
};

/// Modules by value, each fed with what the one before gives. Their names are "0", "1", ...
///   tg::nn::Sequential net(tg::nn::Linear(2, 16), tg::nn::ReLU(), tg::nn::Linear(16, 1));
/// Copies are deep. Without parts it gives back its input, which must be defined. Throws Error
/// where parts lie deeper within each other than a visit goes.
class Sequential : public Layer {
 public:
  Sequential() = default;
  template <SequentialPart... M>
  explicit Sequential(M... parts) {
    (push_back(std::move(parts)), ...);
  }
  Sequential(const Sequential& other);
  Sequential(Sequential&&) noexcept = default;
  /// Where both have the same kinds of parts, values are assigned part by part: an optimizer goes
  /// on with them.
  Sequential& operator=(const Sequential& other);
  Sequential& operator=(Sequential&&) = default;

  template <SequentialPart M>
  void push_back(M part) {
    check_depth(part);
    parts_.push_back(std::make_unique<PartOf<M>>(std::move(part)));
    name_part(parts_.back()->get(), std::to_string(size() - 1));
    composition_.change();
  }
  std::size_t size() const { return parts_.size(); }
  /// Throws IndexError past the end.
  Module& operator[](std::size_t i) const;
  /// The same, as what it is: net.get<tg::nn::Linear>(0).weight. Throws Error if it is another.
  template <std::derived_from<Module> M>
  M& get(std::size_t i) const {
    Module& part = (*this)[i];
    if (auto* found = dynamic_cast<M*>(&part)) return *found;
    refuse_kind(i, part);
  }

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& x) const override;

 private:
  struct Part {
    virtual ~Part() = default;
    virtual std::unique_ptr<Part> clone() const = 0;
    /// False, and unchanged, if `other` holds another kind of module.
    virtual bool assign(const Part& other) = 0;
    /// An address for each kind of module: it works without run-time type information.
    virtual const void* kind() const = 0;
    virtual Module& get() = 0;
    /// In the scope of its name.
    virtual Tensor forward(const Tensor& x) = 0;
  };
  template <class M>
  struct PartOf final : Part {
    explicit PartOf(M value) : module_(std::move(value)) {}
    std::unique_ptr<Part> clone() const override { return std::make_unique<PartOf>(M(module_)); }
    bool assign(const Part& other) override {
      if (other.kind() != kind()) return false;
      module_ = static_cast<const PartOf&>(other).module_;
      return true;
    }
    const void* kind() const override {
      static const char place = 0;
      return &place;
    }
    Module& get() override { return module_; }
    Tensor forward(const Tensor& x) override {
      const NameScope scope(module_.scope_name());
      return detail::noted<Tensor>(module_, module_.forward(x));
    }
    M module_;
  };
  static void check_depth(Module& part);
  [[noreturn]] static void refuse_kind(std::size_t i, const Module& part);

  std::vector<std::unique_ptr<Part>> parts_;
  detail::Composition composition_;
};

}  // namespace nn
}  // namespace tapegrad
