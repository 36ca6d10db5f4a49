// An optimizer as named tensors, and back.
#include <set>
#include <string>

#include "core/check.hpp"
#include "optim/numbers.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/optim/optimizer.hpp"

namespace tapegrad::optim {
namespace {

constexpr std::string_view steps_name = "steps";
constexpr std::string_view of_all = "state.all.";

std::string group_entry(std::size_t group, std::string_view name) {
  return fmt::format("groups.{}.{}", group, name);
}

std::string state_entry(std::size_t parameter, std::string_view name) {
  return fmt::format("state.{}.{}", parameter, name);
}

class OptionWriter final : public OptionVisitor {
 public:
  OptionWriter(StateDict& state, std::size_t group) : state_(state), group_(group) {}
  void operator()(std::string_view name, double& value) override {
    state_.insert(group_entry(group_, name), scalar(value, float64));
  }
  void operator()(std::string_view name, bool& value) override {
    state_.insert(group_entry(group_, name), scalar(value, boolean));
  }
  void operator()(std::string_view name, std::int64_t& value) override {
    state_.insert(group_entry(group_, name), scalar(value, int64));
  }

 private:
  StateDict& state_;
  std::size_t group_;
};

/// The entries of a state, and which of them somebody asked for.
class Reader {
 public:
  explicit Reader(const StateDict& state) : state_(state) {}

  const Tensor* find(const std::string& name, const Shape& shape, DType dtype) {
    const Tensor* x = state_.find(name);
    if (!x) return nullptr;
    found_.insert(name);
    check<ShapeError>(x->shape() == shape,
                      "load_state_dict: \"{}\" has shape {}, this optimizer needs {}; nothing was "
                      "loaded",
                      name, x->shape(), shape);
    check<DTypeError>(x->dtype() == dtype,
                      "load_state_dict: \"{}\" is {}, this optimizer needs {}; nothing was loaded",
                      name, x->dtype(), dtype);
    return x;
  }

  template <Element T>
  T number(const std::string& name) {
    const Tensor* x = find(name, {}, dtype_of<T>);
    check<Error>(x != nullptr,
                 "load_state_dict: no entry \"{}\"; is it the state of another optimizer? Nothing "
                 "was loaded",
                 name);
    return x->item<T>();
  }

  /// The entries whose names begin so, by the rest of their names.
  StateDict part(std::string_view prefix) {
    StateDict part;
    for (const auto& [name, tensor] : state_) {
      if (!name.starts_with(prefix)) continue;
      found_.insert(name);
      part.insert(name.substr(prefix.size()), tensor);
    }
    return part;
  }

  void check_all_found() const {
    for (const auto& [name, tensor] : state_) {
      check<Error>(found_.contains(name),
                   "load_state_dict: \"{}\" is not of this optimizer; was it made with other "
                   "parameters or options? Nothing was loaded",
                   name);
    }
  }

 private:
  const StateDict& state_;
  std::set<std::string> found_;
};

class OptionReader final : public OptionVisitor {
 public:
  OptionReader(Reader& reader, std::size_t group) : reader_(reader), group_(group) {}
  void operator()(std::string_view name, double& value) override {
    value = reader_.number<double>(group_entry(group_, name));
  }
  void operator()(std::string_view name, bool& value) override {
    value = reader_.number<bool>(group_entry(group_, name));
  }
  void operator()(std::string_view name, std::int64_t& value) override {
    value = reader_.number<std::int64_t>(group_entry(group_, name));
  }

 private:
  Reader& reader_;
  std::size_t group_;
};

std::int64_t steps_in(Reader& reader, std::size_t parameter) {
  const std::string entry = state_entry(parameter, steps_name);
  const auto steps = reader.number<std::int64_t>(entry);
  check<Error>(steps >= 0, "load_state_dict: \"{}\" is {}; nothing was loaded", entry, steps);
  return steps;
}

/// A state that was kept without clone() has gone on with the optimizer, all but its numbers.
void check_kept(const std::string& entry, const Tensor& kept, const Tensor& own, bool as_now) {
  check<Error>(as_now || !own.defined() || !kept.shares_storage_with(own),
               "load_state_dict: \"{}\" is the optimizer's own tensor, which later steps have "
               "changed: keep state_dict().clone(); nothing was loaded",
               entry);
}

}  // namespace

StateDict Optimizer::state_dict() const {
  check_not_moved_from();
  StateDict state;
  std::size_t parameter = 0;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    OptionWriter writer(state, group);
    visit_copy(group, writer);
    for (const Slot& slot : groups_[group]) {
      state.insert(state_entry(parameter, steps_name), scalar(slot.steps, int64));
      if (!product_name().empty()) {
        state.insert(state_entry(parameter, product_name()), scalar(slot.product, float64));
      }
      for (std::size_t i = 0; i < memory_names().size(); ++i) {
        if (!slot.memories[i].defined()) continue;
        state.insert(state_entry(parameter, memory_names()[i]), slot.memories[i].detach());
      }
      ++parameter;
    }
  }
  for (const auto& [name, tensor] : memory_of_all())
    state.insert(std::string(of_all) + name, tensor);
  return state;
}

std::function<void()> Optimizer::memory_of_all_from(const StateDict& memory) {
  for (const auto& [name, tensor] : memory) {
    fail<Error>("load_state_dict: \"{}{}\" is not of {}; nothing was loaded", of_all, name, kind());
  }
  return [] {};
}

void Optimizer::load_state_dict(const StateDict& state) {
  check_not_captured("load_state_dict");
  check_not_moved_from();
  const NoGrad guard;
  Reader reader(state);
  std::vector<std::vector<Slot>> loaded;
  std::size_t parameter = 0;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    OptionReader options(reader, group);
    visit_copy(group, options);
    std::vector<Slot>& slots = loaded.emplace_back();
    for (const Slot& own : groups_[group]) {
      Slot slot{.parameter = own.parameter,
                .has_owner = own.has_owner,
                .steps = steps_in(reader, parameter)};
      if (!product_name().empty()) {
        slot.product = reader.number<double>(state_entry(parameter, product_name()));
      }
      for (std::size_t i = 0; i < memory_names().size(); ++i) {
        const std::string entry = state_entry(parameter, memory_names()[i]);
        const Tensor* m = reader.find(entry, own.parameter.shape(), own.parameter.dtype());
        if (!m) continue;
        check_kept(entry, *m, own.memories[i], slot.steps == own.steps);
        slot.memories[i] = m->clone();
      }
      slots.push_back(std::move(slot));
      ++parameter;
    }
  }
  const StateDict together = reader.part(of_all);
  const std::function<void()> put_together = memory_of_all_from(together);
  reader.check_all_found();
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    OptionReader options(reader, group);
    visit_options(group, options);
  }
  groups_ = std::move(loaded);
  put_together();
}

}  // namespace tapegrad::optim
