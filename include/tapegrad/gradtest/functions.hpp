// Functions of whatever has data() and size(), or of plain numbers, as the problems that checks
// solve.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tapegrad/gradtest/forms.hpp"
#include "tapegrad/gradtest/options.hpp"

namespace tapegrad::gradtest::detail {

/// A function of what is like x, by itself.
template <class F, class X>
class FunctionOf : public Problem {
 public:
  FunctionOf(F& f, const X& point, const Options& options) : f_(f), point_(point) {
    x = flat(point);
    written_ = options.outputs > 0 ? options.outputs : x.size();
  }
  Values value(const Values& at) override { return value_at(f_, point_, at, written_); }
  Values derivative(const Values&, double) override { return {}; }
  /// How many values it writes where it returns none.
  std::size_t written() const { return written_; }

 protected:
  F& f_;
  const X& point_;
  std::size_t written_;
};

/// A function and its derivative.
template <class F, class D, class X>
class DerivativeOf final : public FunctionOf<F, X> {
 public:
  DerivativeOf(F& f, D& df, const X& point, const Options& options)
      : FunctionOf<F, X>(f, point, options), derivative_(df) {}
  Values value(const Values& at) override {
    Values y = FunctionOf<F, X>::value(at);
    if (outputs_ == 0) outputs_ = y.size();
    return y;
  }
  /// After a value: its size is known then.
  Values derivative(const Values& at, double filled) override {
    return derivative_at(derivative_, this->point_, at, outputs_, at.size(), filled,
                         this->changed_x);
  }

 private:
  D& derivative_;
  std::size_t outputs_ = 0;
};

/// The sum of a function's outputs times those of a cotangent, whose gradient vjp(x, v) gives.
template <class F, class V, class X, class Y>
class RowTimes final : public FunctionOf<F, X> {
 public:
  RowTimes(F& f, V& vjp, const X& point, const Y& cotangent, const Y& opposite,
           const Options& options)
      : FunctionOf<F, X>(f, point, options),
        vjp_(vjp),
        cotangent_(cotangent),
        opposite_(opposite),
        weights_(flat(cotangent)) {}
  Values value(const Values& at) override {
    const Values y = FunctionOf<F, X>::value(at);
    if (y.size() != weights_.size()) return {};
    double total = 0;
    for (std::size_t i = 0; i < y.size(); ++i) total += y[i] * weights_[i];
    return Values(1, total);
  }
  Values derivative(const Values& at, double filled) override {
    return derivative_at(vjp_, this->point_, at, at.size(), 1, filled, this->changed_x, cotangent_);
  }
  Values opposite() override {
    return derivative_at(vjp_, this->point_, this->x, this->x.size(), 1, NAN, this->changed_x,
                         opposite_);
  }
  std::string output_name(std::size_t) const override { return "(v * f)"; }

 private:
  V& vjp_;
  const Y& cotangent_;
  const Y& opposite_;
  Values weights_;
};

/// A function along a tangent u, whose slopes jvp(x, u) gives.
template <class F, class J, class X>
class TimesColumn final : public Problem {
 public:
  TimesColumn(F& f, J& jvp, const X& start, const X& tangent, const X& opposite,
              const Options& options)
      : f_(f),
        jvp_(jvp),
        start_(start),
        tangent_(tangent),
        opposite_(opposite),
        from_(flat(start)),
        along_(flat(tangent)),
        written_(options.outputs > 0 ? options.outputs : from_.size()) {
    x = Values(1, 0.0);
  }
  Values value(const Values& t) override {
    Values y = value_at(f_, start_, point(t[0]), written_);
    if (outputs_ == 0) outputs_ = y.size();
    return y;
  }
  Values derivative(const Values& t, double filled) override {
    return derivative_at(jvp_, start_, point(t[0]), outputs_, 1, filled, changed_x, tangent_);
  }
  Values opposite() override {
    return derivative_at(jvp_, start_, from_, outputs_, 1, NAN, changed_x, opposite_);
  }
  std::string input_name(std::size_t) const override { return "u"; }

 private:
  Values point(double t) const {
    Values at = from_;
    for (std::size_t i = 0; i < at.size(); ++i) at[i] += t * along_[i];
    return at;
  }

  F& f_;
  J& jvp_;
  const X& start_;
  const X& tangent_;
  const X& opposite_;
  Values from_, along_;
  std::size_t written_, outputs_ = 0;
};

}  // namespace tapegrad::gradtest::detail
