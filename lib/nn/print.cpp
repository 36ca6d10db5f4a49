// A module as text.
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <ostream>
#include <typeinfo>

#include "tapegrad/nn/module.hpp"

namespace tapegrad::nn {
namespace {

/// "Linear" for tapegrad::nn::Linear, "Box<ns::Item>" for ns::Box<ns::Item>.
std::string without_namespace(const std::string& name) {
  const std::size_t arguments = name.find('<');
  const std::size_t scope = name.rfind("::", arguments);
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

class Printer final : public Visitor {
 public:
  std::string text;

  /// `visit` goes through its parts.
  template <class Visit>
  void print(const Module& part, const Visit& visit) {
    text += part.name() + '(';
    const std::string extra = part.extra_repr();
    const std::size_t start = text.size();
    indent_ += 2;
    visit();
    indent_ -= 2;
    const bool parts = text.size() > start;
    if (!extra.empty()) text.insert(start, parts ? line() + "  " + extra : extra);
    if (parts) text += line();
    text += ')';
  }

 private:
  void submodule(std::string_view name, Module& part) override {
    text += line() + '(' + std::string(name) + "): ";
    print(part, [&] { descend(name, part); });
  }
  std::string line() const { return '\n' + std::string(indent_, ' '); }

  std::size_t indent_ = 0;
};

}  // namespace

std::string Module::name() const {
  const char* mangled = typeid(*this).name();
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  return without_namespace(status == 0 ? readable.get() : mangled);
}

std::string to_string(const Module& module) {
  Printer printer;
  printer.print(module, [&] { const_cast<Module&>(module).visit(printer); });  // it only looks
  return std::move(printer.text);
}

std::ostream& operator<<(std::ostream& out, const Module& module) {
  return out << to_string(module);
}

}  // namespace tapegrad::nn
