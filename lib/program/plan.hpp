// A captured function made ready to run: steps that count, each value with a place in memory.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include "autograd/capture.hpp"

namespace tapegrad {

class Plan {
 public:
  explicit Plan(Captured captured);

  /// Throws Error where a run would not do what the function would do now.
  void check_world() const;
  /// What it gives is then in captured().results, of which the caller gets aliases.
  void run(Inputs feeds);

  const Captured& captured() const { return captured_; }
  const std::vector<Ptr<Storage>>& places_of_feeds() const { return places_of_feeds_; }
  std::size_t captured_steps() const { return captured_steps_; }
  std::size_t fused_steps() const;
  std::size_t value_bytes() const { return value_bytes_; }
  std::size_t arena_bytes() const { return arena_bytes_; }

 private:
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
    Ptr<Storage> memory = {};
  };
  /// Numbers from the capture that a run changes.
  struct Fresh {
    Ptr<Storage> of_run;
    Ptr<Storage> as_captured;
  };

  using Storages = std::unordered_set<const Storage*>;
  Storages handed_out() const;
  void drop_unread(const Storages& needed);
  void drop_clearing();
  void compute_constants(const Storages& needed);
  void lay_out();
  static bool is_free(const Held& held);
  static void prepare(Held& held);
  void bind(Inputs feeds);
  void unbind() noexcept;

  Captured captured_;
  std::size_t captured_steps_;
  std::size_t value_bytes_ = 0;
  std::size_t arena_bytes_ = 0;
  Ptr<Storage> arena_;
  std::vector<Held> held_;
  std::vector<Fresh> fresh_;
  /// For each feed the storage that stands for its memory.
  std::vector<Ptr<Storage>> places_of_feeds_;
  /// During a run, of feeds that don't lie row by row.
  std::deque<Tensor> copies_;
};

}  // namespace tapegrad
