#include "ops/sequence/recurred.hpp"

#include <optional>
#include <vector>

#include "autograd/several.hpp"
#include "kernels/copy.hpp"
#include "kernels/recurrent.hpp"
#include "ops/composed.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// A tensor row-major, as a kernel takes it, or nothing.
class Dense {
 public:
  explicit Dense(const Tensor& x) : x_(x.defined() ? x.contiguous() : x) {
    if (x_.defined()) ref_ = ref(x_);
  }
  const Ref* get() const { return ref_ ? &*ref_ : nullptr; }
  const Ref& operator*() const { return *ref_; }

 private:
  Tensor x_;
  std::optional<Ref> ref_;
};

struct Way {
  Cell cell;
  bool reverse;
};

/// What flows to gates, to the products with the states, to hidden, cells and weight.
struct RecurrentToInputs {
  static constexpr std::string_view name = "recurrent_to_inputs";
  static constexpr bool takes_undefined = true;
  Way way;

  std::vector<Meta> results(const Tensor&, const Tensor&, const Tensor& states, const Tensor&,
                            const Tensor& gates, const Tensor& hidden, const Tensor&,
                            const Tensor& weight, const Tensor&) const {
    const DType dtype = states.dtype();
    return {like(gates),
            {dtype, way.cell == Cell::gru ? gates.shape() : Shape{0}},
            like(hidden),
            {dtype, way.cell == Cell::lstm ? hidden.shape() : Shape{0}},
            like(weight)};
  }
  void into(Outputs outs, const Tensor& g_states, const Tensor& g_cells, const Tensor& states,
            const Tensor& second, const Tensor& gates, const Tensor& hidden, const Tensor& cells,
            const Tensor& weight, const Tensor& lengths) const {
    if (states.numel() == 0) {
      for (const Tensor& out : outs) fill(ref(out), 0);
      return;
    }
    const Dense gs(g_states), gc(g_cells), h(hidden), c(cells), w(weight), l(lengths);
    recurrent_back({ref(outs[0]), ref(outs[1]), ref(outs[2]), ref(outs[3]), ref(outs[4])}, gs.get(),
                   gc.get(), {ref(states), ref(second), ref(gates)},
                   {way.cell, way.reverse, *h, c.get(), *w, nullptr, l.get()});
  }
};

/// Step by step, of public operations; x are the inputs of Recurring.
std::vector<Tensor> composed(const Way& way, const std::vector<Tensor>& x) {
  const std::int64_t steps = x[0].size(0);
  Tensor h = x[1], c = x[2];
  std::vector<Tensor> states(static_cast<std::size_t>(steps)), cells = states;
  for (std::int64_t k = 0; k < steps; ++k) {
    const std::int64_t t = way.reverse ? steps - 1 - k : k;
    const Tensor in = x[0].select(0, t);
    Tensor product = matmul(h, x[3].t());
    if (x[4].defined()) product = product + x[4];
    Tensor next, next_cell;
    if (way.cell == Cell::lstm) {
      const auto a = chunk(in + product, 4, 1);
      next_cell = sigmoid(a[1]) * c + sigmoid(a[0]) * tanh(a[2]);
      next = sigmoid(a[3]) * tanh(next_cell);
    } else if (way.cell == Cell::gru) {
      const auto a = chunk(in, 3, 1), b = chunk(product, 3, 1);
      const Tensor fresh = tanh(a[2] + sigmoid(a[0] + b[0]) * b[2]);
      next = fresh + sigmoid(a[1] + b[1]) * (h - fresh);
    } else {
      next = way.cell == Cell::relu ? relu(in + product) : tanh(in + product);
    }
    const Tensor goes_on = x[5].defined() ? (x[5] > t).unsqueeze(1) : Tensor();
    const auto held = [&](const Tensor& now, const Tensor& before) {
      return goes_on.defined() ? where(goes_on, now, before) : now;
    };
    states[static_cast<std::size_t>(t)] = h = held(next, h);
    if (way.cell == Cell::lstm) cells[static_cast<std::size_t>(t)] = c = held(next_cell, c);
  }
  if (way.cell != Cell::lstm) return {stack(states)};
  return {stack(states), stack(cells)};
}

/// Inputs: gates, hidden, cells, weight, bias, lengths. Results: states, what Steps calls second,
/// gates.
struct Recurring {
  static constexpr bool takes_undefined = true;
  static constexpr Needs saves(Needs) { return save_inputs | save_output; }
  Way way;
  explicit Recurring(const Way& w) : way(w) {}

  std::vector<Meta> results(const Tensor& gates, const Tensor& hidden, const Tensor&, const Tensor&,
                            const Tensor&, const Tensor&) const {
    const Shape states{gates.size(0), gates.size(1), hidden.size(1)};
    const bool has_second = way.cell == Cell::lstm || way.cell == Cell::gru;
    return {{gates.dtype(), states},
            {gates.dtype(), has_second ? states : Shape{0}},
            {gates.dtype(), gates.shape()}};
  }
  void into(Outputs outs, const Tensor& gates, const Tensor& hidden, const Tensor& cells,
            const Tensor& weight, const Tensor& bias, const Tensor& lengths) const {
    if (outs[0].numel() == 0) return;
    copy(ref(outs[2]), ref(gates));
    const Dense h(hidden), c(cells), w(weight), b(bias), l(lengths);
    recurrent({ref(outs[0]), ref(outs[1]), ref(outs[2])},
              {way.cell, way.reverse, *h, c.get(), *w, b.get(), l.get()});
  }
  Grads vjp(const SavedResults& s, std::span<const Tensor> gs) const {
    const bool has_cells = way.cell == Cell::lstm;
    const Tensor g_cells = has_cells ? gs[1] : Tensor();
    if (recording()) {
      return Grads(composed_gradients(
          s, {gs[0], g_cells}, [&](const std::vector<Tensor>& x) { return composed(way, x); }));
    }
    const std::vector<Tensor> all =
        untaped_several(RecurrentToInputs{way}, gs[0], g_cells, s.result(0), s.result(1),
                        s.result(2), s[1], s[2], s[3], s[5]);
    const Tensor to_bias = s.needs(4) ? sum(all[1], {0, 1}) : Tensor();
    return Grads(std::vector<Tensor>{all[0], all[2], all[3], all[4], to_bias, Tensor()});
  }
};

struct Rnn : Recurring {
  static constexpr std::string_view name = "rnn";
  using Recurring::Recurring;
  void attributes(AttributeList& list) const {
    list("nonlinearity", std::string_view(way.cell == Cell::relu ? "relu" : "tanh"));
    list("reverse", way.reverse);
  }
};
struct Gru : Recurring {
  static constexpr std::string_view name = "gru";
  using Recurring::Recurring;
  void attributes(AttributeList& list) const { list("reverse", way.reverse); }
};
struct Lstm : Recurring {
  static constexpr std::string_view name = "lstm";
  using Recurring::Recurring;
  void attributes(AttributeList& list) const { list("reverse", way.reverse); }
};

Cell cell_of(nn::RecurrentCell cell) {
  switch (cell) {
    case nn::RecurrentCell::rnn_tanh:
      return Cell::tanh;
    case nn::RecurrentCell::rnn_relu:
      return Cell::relu;
    case nn::RecurrentCell::gru:
      return Cell::gru;
    default:
      return Cell::lstm;
  }
}

}  // namespace

nn::RecurrentSteps recurred(nn::RecurrentCell cell, const Tensor& gates, const Tensor& hidden,
                            const Tensor& cells, const Tensor& weight,
                            const nn::RecurrentOptions& options) {
  const Way way{cell_of(cell), options.reverse};
  const auto run = [&](auto op) {
    return apply_several(op, gates, hidden, cells, weight, options.bias, options.lengths);
  };
  if (way.cell == Cell::lstm) {
    const std::vector<Tensor> all = run(Lstm(way));
    return {all[0], all[1]};
  }
  return {(way.cell == Cell::gru ? run(Gru(way)) : run(Rnn(way)))[0], {}};
}

}  // namespace tapegrad
