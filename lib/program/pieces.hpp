// Steps on a piece of their operands, for one thread: tensors that are moved from piece to piece by
// a pointer each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "autograd/capture.hpp"
#include "program/dense_step.hpp"

namespace tapegrad {

/// How a group of steps is cut: every operand has `rows` rows, or is the same for all of them.
struct Cut {
  std::int64_t rows;
  std::int64_t row_length;
  std::int64_t rows_of_piece;

  std::int64_t pieces() const { return (rows + rows_of_piece - 1) / rows_of_piece; }
};

/// What a step of a group reads or writes.
struct Place {
  /// Of the group's inputs, then its results, then what stays within it.
  std::size_t value;
  /// The same elements for all pieces, which lie so.
  bool whole = false;
  Layout layout = Layout(Shape{});
};

struct GroupStep {
  std::unique_ptr<const Operation> operation;
  std::vector<Place> inputs;
  Place output;
};

/// A group as it was found.
struct Group {
  Cut cut;
  std::vector<GroupStep> steps = {};
  /// By value.
  std::vector<DType> dtypes = {};
  std::size_t inputs = 0;
  std::size_t results = 0;
  /// What lies in memory isn't in a cache yet.
  bool is_far = true;
};

class Pieces {
 public:
  [[gnu::cold]] explicit Pieces(const Group& group);
  ~Pieces();
  /// Where the group's operands are, for the pieces that are run next.
  void locate(Inputs inputs, Outputs outputs);
  void run(std::int64_t piece);

 private:
  /// Tensors of one length of pieces: all but the last one are as long as one another.
  struct Operands {
    std::vector<std::vector<Tensor>> inputs;
    std::vector<std::vector<const Tensor*>> pointers;
    std::vector<std::vector<Tensor>> outputs;
    std::vector<std::optional<DenseStep>> dense;
  };
  [[gnu::cold]] Operands operands_of(std::int64_t rows) const;
  void move_to(std::int64_t piece);
  void fetch_next(std::size_t step) const;

  const Group& group_;
  const std::int64_t last_piece_;
  /// By value; what stays within the group has a place of its own in `scratch_`.
  std::vector<Ptr<Storage>> storages_;
  Ptr<Storage> scratch_;
  /// From one piece to the next; 0 for what all of them read.
  std::vector<std::size_t> lengths_;
  /// Of what lies in memory.
  std::vector<std::byte*> starts_;
  Operands full_;
  Operands last_;
};

/// One for each thread that works on a group at a time.
class PiecesPool {
 public:
  explicit PiecesPool(Group group) : group_(std::move(group)) {}
  const Group& group() const { return group_; }
  std::unique_ptr<Pieces> take(Inputs inputs, Outputs outputs) const;
  void give_back(std::unique_ptr<Pieces> one) const;

 private:
  const Group group_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Pieces>> spare_;
};

}  // namespace tapegrad
