// Optimizer: parameters in groups, what is remembered of each, and how that is saved. The update
// rules are in the headers beside this one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tapegrad/hints.hpp"
#include "tapegrad/state_dict.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

class GraphOperation;
struct SparseGrad;

namespace optim {

/// Goes through the options of a group by name, as nn::Visitor goes through a module.
class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void operator()(std::string_view name, double& value) = 0;
  virtual void operator()(std::string_view name, bool& value) = 0;
  virtual void operator()(std::string_view name, std::int64_t& value) = 0;
};

class Optimizer;

/// A group of an optimizer's parameters, as PyTorch's users look at it and change it, by the names
/// of its options in state_dict():
///   for (auto group : sgd.param_groups()) group["lr"] *= 0.1;
/// Valid as long as the optimizer is there and where it was. Throw Error for an option that isn't
/// there or no number, and for a value that the optimizer refuses.
class ParamGroup {
 public:
  /// A number among the options.
  class Option {
   public:
    operator double() const;
    const Option& operator=(double value) const;
    const Option& operator*=(double factor) const { return *this = *this * factor; }

   private:
    friend ParamGroup;
    Option(Optimizer& optimizer, std::size_t group, std::string_view name)
        : optimizer_(optimizer), group_(group), name_(name) {}
    Optimizer& optimizer_;
    std::size_t group_;
    std::string_view name_;
  };

  ParamGroup(Optimizer& optimizer, std::size_t number) : optimizer_(&optimizer), number_(number) {}
  std::vector<Tensor> parameters() const;
  Option operator[](std::string_view option) const { return {*optimizer_, number_, option}; }

 private:
  Optimizer* optimizer_;
  std::size_t number_;
};

/// Changes parameters by their gradients. It holds handles: the parameters stay where they are,
/// also when their module is assigned to or swapped (see nn::Owned). Parameters without a gradient,
/// frozen ones among them, are passed over. One that was moved from refuses everything with Error.
class Optimizer {
 public:
  Optimizer(const Optimizer&) = delete;  // two optimizers would share what they remember
  Optimizer(Optimizer&& other) noexcept;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer& operator=(Optimizer&& other) noexcept;
  virtual ~Optimizer();

  /// Drops the gradients of all parameters. Both this and step() are done in each run of a
  /// program that is captured, with the options that there are by then; a run throws Error where
  /// the optimizer is gone.
  void zero_grad(tapegrad::detail::SetToNone = {});
  /// One update, outside the tape and in place. Throws Error, before anything is changed, where
  /// gradients go to what nobody trains; looking for that costs two comparisons and one for each
  /// parameter while nothing changes. It is the first step after the change that throws:
  ///   - a parameter to which no new gradient came was part of a module, but isn't any more: its
  ///     layer was removed, or replaced by one of another shape or in another container;
  ///   - gradients ceased to come to a parameter, or never came to any, and began to come to named
  ///     parameters that no optimizer has held: a pointer or a container got another module;
  ///   - gradients came to parameters that no visit() has named: see nn::forgotten_parameters(),
  ///     also for one that is used only later. A part that is meant to stay as it is, like the
  ///     backbone under a new head, is frozen;
  ///   - it was assigned what another optimizer was, and gradients come to others' parameters only:
  ///     it holds the tensors that the other held, but modules that are assigned keep theirs. Lists
  ///     of a module with its optimizer are sorted or erased from as lists of pointers to them.
  /// It throws Error, too, before anything is changed, where a gradient is one of rows
  /// (sparse_grad.hpp) and its rule changes every row in each step.
  void step();

  /// Of a number of a graph (session.hpp): the operation that drops the gradients, computes those
  /// of `loss` and takes a step. The optimizer must live as long as the graph is run; a temporary
  /// one, SGD({w}).minimize(loss), belongs to the graph. Throws Error for a loss that has values,
  /// and where step() alone does, ShapeError for one that isn't a single number.
  GraphOperation minimize(const Tensor& loss) &;
  GraphOperation minimize(const Tensor& loss) &&;

  /// "SGD".
  std::string_view name() const {
    check_not_moved_from();
    return kind();
  }

  std::size_t group_count() const {
    check_not_moved_from();
    return groups_.size();
  }
  /// The parameters of a group. Throws IndexError if there is no such group.
  std::vector<Tensor> parameters(std::size_t group = 0) const;
  /// The learning rate of a group. Throws IndexError if there is no such group.
  virtual double lr(std::size_t group = 0) const = 0;
  /// For schedules. Throws Error for a rate that the optimizer refuses.
  virtual void set_lr(double lr, std::size_t group) = 0;
  /// Of all groups.
  void set_lr(double lr);
  /// Whether it has an option that is a number, by its name in state_dict(): "momentum", "beta1".
  bool has_option(std::string_view option) const;
  /// The value of such an option. Throws Error if there is none.
  double option(std::string_view option, std::size_t group = 0) const;
  std::vector<ParamGroup> param_groups();
  /// Throws Error if there is no such option, or for a value that the optimizer refuses.
  void set_option(std::string_view option, double value, std::size_t group);
  /// Where this is, also after it was moved; null there when it is gone. For what goes on with it.
  std::shared_ptr<Optimizer*> whereabouts();

  /// Options ("groups.0.lr"), steps ("state.3.steps") and what is remembered of each parameter
  /// ("state.3.momentum_buffer"), numbers as tensors of rank 0. A run that goes on from it and from
  /// the parameters' values goes on exactly. Tensors share storage with the optimizer: clone() it
  /// to keep a snapshot.
  StateDict state_dict() const;
  /// Copies. Throws Error, ShapeError or DTypeError, naming the entry, before anything is changed
  /// unless the state is one of the same optimizer with the same groups and shapes.
  void load_state_dict(const StateDict& state);

  friend std::ostream& operator<<(std::ostream& out, const Optimizer& optimizer);

 protected:
  static constexpr std::size_t max_memories = 3;
  /// A parameter and what is remembered of it.
  struct Slot {
    Tensor parameter;
    /// A module held it when the optimizer was made.
    bool has_owner = false;
    /// A gradient had come to it before the last step.
    bool reached = false;
    /// How many had come by then.
    std::uint32_t received = 0;
    /// Updates so far, the current one included.
    std::int64_t steps = 0;
    /// What a rule multiplies over the steps, see product_name().
    double product = 1;
    std::array<Tensor, max_memories> memories = {};
    /// The gradient in the last step. It still is while the leaf has this number, and has made no
    /// more exchanges.
    tapegrad::detail::TensorImpl* last_grad = nullptr;
    std::uint64_t leaf_number = 0;
    std::uint32_t exchanges = 0;
  };

  /// A parameter to which a gradient has come, of its shape and type.
  struct Change {
    Slot* slot = nullptr;
    Tensor grad = {};
  };
  static constexpr std::size_t most_changes = 16;

  Optimizer() = default;

  /// What name() says, of one that was moved from, too.
  virtual std::string_view kind() const = 0;

  // A new optimizer derives from OptimizerOf<its options> and defines these two.

  /// Changes the parameters, up to `most_changes` of one group, together. Recording is off.
  virtual void update(std::span<const Change> changes, std::size_t group) = 0;
  /// What its memories are called, in their order.
  virtual std::span<const std::string_view> memory_names() const = 0;

  /// Why gradients of rows (sparse_grad.hpp) can't be followed in a group, with its options; empty
  /// where update_rows() follows them.
  virtual std::string refuses_rows(std::size_t group) const;
  /// Changes the rows that the gradient has, and no others.
  virtual void update_rows(Slot& slot, const SparseGrad& grad, std::size_t group);

  /// What Slot::product is called in a state; an optimizer without one says nothing.
  virtual std::string_view product_name() const { return {}; }
  /// Throws Error for what step() alone can't do.
  virtual void check_step() const {}
  /// What is remembered of all parameters together, "state.all.NAME" in a state.
  virtual StateDict memory_of_all() const { return {}; }
  /// Throws Error if it isn't one of this optimizer; else gives what puts it in place.
  virtual std::function<void()> memory_of_all_from(const StateDict& memory);

  /// memories[i], full of `initial` at first; converted where the parameter has been.
  static Tensor& memory(Slot& slot, std::size_t i, double initial = 0);

  /// What the numbers of a step may depend on, beside the options.
  struct Occasion {
    std::int64_t steps = 0;
    double product = 1;
    /// Nothing is remembered yet.
    bool first = false;
    bool operator==(const Occasion&) const = default;
  };
  /// For the rules of the library's own, in lib/optim/by_rule.hpp: the loop of the kernels with the
  /// numbers numbers_of(occasion) and the memories of these places, which begin with `initial`.
  template <std::size_t... places, class NumbersOf>
  static void step_by(std::span<const Change> changes, const NumbersOf& numbers_of,
                      const std::array<double, max_memories>& initial = {});
  /// The same for rows of one parameter.
  template <std::size_t... places, class NumbersOf>
  static void step_rows_by(Slot& slot, const SparseGrad& grad, const NumbersOf& numbers_of,
                           const std::array<double, max_memories>& initial = {});
  /// What step() does before it changes anything, for an optimizer that has another step.
  void begin_step();
  std::vector<Slot>& slots_of(std::size_t group) { return groups_[group]; }
  const std::vector<Slot>& slots_of(std::size_t group) const { return groups_[group]; }

  // For OptimizerOf, which knows its types.

  /// One that has all that this one had.
  virtual std::shared_ptr<Optimizer> moved();

  /// Throws Error for an empty group, an undefined tensor or one that is here already,
  /// AutogradError for what isn't a leaf, DTypeError for integers.
  void add_slots(std::string_view optimizer, const std::vector<Tensor>& parameters);
  void check_group(std::size_t group) const;
  void check_not_moved_from() const;
  /// Throws Error within a captured function, which would change this once, and not in each run.
  void check_not_captured(std::string_view method) const;
  /// Shows a copy of the options to v, and throws Error if they are wrong afterwards.
  virtual void visit_copy(std::size_t group, OptionVisitor& v) const = 0;
  virtual void visit_options(std::size_t group, OptionVisitor& v) = 0;

 private:
  /// What a captured program calls in each run.
  using Method = void (Optimizer::*)();
  std::function<void()> called_later(Method method);
  std::size_t parameter_count() const;
  std::vector<Tensor> all_parameters() const;
  void drop_gradients();
  void step_all();
  void step_group(std::size_t group);
  class Changes;
  [[gnu::cold]] void step_rows(Slot& slot, std::size_t group);
  [[gnu::cold]] void check_rows() const;
  /// update(), and what others must know of it.
  void carry_out(std::span<const Change> changes, std::size_t group);
  /// A gradient has come since the last step.
  static bool is_reached(const Slot& slot);
  /// Something has changed in who owns what and who gets gradients: two comparisons, and one for
  /// each parameter.
  bool is_suspicious();
  /// Throws Error if gradients go where nobody trains.
  void look_around();
  void check_owners() const;
  void check_nothing_forgotten() const;
  void check_not_replaced() const;
  void check_not_parted();

  std::vector<std::vector<Slot>> groups_;
  /// Where this is, for programs; null there after its end, and here if there are none.
  std::shared_ptr<Optimizer*> whereabouts_;
  /// What is here came by an assignment, and no step has seen a gradient since.
  bool assigned_ = false;
  /// nn::detail::changes_of_owners when somebody last looked around.
  std::uint64_t changes_seen_ = 0;
  /// Steps since then in which something had no name.
  std::uint64_t unlooked_ = 0;
};

/// As PyTorch prints it: the options of each group, in their own order.
std::ostream& operator<<(std::ostream& out, const Optimizer& optimizer);

}  // namespace optim
}  // namespace tapegrad
