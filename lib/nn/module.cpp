#include "tapegrad/nn/module.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <unordered_map>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/nn/census.hpp"
#include "tapegrad/program.hpp"

namespace tapegrad::nn {
namespace {

void check_name(std::string_view name) {
  check<Error>(!name.empty() && name.find('.') == std::string_view::npos,
               "visit: \"{}\" can't be the name of a part; use one without dots", name);
}

/// More than any model needs, and less than a thread's stack can hold.
constexpr int max_depth = 500;

std::string shortened(const std::string& path) {
  constexpr std::size_t most = 60;
  return path.size() <= most ? path : path.substr(0, most) + "...";
}

/// The tensors that a visit meets, each once. It only looks; what changes a module is not const
/// itself.
class Inventory final : public Visitor {
 public:
  struct Entry {
    std::string name;
    Owned* tensor;
    bool trained;
    /// Under which it was met again: weights that are tied.
    std::vector<std::string> other_names = {};

    bool is_called(const std::string& what) const {
      return name == what || std::ranges::count(other_names, what) > 0;
    }
  };

  explicit Inventory(const Module& root) { const_cast<Module&>(root).visit(*this); }

  std::vector<Entry> tensors;

 private:
  void parameter(std::string_view name, Parameter& part) override { add(path(name), part, true); }
  void buffer(std::string_view name, Buffer& part) override { add(path(name), part, false); }

  void add(std::string name, Owned& part, bool trained) {
    const auto [known, is_new] = places_.emplace(part.impl(), tensors.size());
    if (is_new || tensors[known->second].is_called(name)) {
      tensors.push_back({std::move(name), &part, trained});
    } else {
      tensors[known->second].other_names.push_back(std::move(name));
    }
  }

  std::unordered_map<const void*, std::size_t> places_;
};

/// Calls a function, which may keep their addresses, with the modules, parts before their owner.
class Tour final : public Visitor {
 public:
  explicit Tour(const std::function<void(Module&)>& f) : f_(f) {}

 private:
  void submodule(std::string_view name, Module& part) override {
    descend(name, part);
    f_(part);
  }
  void list(std::string_view name, Module& parts) override { descend(name, parts); }

  const std::function<void(Module&)>& f_;
};

std::vector<NamedTensor> named(const Module& module, bool trained) {
  std::vector<NamedTensor> result;
  for (const Inventory::Entry& entry : Inventory(module).tensors) {
    if (entry.trained == trained) result.push_back({entry.name, *entry.tensor});
  }
  return result;
}

std::vector<Tensor> without_names(std::vector<NamedTensor> entries) {
  std::vector<Tensor> tensors;
  for (NamedTensor& entry : entries) tensors.push_back(std::move(entry.tensor));
  return tensors;
}

void check_fits(const std::string& name, const Tensor& own, const Tensor& loaded) {
  check<ShapeError>(own.shape() == loaded.shape(),
                    "load_state_dict: \"{}\" has shape {}, the module's has {}; nothing was loaded",
                    name, loaded.shape(), own.shape());
  check<Error>(!own.overlaps_itself(),
               "load_state_dict: elements of the module's \"{}\" share memory; nothing was loaded: "
               "clone() the tensor",
               name);
  check<DTypeError>(
      own.dtype() == loaded.dtype(),
      "load_state_dict: \"{}\" is {}, the module's is {}; nothing was loaded: convert "
      "the entry or the module with to({})",
      name, loaded.dtype(), own.dtype(), own.dtype());
}

bool shares_with(const std::vector<Inventory::Entry>& own, const Tensor& x) {
  return std::ranges::any_of(own, [&](const auto& e) { return e.tensor->shares_storage_with(x); });
}

/// A state that was kept without clone() has gone on with the module. One of another module that
/// shares the elements is no such state.
void check_kept(const std::vector<Inventory::Entry>& own, const Inventory::Entry& entry,
                const Tensor& loaded) {
  if (!loaded.shares_storage_with(*entry.tensor)) return;
  std::set<const void*> sharers;
  for (const Inventory::Entry& e : own) {
    if (e.tensor->shares_storage_with(loaded)) sharers.insert(e.tensor->impl());
  }
  check<Error>(detail::owners_of_elements(loaded) > sharers.size(),
               "load_state_dict: \"{}\" is the module's own tensor, so that it is what the module "
               "is now; nothing was loaded: keep state_dict().clone(), or a copy of the module",
               entry.name);
}

}  // namespace

void Visitor::operator()(std::string_view name, Parameter& part) {
  check_name(name);
  part.notice();
  if (!part.defined()) return absent(name, part);
  name_where_used(part, name);
  if (introduces_) detail::acknowledge(part);
  parameter(name, part);
}

void Visitor::operator()(std::string_view name, Buffer& part) {
  check_name(name);
  part.notice();
  if (!part.defined()) return absent(name, part);
  name_where_used(part, name);
  if (introduces_) detail::acknowledge(part);
  buffer(name, part);
}

void Visitor::operator()(std::string_view name, Module& part) {
  check_name(name);
  part.scope_name_.assign(lists_.empty() ? name : lists_ + std::string(name));
  const std::string lists = std::exchange(lists_, {});
  enter(name, part, &Visitor::submodule);
  lists_ = lists;
}

void Visitor::enter(std::string_view name, Module& part,
                    void (Visitor::*visited)(std::string_view, Module&)) {
  check<Error>(depth_ < max_depth,
               "visit: {} modules within each other, the first called \"{}\": does one contain "
               "itself?",
               max_depth, shortened(path(name)));
  ++depth_;
  (this->*visited)(name, part);
  --depth_;
}

// A list has no operations of its own: its name goes before those of its members.
void Visitor::visit_list(std::string_view name, Module& parts) {
  check_name(name);
  const std::size_t length = lists_.size();
  lists_.append(name).push_back('/');
  enter(name, parts, &Visitor::list);
  lists_.resize(length);
}

void Visitor::descend(std::string_view name, Module& part) {
  const std::size_t length = prefix_.size();
  prefix_.append(name).push_back('.');
  part.visit(*this);
  prefix_.resize(length);
}

std::vector<NamedTensor> Module::named_parameters() const { return named(*this, true); }
std::vector<NamedTensor> Module::named_buffers() const { return named(*this, false); }
std::vector<Tensor> Module::parameters() const { return without_names(named_parameters()); }
std::vector<Tensor> Module::buffers() const { return without_names(named_buffers()); }

StateDict Module::state_dict() const {
  StateDict state;
  for (Inventory::Entry& entry : Inventory(*this).tensors) {
    state.insert(std::move(entry.name), entry.tensor->detach());
  }
  return state;
}

LoadResult Module::load_state_dict(const StateDict& state) {
  const Inventory inventory(*this);
  LoadResult result;
  std::vector<Tensor> loaded;
  for (const Inventory::Entry& entry : inventory.tensors) {
    const Tensor* found = state.find(entry.name);
    for (const std::string& other : entry.other_names) {
      if (!found) found = state.find(other);
    }
    loaded.push_back(found ? *found : Tensor());
    if (found) {
      check_fits(entry.name, *entry.tensor, *found);
      check_kept(inventory.tensors, entry, *found);
    } else {
      result.missing.push_back(entry.name);
    }
  }
  for (const auto& [name, tensor] : state) {
    const auto same = [&name = name](const Inventory::Entry& e) { return e.is_called(name); };
    if (std::ranges::none_of(inventory.tensors, same)) result.unexpected.push_back(name);
  }
  const NoGrad guard;
  // What another tensor of the module gives, it gives before it gets something itself.
  for (Tensor& x : loaded) {
    if (x.defined() && shares_with(inventory.tensors, x)) x = x.clone();
  }
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    if (loaded[i].defined()) inventory.tensors[i].tensor->copy_(loaded[i]);
  }
  return result;
}

void Module::train(bool on) {
  check<Error>(!capturing(),
               "module: {}() in a captured function would be done once, and not in each run; call "
               "it before the capture",
               on ? "train" : "eval");
  apply([on](Module& part) { part.set_mode(on); });
}

void Module::set_mode(bool on) {
  training_ = on;
  if (asked_) *asked_ = on;
}

bool Module::is_training() const {
  if (capturing()) [[unlikely]] {
    if (!asked_) asked_ = std::make_shared<std::atomic<bool>>(training_);
    tapegrad::detail::required_in_runs(
        [asked = asked_, then = training_] { return asked->load() == then; },
        fmt::format("it was captured while a module was in {} mode, which has been changed: call "
                    "train() or eval() again before it runs, or capture a program for each mode",
                    training_ ? "train" : "eval"));
  }
  return training_;
}

void Module::to(DType dtype) {
  check_dtype("module", dtype);
  check<DTypeError>(is_floating(dtype), "module: to({}): parameters are floating-point numbers",
                    dtype);
  for (const Inventory::Entry& entry : Inventory(*this).tensors) {
    if (is_floating(entry.tensor->dtype())) entry.tensor->to_(dtype);
  }
}

void Module::requires_grad_(bool value) {
  for (const Inventory::Entry& entry : Inventory(*this).tensors) {
    if (entry.trained) entry.tensor->requires_grad_(value);
  }
}

void Module::zero_grad() {
  for (const Inventory::Entry& entry : Inventory(*this).tensors) {
    if (entry.trained && entry.tensor->requires_grad()) entry.tensor->set_grad({});
  }
}

void Module::apply(const std::function<void(Module&)>& f) {
  check<Error>(f != nullptr, "apply: an empty function");
  Tour tour(f);
  visit(tour);
  f(*this);
}

}  // namespace tapegrad::nn
