#include "kernels/recurrent.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/dispatch.hpp"
#include "kernels/blas_memory.hpp"
#include "kernels/copy.hpp"
#include "kernels/gemm.hpp"
#include "kernels/matrices.hpp"
#include "kernels/packed_factor.hpp"
#include "kernels/parallel.hpp"
#include "kernels/recurrent_cells.hpp"

namespace tapegrad::kernels {
namespace {

/// Rows of a batch go their own way: so many of them together, which one product serves.
constexpr std::int64_t rows_of_block = 16;

template <class T>
T* data_of(const Ref* r) {
  return r ? r->as<T>() : nullptr;
}

/// Products of the rows of a block with one matrix, in each step: [k, n], laid out once for all of
/// them where they are many.
template <class T>
class StepProduct {
 public:
  StepProduct(std::int64_t steps, std::int64_t k, std::int64_t n, const T* b, std::int64_t b_row,
              std::int64_t b_col)
      : k_(k), n_(n), b_(b), b_row_(b_row), b_col_(b_col) {
    if (panels_pay && steps >= enough_steps) packed_.emplace(k, n, b, b_row, b_col);
  }

  /// Rows of `a` lie without gaps, as those of `out`.
  void operator()(std::int64_t rows, const T* a, T* out, bool onto) const {
    if (packed_) return packed_->multiply(rows, a, k_, out, n_, onto);
    multiply(Product<T>{rows, n_, k_, out, a, k_, 1, b_, b_row_, b_col_, onto});
  }

 private:
  static constexpr std::int64_t enough_steps = 4;
  std::int64_t k_, n_;
  const T* b_;
  std::int64_t b_row_, b_col_;
  std::optional<PackedFactor<T>> packed_;
};

/// One sequence of steps, as pointers.
template <class T>
class Sequence {
 public:
  Sequence(const Steps& s, const Recurrence& r)
      : cell_(r.cell),
        reverse_(r.reverse),
        count_(s.states.layout->shape()[0]),
        batch_(s.states.layout->shape()[1]),
        size_(s.states.layout->shape()[2]),
        width_(gates_of(r.cell) * size_),
        states_(s.states.as<T>()),
        second_(s.second.as<T>()),
        gates_(s.gates.as<T>()),
        hidden_(r.hidden.as<const T>()),
        cells_(data_of<const T>(r.cells)),
        weight_(r.weight.as<const T>()),
        bias_(data_of<const T>(r.bias)),
        lengths_(data_of<const std::int64_t>(r.lengths)) {}

  std::int64_t count() const { return count_; }
  std::int64_t batch() const { return batch_; }
  std::int64_t size() const { return size_; }
  std::int64_t width() const { return width_; }
  const T* hidden() const { return hidden_; }
  const T* states() const { return states_; }
  bool reverse() const { return reverse_; }

  /// The k-th step that is done.
  std::int64_t step(std::int64_t k) const { return reverse_ ? count_ - 1 - k : k; }
  bool ended(std::int64_t t, std::int64_t row) const { return lengths_ && t >= lengths_[row]; }
  bool has_second() const { return cell_ == Cell::lstm || cell_ == Cell::gru; }

  RowOfStep<T> row(std::int64_t k, std::int64_t row) const {
    const std::int64_t t = step(k) * batch_ + row;
    const std::int64_t before = k == 0 ? row : step(k - 1) * batch_ + row;
    const T* const cells = k == 0 ? cells_ : second_;
    return {size_,
            gates_ + t * width_,
            states_ + t * size_,
            has_second() ? second_ + t * size_ : nullptr,
            (k == 0 ? hidden_ : states_) + before * size_,
            cells && cell_ == Cell::lstm ? cells + before * size_ : nullptr};
  }

  /// What turns states into gates, and gradients of gates into those of states.
  StepProduct<T> to_gates() const { return {count_, size_, width_, weight_, 1, size_}; }
  StepProduct<T> to_states() const { return {count_, width_, size_, weight_, size_, 1}; }

  void forward(std::int64_t begin, std::int64_t end, const StepProduct<T>& to_gates,
               T* scratch) const {
    for (std::int64_t k = 0; k < count_; ++k) {
      add_product(row(k, begin), end - begin, to_gates, scratch);
      for (std::int64_t i = begin; i < end; ++i) {
        const RowOfStep<T> s = row(k, i);
        if (ended(step(k), i)) {
          std::copy_n(s.before, size_, s.state);
          if (cell_ == Cell::lstm) std::copy_n(s.second_before, size_, s.second);
        } else {
          step_of(s);
        }
      }
    }
  }

  void back(const RowOfStep<T>& s, const RowBack<T>& b) const {
    switch (cell_) {
      case Cell::tanh:
        return tanh_back(s, b);
      case Cell::relu:
        return relu_back(s, b);
      case Cell::gru:
        return gru_back(s, b);
      case Cell::lstm:
        return lstm_back(s, b);
    }
  }

  Cell cell() const { return cell_; }

 private:
  /// Gates of the rows from `first` on += state @ weight^T. Of a gru's new gate into `second`.
  void add_product(const RowOfStep<T>& first, std::int64_t rows, const StepProduct<T>& to_gates,
                   T* scratch) const {
    const bool apart = cell_ == Cell::gru;
    to_gates(rows, first.before, apart ? scratch : first.gates, !apart);
    if (!apart) return;
    const auto add = [](const auto& a, const auto& b) { return a + b; };
    for (std::int64_t i = 0; i < rows; ++i) {
      T* const made = scratch + i * width_;
      if (bias_) map_row(made, width_, add, static_cast<const T*>(made), bias_);
      T* const gates = first.gates + i * width_;
      map_row(gates, 2 * size_, add, static_cast<const T*>(gates), static_cast<const T*>(made));
      std::copy_n(made + 2 * size_, size_, first.second + i * size_);
    }
  }

  void step_of(const RowOfStep<T>& s) const {
    switch (cell_) {
      case Cell::tanh:
        return tanh_step(s);
      case Cell::relu:
        return relu_step(s);
      case Cell::gru:
        return gru_step(s);
      case Cell::lstm:
        return lstm_step(s);
    }
  }

  Cell cell_;
  bool reverse_;
  std::int64_t count_, batch_, size_, width_;
  T *states_, *second_, *gates_;
  const T *hidden_, *cells_, *weight_, *bias_;
  const std::int64_t* lengths_;
};

/// f(begin, end, scratch) for blocks of rows; OpenBLAS is alone in each thread, so that its sums
/// don't depend on how many there are.
template <class T, class F>
void each_block(const Sequence<T>& all, std::int64_t room, const F& f) {
  blas_has_memory(0);  // opened, if it can be
  const std::int64_t rows = std::min(all.batch(), rows_of_block);
  parallel_for(all.batch(), rows, [&](std::int64_t begin, std::int64_t end) {
    const AloneInBlas alone;
    const Scratch<T> scratch(room * rows);
    for (std::int64_t i = begin; i < end; i += rows) f(i, std::min(end, i + rows), scratch.get());
  });
}

/// What flows back through a block of rows, from the last step to the first.
template <class T>
struct Backwards {
  const Sequence<T>& all;
  const StepProduct<T> to_states;
  const T *g_states, *g_cells;
  T *gates, *within, *hidden, *cells;

  /// carry and, of an lstm, carry_second are the gradients of the states between two steps.
  void block(std::int64_t begin, std::int64_t end, T* scratch) const {
    const std::int64_t n = all.size(), rows = end - begin;
    T* const g = scratch;
    T* const g_second = g + rows * n;
    T* const spare = g_second + rows * n;
    std::fill_n(g, 2 * rows * n, T(0));
    for (std::int64_t k = all.count(); k-- > 0;) {
      const std::int64_t at = all.step(k) * all.batch() + begin;
      if (g_states) add(g, g_states + at * n, rows * n);
      if (g_cells) add(g_second, g_cells + at * n, rows * n);
      for (std::int64_t i = 0; i < rows; ++i) row(k, begin + i, g + i * n, g_second + i * n, spare);
      to_states(rows, within + at * all.width(), g, true);
    }
    std::copy_n(g, rows * n, hidden + begin * n);
    if (cells) std::copy_n(g_second, rows * n, cells + begin * n);
  }

 private:
  static void add(T* to, const T* more, std::int64_t n) {
    map_row(
        to, n, [](const auto& a, const auto& b) { return a + b; }, static_cast<const T*>(to), more);
  }

  void row(std::int64_t k, std::int64_t i, T* g, T* g_second, T* spare) const {
    const std::int64_t at = (all.step(k) * all.batch() + i) * all.width();
    if (all.ended(all.step(k), i)) {
      std::fill_n(gates + at, all.width(), T(0));
      std::fill_n(within + at, all.width(), T(0));
    } else {
      all.back(all.row(k, i), {g, g_second, gates + at, within + at, g, g_second, spare});
    }
  }
};

/// The product of what flows to the gates and the states that steps began with.
template <class T>
void to_weight(T* out, const T* within, const Sequence<T>& all) {
  const std::int64_t n = all.size(), width = all.width(), rows = all.batch();
  const std::int64_t rest = (all.count() - 1) * rows;
  const std::int64_t begun = all.reverse() ? 0 : rows;  // the rows of the steps but the first
  const std::int64_t left = all.reverse() ? rows : 0;   // what these began with
  const std::int64_t first = all.step(0) * rows;
  multiply(Product<T>{width, n, rows, out, within + first * width, 1, width, all.hidden(), n, 1});
  if (rest == 0) return;
  multiply(Product<T>{width, n, rest, out, within + begun * width, 1, width,
                      all.states() + left * n, n, 1, true});
}

template <class T>
void backward(const RecurrentGradients& to, const Ref* g_states, const Ref* g_cells,
              const Steps& steps, const Recurrence& r) {
  const Sequence<T> all(steps, r);
  T* const within = r.cell == Cell::gru ? to.within.as<T>() : to.gates.as<T>();
  const Backwards<T> back{all,
                          all.to_states(),
                          data_of<const T>(g_states),
                          data_of<const T>(g_cells),
                          to.gates.as<T>(),
                          within,
                          to.hidden.as<T>(),
                          r.cell == Cell::lstm ? to.cells.as<T>() : nullptr};
  each_block(all, 3 * all.size(), [&](std::int64_t begin, std::int64_t end, T* scratch) {
    back.block(begin, end, scratch);
  });
  to_weight(to.weight.as<T>(), within, all);
}

}  // namespace

void recurrent(const Steps& steps, const Recurrence& r) {
  dispatch_known_floating(steps.states.dtype, [&]<class T>(std::type_identity<T>) {
    const Sequence<T> all(steps, r);
    const StepProduct<T> to_gates = all.to_gates();
    each_block(all, r.cell == Cell::gru ? all.width() : 0,
               [&](std::int64_t begin, std::int64_t end, T* scratch) {
                 all.forward(begin, end, to_gates, scratch);
               });
  });
}

void recurrent_back(const RecurrentGradients& to, const Ref* g_states, const Ref* g_cells,
                    const Steps& steps, const Recurrence& r) {
  dispatch_known_floating(steps.states.dtype, [&]<class T>(std::type_identity<T>) {
    backward<T>(to, g_states, g_cells, steps, r);
  });
}

}  // namespace tapegrad::kernels
