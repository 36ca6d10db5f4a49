// Where random numbers come from: seeds, and how many calls have drawn.
#include "autograd/mode.hpp"
#include "core/check.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad {
namespace {

using State = std::shared_ptr<detail::RandomState>;

/// The state is what `now` gives, from here on; in each run, where a program is captured.
template <class Now>
void become(const State& state, const Now& now) {
  if (!detail::called_in_runs("manual_seed", {}, [=] { *state = now(); })) *state = now();
}

}  // namespace

Generator& default_generator() {
  static Generator generator = [] {
    // Whoever captures asks for it first, perhaps; it isn't made again in each run.
    const ModeGuard outside(Mode::silent);
    return Generator();
  }();
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().manual_seed(seed); }

Generator::Generator(std::uint64_t seed) : state_(std::make_shared<detail::RandomState>(seed)) {
  if (capturing()) become(state_, [seed] { return detail::RandomState(seed); });
}

Generator::Generator(const Generator& other)
    : state_(std::make_shared<detail::RandomState>(*other.state_)) {
  if (capturing()) *this = other;
}

Generator& Generator::operator=(const Generator& other) {
  if (this != &other) become(state_, [theirs = other.state_] { return *theirs; });
  return *this;
}

void Generator::manual_seed(std::uint64_t seed) {
  become(state_, [seed] { return detail::RandomState(seed); });
}

Tensor Generator::get_state() const {
  check<Error>(!capturing(),
               "get_state: in a captured function this would be the state of now, seed {}, in each "
               "run; keep it before",
               state_->seed);
  return Tensor::from_vector<std::int64_t>(
      {static_cast<std::int64_t>(state_->seed), static_cast<std::int64_t>(state_->calls.load())});
}

void Generator::set_state(const Tensor& state) {
  check_defined("set_state", state);
  check<ShapeError>(state.shape() == Shape{2},
                    "set_state: needs what get_state() gave, of shape [2]: got {}", state.shape());
  check<DTypeError>(state.dtype() == int64, "set_state: needs what get_state() gave, of int64: {}",
                    state.dtype());
  const std::vector<std::int64_t> values = state.to_vector<std::int64_t>();
  const auto seed = static_cast<std::uint64_t>(values[0]);
  const auto calls = static_cast<std::uint64_t>(values[1]);
  become(state_, [=] { return detail::RandomState(seed, calls); });
}

}  // namespace tapegrad
