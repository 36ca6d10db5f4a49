// What LBFGS remembers as named tensors, and back.
#include <memory>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "optim/numbers.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/optim/lbfgs.hpp"

namespace tapegrad::optim {
namespace {

std::string numbered(std::string_view name, std::size_t i) { return fmt::format("{}.{}", name, i); }

/// The entry, of that shape and type.
Tensor entry(const StateDict& state, const std::string& name, const Shape& shape, DType dtype) {
  const Tensor* x = state.find(name);
  check<Error>(x != nullptr, "load_state_dict: no entry \"state.all.{}\"; nothing was loaded",
               name);
  check<ShapeError>(x->shape() == shape,
                    "load_state_dict: \"state.all.{}\" has shape {}, this optimizer needs {}; "
                    "nothing was loaded",
                    name, x->shape(), shape);
  check<DTypeError>(x->dtype() == dtype,
                    "load_state_dict: \"state.all.{}\" is {}, this optimizer needs {}; nothing was "
                    "loaded",
                    name, x->dtype(), dtype);
  return x->clone();
}

}  // namespace

StateDict LBFGS::memory_of_all() const {
  StateDict state;
  const Memory& m = memory_;
  state.insert("n_iter", scalar(m.n_iter, int64));
  state.insert("func_evals", scalar(m.func_evals, int64));
  if (m.n_iter == 0) return state;
  state.insert("t", scalar(m.t, float64));
  state.insert("H_diag", scalar(m.h_diag, float64));
  state.insert("prev_loss", scalar(m.prev_loss, float64));
  state.insert("d", m.d);
  state.insert("prev_flat_grad", m.prev_flat_grad);
  state.insert("ro", Tensor::from_vector(std::vector(m.ro)));
  for (std::size_t i = 0; i < m.ro.size(); ++i) {
    state.insert(numbered("old_dirs", i), m.old_dirs[i]);
    state.insert(numbered("old_stps", i), m.old_stps[i]);
  }
  return state;
}

std::function<void()> LBFGS::memory_of_all_from(const StateDict& state) {
  const auto m = std::make_shared<Memory>();
  const auto integer = [&](const std::string& name) {
    return entry(state, name, {}, int64).item<std::int64_t>();
  };
  const auto number = [&](const std::string& name) {
    return entry(state, name, {}, float64).item<double>();
  };
  std::int64_t size = 0;
  for (const Slot& slot : slots_of(0)) size += slot.parameter.numel();
  const auto vector = [&](const std::string& name) {
    return entry(state, name, {size}, slots_of(0)[0].parameter.dtype());
  };
  m->n_iter = integer("n_iter");
  m->func_evals = integer("func_evals");
  std::size_t entries = 2;
  if (m->n_iter > 0) {
    m->t = number("t");
    m->h_diag = number("H_diag");
    m->prev_loss = number("prev_loss");
    m->d = vector("d");
    m->prev_flat_grad = vector("prev_flat_grad");
    const Tensor* ro = state.find("ro");
    const std::int64_t known = ro && ro->dim() == 1 ? ro->shape()[0] : 0;
    m->ro = entry(state, "ro", {known}, float64).to_vector<double>();
    for (std::size_t i = 0; i < m->ro.size(); ++i) {
      m->old_dirs.push_back(vector(numbered("old_dirs", i)));
      m->old_stps.push_back(vector(numbered("old_stps", i)));
    }
    entries += 6 + 2 * m->ro.size();
  }
  check<Error>(
      state.size() == entries,
      "load_state_dict: \"state.all\" has {} entries, this optimizer needs {}; nothing was "
      "loaded",
      state.size(), entries);
  return [this, m] { memory_ = std::move(*m); };
}

}  // namespace tapegrad::optim
