// Module: parameters, buffers and other modules under names. What goes through it by name
// (state_dict, training mode, conversion, printing) is here; what a layer computes is not.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tapegrad/names.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/place.hpp"
#include "tapegrad/nn/visitor.hpp"
#include "tapegrad/state_dict.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

class Module;

namespace detail {

/// How many summaries are being made (nn/summary.hpp).
extern std::atomic<int> summaries;
/// Tells that of this thread, if there is one, what a module gave.
void gave(const Module& part, const Tensor& result);

/// The tensors of a module that another was assigned the parts of. They stay with it, whoever is
/// made from it or copied to it.
struct Left {
  Left() = default;
  Left(const Left&) noexcept {}
  Left& operator=(const Left&) noexcept { return *this; }
  std::vector<NamedTensor> tensors;
};

}  // namespace detail

/// The names that load_state_dict() could not match.
struct LoadResult {
  /// In the module, but not in what was loaded.
  std::vector<std::string> missing;
  /// In what was loaded, but not in the module.
  std::vector<std::string> unexpected;
  bool complete() const { return missing.empty() && unexpected.empty(); }
};

/// The base of everything that has parameters. A module is a value: its parts are members, visit()
/// names them, and a copy is deep: `auto best = model;` shares nothing with `model`.
///   Assigning to a module, by copy or move, and std::swap() give values to the tensors that are
/// there (see Owned): an optimizer goes on with them. So the best weights are kept by
/// `best = model;` and brought back by `model = best;`, or by moves: a module that was moved from
/// by an assignment gets its tensors back with the next one, by move or copy. Whole modules may be
/// moved and swapped whatever containers their parts are in, as long as these have the same names;
/// a std::vector of modules may be sorted, rotated or shuffled, and each place keeps its tensors.
/// Copies reach what the container assigns to: members, std::array, std::optional, a std::vector of
/// no other length, Sequential; but a std::map, and a vector that grows, make their elements anew.
/// `model = Net(best)` and load_state_dict() serve there.
///   A module that is made by a move takes the tensors along: `Net moved = std::move(model)` is
/// what the optimizer trains, until it is moved back.
///   What can't be kept is refused by the optimizer's next step: a container that takes the
/// elements of another by itself (`v = std::move(other)`, `v.swap(other)`), a pointer that gets
/// another module, std::exchange(), which leaves the tensors with what it returns, a tensor that is
/// put into a parameter as a Tensor (`static_cast<Tensor&>(p) = x`), a model that is moved to
/// itself, which empties its vectors. C++ tells a module nothing of any of these.
///
///   struct Mlp : tg::nn::Module {
///     tg::nn::Linear hidden{2, 16}, out{16, 1};
///     void visit(tg::nn::Visitor& v) override { v("hidden", hidden); v("out", out); }
///     tg::Tensor forward(const tg::Tensor& x) const { return out(relu(hidden(x))); }
///   };
///
/// A tensor that two parts use, as tied weights are, is a member once and is passed to where it is
/// needed; or both hold one std::shared_ptr<Parameter>, which copies of the module then share. It
/// is trained, saved and loaded once, under the first name that visit() gives to it.
class Module : private detail::Place {
 public:
  virtual ~Module() = default;

  /// Calls v(name, part) for each parameter, buffer and module that this one owns, in order. What
  /// isn't named here is not trained, saved, converted or printed; optimizers notice parameters
  /// that are used all the same (see forgotten_parameters()).
  virtual void visit(Visitor&) {}

  // Below this line a "tensor of the module" is a handle: changing it changes the module.

  /// All parameters, also frozen ones, each once, in the order of the visit.
  std::vector<Tensor> parameters() const;
  std::vector<NamedTensor> named_parameters() const;
  std::vector<Tensor> buffers() const;
  std::vector<NamedTensor> named_buffers() const;

  /// Parameters and buffers under their full names ("encoder.0.weight"), each once, outside the
  /// tape. They share storage with the module: clone() the result, or copy the module, to keep a
  /// snapshot.
  /// Throws Error when visit() gives a name twice.
  StateDict state_dict() const;
  /// Copies values in by name and keeps requires_grad. Throws, naming the entry, before anything is
  /// changed: ShapeError or DTypeError where it doesn't fit, Error for a tensor of the module that
  /// overlaps itself, and for an entry that is the module's own tensor, kept without clone(), which
  /// can't bring back anything (one of another module that shares it can be loaded). Look at the
  /// result: missing names keep their values. Tied weights are found under any of their names.
  [[nodiscard]] LoadResult load_state_dict(const StateDict& state);

  /// Sets the mode of this module and all below: dropout drops only while training.
  void train(bool on = true);
  void eval() { train(false); }
  /// A program that is captured depends on the answer: it is refused in another mode.
  bool is_training() const;

  /// Converts floating-point parameters (with their gradients) and buffers. They stay the same
  /// tensors: an optimizer goes on with them. Throws DTypeError unless `dtype` is floating.
  void to(DType dtype);
  /// Freezes (false) or unfreezes all parameters: transfer learning. Freezing drops gradients.
  void requires_grad_(bool value = true);
  /// Drops the gradients of all parameters.
  void zero_grad();

  /// Calls f with every module below this one, parts before their owner, and this one last; not
  /// with lists of parts, which are none. Throws Error for an empty function.
  void apply(const std::function<void(Module&)>& f);

  /// The scope of what it computes: the name that its owner's visit() gives to it ("linear";
  /// "blocks/0" in a list), known from the first visit on, which parameters(), and so the making of
  /// an optimizer, are among. Without a visit, at the root, and where the name is none for
  /// TensorBoard it is empty: operations stay in the scope that they are called in. Calls of a
  /// Layer and the parts of a Sequential enter it; another module may do so itself:
  ///   const tg::NameScope scope(scope_name());
  const ScopeName& scope_name() const { return scope_name_; }

  /// What it is called in print: the class without its namespace.
  virtual std::string name() const;
  /// What print shows between the brackets: "in_features=30, out_features=1, bias=True".
  virtual std::string extra_repr() const { return {}; }

 protected:
  // Modules are copied as what they are, never as their base. Who is assigned to stays the part
  // that it was, under the name that it had.
  Module() = default;
  Module(const Module& other);
  Module(Module&& other) noexcept;
  Module& operator=(const Module& other);
  /// Visits both modules: what members do afterwards, which may be a vector that takes the parts of
  /// another, leaves tensors under the names that they had.
  Module& operator=(Module&& other);

  /// For owners whose parts have names without a visit, as Sequential's have.
  static void name_part(Module& part, std::string_view name) { part.scope_name_.assign(name); }

 private:
  friend class Visitor;
  friend detail::Identity;

  void set_mode(bool on);

  ScopeName scope_name_;
  bool training_ = true;
  /// The same for programs that asked; null while there are none.
  mutable std::shared_ptr<std::atomic<bool>> asked_;
  detail::Left left_;
};

/// A tree with a line for each module, as PyTorch prints it.
std::string to_string(const Module& module);
std::ostream& operator<<(std::ostream& out, const Module& module);

namespace detail {

/// A result on its way to who called the module.
template <class Y>
Y noted(const Module& part, Y result) {
  if (summaries.load(std::memory_order_relaxed) > 0) [[unlikely]] {
    if constexpr (requires { result.output; }) {
      gave(part, result.output);
    } else if constexpr (requires { result.h; }) {
      gave(part, result.h);
    } else if constexpr (std::convertible_to<const Y&, const Tensor&>) {
      gave(part, result);
    }
  }
  return result;
}

}  // namespace detail

/// A module from one tensor to one tensor. Calling it is forward() in the scope of its name. A
/// layer that is const has the same parts for ever; their elements may change, as those of any
/// const Tensor: a running mean is a Buffer, of which forward() takes a handle.
class Layer : public Module {
 public:
  virtual Tensor forward(const Tensor& x) const = 0;
  Tensor operator()(const Tensor& x) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, forward(x));
  }
};

/// A module of one's own that is called as its forward() is, whatever that takes and gives, in the
/// scope of its name:
///   struct Siamese : tg::nn::Callable<Siamese> {
///     tg::Tensor forward(const tg::Tensor& a, const tg::Tensor& b) const;
///     ...
///   const tg::Tensor distance = siamese(a, b);
template <class Self>
class Callable : public Module {
 public:
  template <class... X>
  auto operator()(const X&... x) const {
    const NameScope scope(scope_name());
    return detail::noted(*this, static_cast<const Self&>(*this).forward(x...));
  }
};

namespace detail {

/// A list of parts as a module, for the time of a visit.
template <ListOfParts Parts>
struct List final : Module {
  Parts& parts;
  explicit List(Parts& members) : parts(members) {}
  std::string name() const override { return "List"; }
  void visit(Visitor& v) override {
    std::size_t i = 0;
    for (auto& part : parts) {
      if constexpr (requires { typename Parts::mapped_type; }) {
        v(key(part.first), part.second);
      } else {
        v(std::to_string(i++), part);
      }
    }
  }

 private:
  static std::string key(std::integral auto number) { return std::to_string(number); }
  static std::string key(std::string_view text) { return std::string(text); }
};

}  // namespace detail

template <detail::ListOfParts Parts>
void Visitor::operator()(std::string_view name, Parts& parts) {
  detail::List<Parts> list(parts);
  visit_list(name, list);
}

}  // namespace nn
}  // namespace tapegrad
