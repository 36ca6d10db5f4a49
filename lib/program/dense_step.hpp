// A step that is one loop over arrays without gaps: run without looking at what it is again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/dense_loop.hpp"
#include "program/operands.hpp"

namespace tapegrad {

/// Whether `part` has no other elements than those of the last dimensions of `whole`, as many as
/// `part` has but for ones in front: all rows read the same.
bool is_row_of(const Shape& part, const Shape& whole);

class DenseStep {
 public:
  /// Nothing where the step is more than that, or so long that threads share it. The operation and
  /// the tensors have to live on, with the layouts that they have.
  [[gnu::cold]] static std::optional<DenseStep> of(const Operation& operation, Outputs outs,
                                                   Inputs inputs);
  /// Where the tensors' memory is now; before the first run, and when that has changed.
  void locate() { operands_.find(out_, in_); }
  void run() const {
    if ((single_ | row_) != 0) return run_rows();
    loop_(out_, in_.data(), ones.data(), n_);
  }

 private:
  static constexpr std::size_t most_inputs = 4;
  static constexpr std::int64_t shortest_row = 16;
  static constexpr std::array<std::int64_t, most_inputs> ones{1, 1, 1, 1};
  void run_rows() const;

  // What a run reads comes first: a program may have thousands of these.
  DenseLoop loop_;
  std::byte* out_ = nullptr;
  std::array<const std::byte*, most_inputs> in_{};
  /// How many elements a row has, and how many rows there are.
  std::int64_t n_ = 0;
  std::int64_t rows_ = 1;
  std::uint8_t element_ = 0;
  /// A bit for each input that has one element for all of the result's, or one row.
  std::uint8_t single_ = 0;
  std::uint8_t row_ = 0;
  Operands<most_inputs> operands_;
};

}  // namespace tapegrad
