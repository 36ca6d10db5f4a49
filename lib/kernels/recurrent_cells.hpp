// What a cell does with a row of numbers in one step, and what flows back.
#pragma once

#include <cstdint>

#include "kernels/map.hpp"
#include "kernels/simd.hpp"

namespace tapegrad::kernels {

/// y[i] = f(x[i]...) of dense rows, y being one of them or none.
template <class T, class F, class... X>
void map_row(T* y, std::int64_t n, const F& f, const X*... x) {
  constexpr std::size_t count = sizeof...(X);
  std::array<std::int64_t, count> ones;
  ones.fill(1);
  VectorRow<T, count>::dense(f, y, {x...}, ones, n);
}

template <class T>
void sigmoid_row(T* y, std::int64_t n) {
  map_row(
      y, n, [](const auto& x) { return 1 / (1 + exp(-x)); }, y);
}

template <class T>
void tanh_row(T* y, std::int64_t n) {
  map_row(
      y, n, [](const auto& x) { return tanh(x); }, y);
}

/// One row of a step. `before` is the state that it began with.
template <class T>
struct RowOfStep {
  std::int64_t n;
  T* gates;
  T* state;
  T* second;
  const T* before;
  const T* second_before;
};

/// What flows back through a row. `g` and `g_second` are the gradients of what the step gave;
/// `carry`, of what it began with, gets what doesn't flow through the product.
template <class T>
struct RowBack {
  const T* g;
  const T* g_second;
  T* gates;
  T* within;
  T* carry;
  T* carry_second;
  T* scratch;  ///< n numbers
};

/// Of the gates' sums, to which the product with the state was added.
template <class T>
void tanh_step(const RowOfStep<T>& s) {
  tanh_row(s.gates, s.n);
  std::copy_n(s.gates, s.n, s.state);
}

template <class T>
void tanh_back(const RowOfStep<T>& s, const RowBack<T>& b) {
  map_row(
      b.gates, s.n, [](const auto& g, const auto& y) { return g * (1 - y * y); }, b.g, s.gates);
  std::fill_n(b.carry, s.n, T(0));
}

template <class T>
void relu_step(const RowOfStep<T>& s) {
  map_row(
      s.gates, s.n, [](const auto& x) { return maximum(x, constant(x, 0)); }, s.gates);
  std::copy_n(s.gates, s.n, s.state);
}

template <class T>
void relu_back(const RowOfStep<T>& s, const RowBack<T>& b) {
  const auto f = [](const auto& g, const auto& y) {
    return where(y <= constant(y, 0), constant(y, 0), g);
  };
  map_row(b.gates, s.n, f, b.g, s.gates);
  std::fill_n(b.carry, s.n, T(0));
}

/// The gates are input, forget, cell and output.
template <class T>
void lstm_step(const RowOfStep<T>& s) {
  const std::int64_t n = s.n;
  T* const in = s.gates;
  T* const out = in + 3 * n;
  sigmoid_row(in, 2 * n);
  tanh_row(in + 2 * n, n);
  sigmoid_row(out, n);
  const auto keep = [](const auto& c, const auto& i, const auto& f, const auto& g) {
    return f * c + i * g;
  };
  map_row(s.second, n, keep, s.second_before, in, in + n, in + 2 * n);
  map_row(
      s.state, n, [](const auto& o, const auto& c) { return o * tanh(c); }, out, s.second);
}

template <class T>
void lstm_back(const RowOfStep<T>& s, const RowBack<T>& b) {
  const std::int64_t n = s.n;
  const T* const in = s.gates;
  const T* const forget = in + n;
  const T* const cell = in + 2 * n;
  const T* const out = in + 3 * n;
  T* const shown = b.scratch;
  map_row(
      shown, n, [](const auto& c) { return tanh(c); }, s.second);
  const auto through = [](const auto& g, const auto& a, const auto& y) {
    return (g * a) * (y * (1 - y));
  };
  map_row(b.gates + 3 * n, n, through, b.g, shown, out);
  const auto to_cell = [](const auto& gc, const auto& g, const auto& o, const auto& t) {
    return gc + (g * o) * (1 - t * t);
  };
  map_row(shown, n, to_cell, b.g_second, b.g, out, shown);
  map_row(b.gates, n, through, shown, cell, in);
  map_row(b.gates + n, n, through, shown, s.second_before, forget);
  const auto to_new = [](const auto& g, const auto& i, const auto& c) {
    return (g * i) * (1 - c * c);
  };
  map_row(b.gates + 2 * n, n, to_new, shown, in, cell);
  map_row(
      b.carry_second, n, [](const auto& g, const auto& f) { return g * f; }, shown, forget);
  std::fill_n(b.carry, n, T(0));
}

/// The gates are reset, update and new. The product's share of the last is in `second`.
template <class T>
void gru_step(const RowOfStep<T>& s) {
  const std::int64_t n = s.n;
  T* const reset = s.gates;
  T* const fresh = reset + 2 * n;
  sigmoid_row(reset, 2 * n);
  map_row(
      fresh, n, [](const auto& x, const auto& r, const auto& h) { return tanh(x + r * h); }, fresh,
      reset, s.second);
  const auto mix = [](const auto& z, const auto& f, const auto& h) { return f + z * (h - f); };
  map_row(s.state, n, mix, reset + n, fresh, s.before);
}

template <class T>
void gru_back(const RowOfStep<T>& s, const RowBack<T>& b) {
  const std::int64_t n = s.n;
  const T* const reset = s.gates;
  const T* const update = reset + n;
  const T* const fresh = reset + 2 * n;
  const auto to_fresh = [](const auto& g, const auto& z, const auto& f) {
    return (g * (1 - z)) * (1 - f * f);
  };
  T* const gf = b.gates + 2 * n;
  map_row(gf, n, to_fresh, b.g, update, fresh);
  const auto to_update = [](const auto& g, const auto& z, const auto& h, const auto& f) {
    return (g * (h - f)) * (z * (1 - z));
  };
  map_row(b.gates + n, n, to_update, b.g, update, s.before, fresh);
  const auto through = [](const auto& g, const auto& h, const auto& r) {
    return (g * h) * (r * (1 - r));
  };
  map_row(b.gates, n, through, gf, s.second, reset);
  std::copy_n(b.gates, 2 * n, b.within);
  const auto times = [](const auto& g, const auto& r) { return g * r; };
  map_row(b.within + 2 * n, n, times, gf, reset);
  map_row(b.carry, n, times, b.g, update);
}

}  // namespace tapegrad::kernels
