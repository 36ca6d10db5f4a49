#include "kernels/ctc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/parallel.hpp"
#include "kernels/simd.hpp"

namespace tapegrad::kernels {
namespace {

constexpr double never = -std::numeric_limits<double>::infinity();
/// Rows of states are as long as whole batches of any instruction set, with states that nothing
/// reaches at both ends.
constexpr std::int64_t widest = 8, margin = 2;

using Doubles = std::vector<double>;

/// log(exp(a) + exp(b) + exp(c)).
template <class B>
B log_of_three(const B& a, const B& b, const B& c) {
  const B least = constant(a, never);
  const B two = maximum(a, b), low = minimum(a, b);
  const B most = maximum(two, c), other = minimum(two, c);
  const B shift = where(most == least, constant(a, 0), most);
  return most + log1p(exp(low - shift) + exp(other - shift));
}

/// The states of a row: blanks between, before and behind the letters of its text.
class States {
 public:
  States(const std::int64_t* text, std::int64_t letters, std::int64_t blank)
      : text_(text), blank_(blank), count_(2 * letters + 1) {
    width_ = (count_ + widest - 1) / widest * widest;
    jump_ = row();
    for (std::int64_t s = 3; s < count_; s += 2) {
      if (label(s) != label(s - 2)) jump_[place(s)] = 0;
    }
  }
  std::int64_t count() const { return count_; }
  std::int64_t label(std::int64_t s) const { return s % 2 == 0 ? blank_ : text_[s / 2]; }
  std::size_t length() const { return static_cast<std::size_t>(width_ + 2 * margin); }
  Doubles row() const { return Doubles(length(), never); }
  static std::size_t place(std::int64_t s) { return static_cast<std::size_t>(s + margin); }

  template <class T>
  void gather(double* to, const T* classes) const {
    const auto blank = static_cast<double>(classes[blank_]);
    for (std::int64_t s = 0; s < count_; s += 2) to[place(s)] = blank;
    for (std::int64_t s = 1; s < count_; s += 2) {
      to[place(s)] = static_cast<double>(classes[text_[s / 2]]);
    }
  }
  /// Before the first step: only the first blank and the first letter can be next.
  void begin(double* to) const {
    to[place(0)] = 0;
    if (count_ > 1) to[place(1)] = 0;
  }
  void end(double* to) const {
    to[place(count_ - 1)] = 0;
    if (count_ > 1) to[place(count_ - 2)] = 0;
  }
  /// From the states of a step to what reaches those of the next: stay, go on, or jump over the
  /// blank between letters that differ.
  void forwards(double* to, const double* from) const {
    each([&](std::int64_t s) {
      const auto at = [s](const double* x, std::int64_t k) { return load(x + place(s + k)); };
      store(to + place(s),
            log_of_three(at(from, 0), at(from, -1), at(from, -2) + at(jump_.data(), 0)));
    });
  }
  /// The same from what can still be reached.
  void backwards(double* to, const double* from) const {
    each([&](std::int64_t s) {
      const auto at = [s](const double* x, std::int64_t k) { return load(x + place(s + k)); };
      store(to + place(s),
            log_of_three(at(from, 0), at(from, 1), at(from, 2) + at(jump_.data(), 2)));
    });
  }
  /// to = a + b in all states.
  void add(double* to, const double* a, const double* b) const {
    each([&](std::int64_t s) { store(to + place(s), load(a + place(s)) + load(b + place(s))); });
  }
  /// to = exp(a + b + c).
  void exp_of_sum(double* to, const double* a, const double* b, double c) const {
    each([&](std::int64_t s) {
      store(to + place(s), exp(load(a + place(s)) + load(b + place(s)) + Batch<double>(c)));
    });
  }
  double at_end(const double* row) const {
    return log_of_three(row[place(count_ - 1)], count_ > 1 ? row[place(count_ - 2)] : never, never);
  }

 private:
  static Batch<double> load(const double* x) { return Batch<double>::load_unaligned(x); }
  static void store(double* to, const Batch<double>& x) { x.store_unaligned(to); }
  template <class F>
  void each(const F& f) const {
    constexpr auto step = static_cast<std::int64_t>(Batch<double>::size);
    for (std::int64_t s = 0; s < width_; s += step) f(s);
  }

  const std::int64_t* text_;
  std::int64_t blank_, count_, width_;
  Doubles jump_;  ///< 0 where a state may be reached from the one before the one before
};

/// Calls f(n, text of row n) for the rows of a batch, in several threads.
template <class F>
void each_row(const Aligned& a, const F& f) {
  std::vector<const std::int64_t*> texts(static_cast<std::size_t>(a.batch));
  const std::int64_t* next = a.targets;
  std::int64_t longest = 0;
  for (std::int64_t n = 0; n < a.batch; ++n) {
    texts[static_cast<std::size_t>(n)] = a.stride > 0 ? a.targets + n * a.stride : next;
    next += a.target_lengths[n];
    longest = std::max(longest, a.target_lengths[n]);
  }
  // A step of a state costs as much as some 40 elements of the fastest loops.
  const std::int64_t cost = std::max<std::int64_t>(1, a.steps) * (40 * (2 * longest + 1) + 1);
  parallel_for(a.batch, std::max<std::int64_t>(1, grain / cost),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t n = begin; n < end; ++n)
                   f(n, texts[static_cast<std::size_t>(n)]);
               });
}

/// Of a row without steps: right if there is nothing to say.
double loss_of_nothing(std::int64_t letters) { return letters == 0 ? 0 : -never; }

template <class T>
double loss_of(const T* row, const Aligned& a, std::int64_t steps, const States& states) {
  Doubles now = states.row(), reached = states.row(), classes = states.row();
  states.begin(reached.data());
  for (std::int64_t t = 0; t < steps; ++t) {
    if (t > 0) states.forwards(reached.data(), now.data());
    states.gather(classes.data(), row + t * a.batch * a.classes);
    states.add(now.data(), reached.data(), classes.data());
  }
  return -states.at_end(now.data());
}

/// x in all classes of all steps of a row.
template <class T>
void fill_row(T* out, const Aligned& a, T x) {
  for (std::int64_t t = 0; t < a.steps; ++t)
    std::fill_n(out + t * a.batch * a.classes, a.classes, x);
}

/// A row's forward variables of all steps, then its backward variables step by step. Gives the
/// loss; where that is infinite nothing is written.
template <class T>
double gradient_of(T* out, const T* row, double g, const Aligned& a, std::int64_t steps,
                   const States& states) {
  const std::int64_t stride = a.batch * a.classes;
  const std::size_t length = states.length();
  Doubles all(length * static_cast<std::size_t>(steps), never);
  Doubles reached = states.row(), classes = states.row(), share = states.row();
  const auto step = [&](std::int64_t t) {
    return all.data() + length * static_cast<std::size_t>(t);
  };
  states.begin(reached.data());
  for (std::int64_t t = 0; t < steps; ++t) {
    if (t > 0) states.forwards(reached.data(), step(t - 1));
    states.gather(classes.data(), row + t * stride);
    states.add(step(t), reached.data(), classes.data());
  }
  const double loss = -states.at_end(step(steps - 1));
  if (std::isinf(loss)) return loss;
  Doubles sums(static_cast<std::size_t>(a.classes), 0), left = states.row(), next = states.row();
  states.end(left.data());
  for (std::int64_t t = steps - 1; t >= 0; --t) {
    if (t < steps - 1) states.backwards(left.data(), next.data());
    states.exp_of_sum(share.data(), step(t), left.data(), loss);
    const auto sum_of = [&](std::int64_t s) -> double& {
      return sums[static_cast<std::size_t>(states.label(s))];
    };
    for (std::int64_t s = 0; s < states.count(); ++s) sum_of(s) += share[States::place(s)];
    T* to = out + t * stride;
    for (std::int64_t s = 0; s < states.count(); ++s) {
      to[states.label(s)] = static_cast<T>(-g * sum_of(s));
    }
    for (std::int64_t s = 0; s < states.count(); ++s) sum_of(s) = 0;
    states.gather(classes.data(), row + t * stride);
    states.add(next.data(), left.data(), classes.data());
  }
  return loss;
}

}  // namespace

void ctc_loss(Ref out, Ref log_probs, const Aligned& a) {
  dispatch_known_floating(log_probs.dtype, [&]<class T>(std::type_identity<T>) {
    each_row(a, [&](std::int64_t n, const std::int64_t* text) {
      const std::int64_t steps = a.input_lengths[n], letters = a.target_lengths[n];
      const double loss = steps == 0 ? loss_of_nothing(letters)
                                     : loss_of(log_probs.as<const T>() + n * a.classes, a, steps,
                                               States(text, letters, a.blank));
      out.as<T>()[n] = static_cast<T>(loss);
    });
  });
}

void ctc_loss_gradient(Ref out, Ref g, Ref log_probs, const Aligned& a) {
  dispatch_known_floating(log_probs.dtype, [&]<class T>(std::type_identity<T>) {
    each_row(a, [&](std::int64_t n, const std::int64_t* text) {
      T* const to = out.as<T>() + n * a.classes;
      fill_row(to, a, T(0));
      const T factor = g.as<const T>()[n];
      if (factor == 0) return;
      const std::int64_t steps = a.input_lengths[n], letters = a.target_lengths[n];
      const double loss = steps == 0 ? loss_of_nothing(letters)
                                     : gradient_of(to, log_probs.as<const T>() + n * a.classes,
                                                   static_cast<double>(factor), a, steps,
                                                   States(text, letters, a.blank));
      if (std::isinf(loss)) fill_row(to, a, std::numeric_limits<T>::quiet_NaN());
    });
  });
}

}  // namespace tapegrad::kernels
