// What one run at a time of a plan needs: memory, and tensors that lie in it.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "autograd/capture.hpp"
#include "program/dense_step.hpp"
#include "program/plan.hpp"
#include "program/ready_step.hpp"

namespace tapegrad {

class Frame {
 public:
  [[gnu::cold]] explicit Frame(const Plan& plan);
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  /// What it gives is then in results(), which are the caller's: who holds one keeps it, and the
  /// next run makes another.
  void run(Inputs feeds);
  const std::vector<Tensor>& results() const { return results_; }

 private:
  /// A step: an operation, or a gift, or a call.
  struct Action {
    const Operation* operation;
    const Scope* scope;
    Gift* gift;
    const std::function<void()>* call;
    std::vector<Tensor> inputs = {};
    std::vector<Tensor> outputs = {};
    std::vector<const Tensor*> pointers = {};
  };
  /// What is run in its turn: an action, or the loop that is all there is of it, or what its
  /// operation had ready.
  struct Turn {
    const Action* action;
    const DenseStep* dense = nullptr;
    const ReadyStep* ready = nullptr;
    /// False where the action has to be carried out.
    bool take() const;
  };
  struct Bound {
    /// Stands for the memory of what is fed.
    Ptr<Storage> place;
    /// Whose memory it was in the last run, and where it lay.
    const Storage* storage = nullptr;
    const std::byte* data = nullptr;
  };
  /// A tensor that is handed out: a result, or the gradient of a leaf.
  struct Handle {
    Tensor* tensor;
    /// Null for a result.
    const Gift* gift;
    /// How it was captured: who got it may have changed it.
    DType dtype;
    Layout layout;
  };
  /// What others may see after a run: a new memory for each run in which somebody still looks at
  /// the last one's.
  struct Held {
    std::vector<TensorImpl*> within = {};
    std::vector<Handle> outside = {};
    /// How many tensors of the frame lie in it, the frame itself counted with them.
    std::size_t references = 1;
    std::size_t bytes = 0;
    /// What is there at first, if that is something.
    const Storage* as_captured = nullptr;
    Ptr<Storage> memory = {};
  };
  struct Fresh {
    Ptr<Storage> of_run;
    const Storage* as_captured;
  };

  // Once for each frame, and compiled to be small.
  [[gnu::cold]] void take_memory();
  [[gnu::cold]] Tensor placed(const Tensor& x);
  [[gnu::cold]] void take_turns();
  /// As one of `steps`, if it can be.
  template <class Steps, class Step>
  [[gnu::cold]] const Step* shortened(const Action& action, Steps& steps,
                                      std::vector<Step*>& moving);
  static void carry_out(const Action& action);
  [[gnu::cold]] void hold(const Tensor& x, Tensor& handle, const Gift* gift);
  static bool is_free(const Held& held);
  [[gnu::cold]] static void renew(Held& held);
  /// Whether all lie where the last ones lay.
  bool bind(Inputs feeds);
  /// A step writes to it.
  bool is_changed(const Storage* storage) const;
  [[noreturn, gnu::cold]] void refuse(std::size_t i, const Tensor& feed) const;
  void unbind() noexcept;

  const Plan& plan_;
  Ptr<Storage> arena_;
  /// By what they stand for.
  std::unordered_map<const Storage*, Ptr<Storage>> in_arena_;
  std::vector<Fresh> fresh_;
  std::vector<Held> held_;
  std::vector<Tensor> results_;
  std::deque<Gift> gifts_;
  std::vector<Action> actions_;
  std::vector<DenseStep> dense_;
  std::deque<ReadyStep> ready_;
  std::vector<Turn> turns_;
  /// Those some of whose memory isn't in the arena: it may be another in the next run.
  std::vector<DenseStep*> moving_dense_;
  std::vector<ReadyStep*> moving_ready_;
  std::vector<Bound> feeds_;
  /// The steps know where their operands are.
  bool located_ = false;
  /// During a run, of feeds that don't lie row by row.
  std::deque<Tensor> copies_;
};

}  // namespace tapegrad
