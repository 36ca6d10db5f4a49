// LBFGS: quasi-Newton steps for functions that give the same value each time.
#pragma once

#include <functional>

#include "tapegrad/optim/optimizer_of.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace optim {

/// How far LBFGS goes along a direction: lr, or as far as the strong Wolfe conditions want.
enum class LineSearch { none, strong_wolfe };

struct LBFGSOptions {
  double lr = 1;
  /// Iterations in one step().
  std::int64_t max_iter = 20;
  /// Calls of the closure in one step(); 0 stands for 5/4 of max_iter.
  std::int64_t max_eval = 0;
  /// Ends where no element of the gradient is larger.
  double tolerance_grad = 1e-7;
  /// Ends where neither value nor parameters change more.
  double tolerance_change = 1e-9;
  /// So many changes of the gradient are remembered.
  std::int64_t history_size = 100;
  LineSearch line_search = LineSearch::none;

  static constexpr std::string_view name = "LBFGS";
  void validate() const;
  void visit(OptionVisitor& v);
};

/// PyTorch's limited-memory BFGS, with its rules for ending. All parameters are of one group and
/// one element type. It keeps twice `history_size` copies of them.
///   tg::optim::LBFGS lbfgs(parameters, {.line_search = tg::optim::LineSearch::strong_wolfe});
///   lbfgs.step([&] {
///     lbfgs.zero_grad();
///     const tg::Tensor loss = loss_of(model);
///     loss.backward();
///     return loss;
///   });
/// Products of vectors are dot()'s, the same for any number of threads; the numbers between them
/// are of type double, where PyTorch has the parameters' type. It can't be captured in a program,
/// because what it does depends on values. Source: Nocedal & Wright (2006), "Numerical
/// optimization", algorithms 7.4, 3.5 and 3.6.
class LBFGS : public OptimizerOf<LBFGSOptions, LBFGS> {
 public:
  using OptimizerOf::OptimizerOf;
  LBFGS(const std::vector<Tensor>& parameters, const LBFGSOptions& options = {});
  void add_group(const std::vector<Tensor>&, const LBFGSOptions&) = delete;

  /// Up to max_iter iterations. `closure` drops the gradients, computes the loss, calls its
  /// backward() and returns it; it is called at each point that is tried. Returns the loss at the
  /// first. Throws Error for several groups and in a captured function, DTypeError for parameters
  /// of several element types, and what the closure throws: then the parameters are where the
  /// iteration began.
  Tensor step(const std::function<Tensor()>& closure);

 protected:
  void check_step() const override;
  void update(std::span<const Change> changes, std::size_t group) override;
  std::span<const std::string_view> memory_names() const override { return {}; }
  StateDict memory_of_all() const override;
  std::function<void()> memory_of_all_from(const StateDict& memory) override;

 private:
  /// What is known of the function; vectors are those of all parameters behind each other.
  struct Memory {
    std::int64_t n_iter = 0;
    std::int64_t func_evals = 0;
    double t = 0;  // how far the last step went along d
    double h_diag = 1;
    double prev_loss = 0;
    Tensor d = {};
    Tensor prev_flat_grad = {};
    std::vector<Tensor> old_dirs = {};  // changes of the gradient, the oldest first
    std::vector<Tensor> old_stps = {};  // and of the parameters
    std::vector<double> ro = {};
  };
  struct Search;

  Memory memory_;
};

}  // namespace optim
}  // namespace tapegrad
