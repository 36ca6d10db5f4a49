// Visitor: goes through the parts of a module under their names.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "tapegrad/nn/parameter.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

class Module;

namespace detail {

template <class T>
concept ListOfParts = !std::derived_from<T, Tensor> && requires(T & parts) {
  parts.begin();
  parts.end();
};

template <class T>
concept HolderOfPart = !std::derived_from<T, Tensor> && !ListOfParts<T> && requires(T & holder) {
  static_cast<bool>(holder);
  *holder;
};

template <class T>
inline constexpr bool is_variant = false;
template <class... Part>
inline constexpr bool is_variant<std::variant<Part...>> = true;

template <class T>
concept NoPart = !std::derived_from<T, Owned> && !std::derived_from<T, Module> && !ListOfParts<T> &&
                 !HolderOfPart<T> && !is_variant<T>;

template <class T>
concept ConstPart = std::is_const_v<T> &&
    (std::derived_from<T, Owned> || std::derived_from<T, Module>);

}  // namespace detail

/// Goes through a module's parts. Module::visit() calls it with each of them; classes that derive
/// from it say what happens there. Names must not be empty or contain a dot, and no more than 500
/// modules lie within each other (Error: one that contains itself has no end). Parts learn their
/// names on the way: see Module::scope_name().
class Visitor {
 public:
  Visitor() = default;
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;
  virtual ~Visitor() = default;

  /// Undefined tensors are absent and passed over.
  void operator()(std::string_view name, Parameter& part);
  void operator()(std::string_view name, Buffer& part);
  void operator()(std::string_view name, Module& part);
  /// A vector, array or other list of parts, named "0", "1", ... within `name`; the parts of a map
  /// are named after their keys, strings or integers.
  template <detail::ListOfParts Parts>
  void operator()(std::string_view name, Parts& parts);
  /// What an optional or a pointer holds, or nothing.
  template <detail::HolderOfPart Holder>
  void operator()(std::string_view name, Holder& holder) {
    if (holder) (*this)(name, *holder);
  }
  /// The one of several kinds of part that is there.
  template <class... Part>
  void operator()(std::string_view name, std::variant<Part...>& part) {
    std::visit([&](auto& held) { (*this)(name, held); }, part);
  }
  /// Parts of a const module, in a visit() that is const, say what to write.
  template <detail::ConstPart Part>
  void operator()(std::string_view, Part&) {
    static_assert(!detail::ConstPart<Part>,
                  "write void visit(nn::Visitor&) override, which isn't const");
  }
  /// Anything else says what to write.
  template <detail::NoPart T>
  void operator()(std::string_view, T&) {
    static_assert(
        !detail::NoPart<T>,
        "visit a Parameter, Buffer or Module, or a list, map, optional, pointer or variant "
        "of such; copies of the module would share a plain Tensor");
  }

 protected:
  /// Whoever is visited counts as named, and forgotten_parameters() has nothing to say of it; not
  /// in visits that a module makes for itself.
  enum class Introduces { no, yes };
  explicit Visitor(Introduces introduces) : introduces_(introduces == Introduces::yes) {}

  virtual void parameter(std::string_view, Parameter&) {}
  virtual void buffer(std::string_view, Buffer&) {}
  /// A parameter or buffer that is undefined.
  virtual void absent(std::string_view, Owned&) {}
  virtual void submodule(std::string_view name, Module& part) { descend(name, part); }
  /// A list of parts, a module only for the time of the visit: nothing may keep its address.
  virtual void list(std::string_view name, Module& parts) { submodule(name, parts); }

  /// Visits the parts of a part.
  void descend(std::string_view name, Module& part);
  /// "encoder.0.weight" for "weight" of the module that is visited now.
  std::string path(std::string_view name) const { return prefix_ + std::string(name); }

 private:
  void visit_list(std::string_view name, Module& parts);
  /// submodule() or list(), in a depth that the stack can hold.
  void enter(std::string_view name, Module& part,
             void (Visitor::*visited)(std::string_view, Module&));

  bool introduces_ = true;
  std::string prefix_;
  int depth_ = 0;
  /// The lists that directly hold what is visited now: "blocks/".
  std::string lists_;
};

}  // namespace nn
}  // namespace tapegrad
