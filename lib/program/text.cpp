// A program as a list that a person can follow.
#include <map>
#include <unordered_map>

#include "core/check.hpp"
#include "program/plan.hpp"
#include "program/program_impl.hpp"

namespace tapegrad {
namespace {

/// Names of values by their memory, and of parts of it by how they lie.
class Listing {
 public:
  explicit Listing(const Plan& plan);
  std::string text();

 private:
  std::string of(const Tensor& x);
  std::string line_of(const Step& step);

  const Plan& plan_;
  std::unordered_map<const Storage*, std::string> names_;
  std::unordered_map<const Storage*, Layout> whole_;
  std::size_t values_ = 0;
  std::size_t constants_ = 0;
};

std::string label_of(const Tensor& x) {
  const Scope* label = x.impl()->label;
  return label ? label->name : std::string();
}

Listing::Listing(const Plan& plan) : plan_(plan) {
  for (std::size_t i = 0; i < plan.captured().feeds.size(); ++i) {
    names_[plan.captured().feeds[i].impl()->storage.get()] = fmt::format("feed {}", i);
  }
  std::map<std::string, std::size_t> seen;
  for (const Outsider& outsider : plan.captured().outsiders) {
    std::string name = label_of(outsider.tensor);
    if (name.empty()) name = outsider.node ? "leaf" : "outside";
    const std::size_t before = seen[name]++;
    names_[outsider.storage] = before > 0 ? fmt::format("{}_{}", name, before) : name;
    whole_.emplace(outsider.storage, outsider.tensor.impl()->layout);
  }
}

std::string Listing::of(const Tensor& x) {
  if (!x.defined()) return "none";
  const Storage* storage = x.impl()->storage.get();
  std::string& name = names_[storage];
  if (name.empty()) name = fmt::format("constant {}", constants_++);
  const auto [whole, is_new] = whole_.try_emplace(storage, x.impl()->layout);
  if (whole->second == x.impl()->layout) return name;
  return fmt::format("{} as {}", name, x.shape());
}

std::string Listing::line_of(const Step& step) {
  std::string arguments;
  const auto append = [&](const std::string& text) {
    arguments += (arguments.empty() ? "" : ", ") + text;
  };
  for (const Tensor& x : step.inputs) append(of(x));
  if (step.operation) {
    AttributeList list;
    step.operation->attributes(list);
    for (const Attribute& attribute : std::move(list).taken()) {
      append(attribute.name + "=" + attribute.value);
    }
  }
  std::string results;
  for (const Tensor& y : step.outputs) {
    std::string& name = names_[y.impl()->storage.get()];
    if (name.empty()) name = fmt::format("%{}", values_++);
    results += (results.empty() ? "" : ", ") + of(y);
  }
  std::string line = results.empty() ? "" : results + " = ";
  line += fmt::format("{}({})", step.name, arguments);
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    const Tensor& y = step.outputs[i];
    line += fmt::format("{} {} {}", i == 0 ? " :" : ",", y.dtype(), y.shape());
  }
  if (step.scope) line += "  # " + path_of(step.scope);
  return line + "\n";
}

std::string Listing::text() {
  std::string lines;
  for (const Step& step : plan_.captured().steps) lines += line_of(step);
  std::string results;
  for (const Tensor& y : plan_.captured().results) {
    results += (results.empty() ? "" : ", ") + of(y);
  }
  return lines + fmt::format("gives ({})\n", results);
}

}  // namespace

std::string Program::text() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->entries.empty() ? std::string() : Listing(impl_->entries.front()->plan).text();
}

}  // namespace tapegrad
