// What one run at a time of a plan needs: memory, and tensors that lie in it.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "autograd/capture.hpp"
#include "program/dense_step.hpp"
#include "program/plan.hpp"

namespace tapegrad {

class Frame {
 public:
  explicit Frame(const Plan& plan);
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  /// What it gives is then in results(), of which the caller gets aliases.
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
  /// What is run in its turn: an action, or the loop that is all there is of it.
  struct Turn {
    const Action* action;
    const DenseStep* dense;
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
    std::size_t bytes = 0;
    /// What is there at first, if that is something.
    const Storage* as_captured = nullptr;
    Ptr<Storage> memory = {};
  };
  struct Fresh {
    Ptr<Storage> of_run;
    const Storage* as_captured;
  };

  void take_memory();
  Tensor placed(const Tensor& x);
  void take_turns();
  void hold(const Tensor& x, Tensor& handle, const Gift* gift);
  static bool is_free(const Held& held);
  static void prepare(Held& held);
  void bind(Inputs feeds);
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
  std::vector<Turn> turns_;
  /// Those some of whose memory isn't in the arena: it may be another in the next run.
  std::vector<DenseStep*> moving_;
  /// For each feed the storage that stands for its memory.
  std::vector<Ptr<Storage>> feeds_;
  /// During a run, of feeds that don't lie row by row.
  std::deque<Tensor> copies_;
};

}  // namespace tapegrad
