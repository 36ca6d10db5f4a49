// What a function of tensors does, captured once and run again: no operation is dispatched, no
// memory asked for and no tape written in a run.
//
//   tg::Program step = tg::capture([&](const tg::Tensor& x, const tg::Tensor& y) {
//     const tg::Tensor loss = tg::nn::mse_loss(model.forward(x), y);
//     sgd.zero_grad();
//     loss.backward();
//     sgd.step();
//     return loss;
//   }, {{64, 10}, {64, 1}});
//   for (const auto& [x, y] : batches) losses.push_back(step(x, y));
//
// A run does what the function would do if it were called then, to the bit: it changes parameters,
// gradients and the memories of optimizers, reads learning rates and what else was there before the
// capture as they are by then, and draws new random numbers. What the function decides in C++ is
// decided once, when it is captured: its loops and branches, the shapes, and the numbers that it
// computes beside tensors. docs/programs.md has the rules.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/graph.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// What a program is fed with: a shape, and float32 unless something else is said.
struct Feed {
  Shape shape;
  DType dtype = float32;

  Feed(Shape extents, DType type = float32) : shape(std::move(extents)), dtype(type) {}
  Feed(std::initializer_list<AsInteger> extents) : shape(Dims(extents)) {}
  /// The shape and the type of an example.
  Feed(const Tensor& like) : shape(like.shape()), dtype(like.dtype()) {}
};

struct ProgramStats {
  /// What the function did, and what of it a run does: without what nobody reads, and what
  /// was computed before.
  std::size_t captured_steps = 0;
  std::size_t steps = 0;
  /// How many of these are several operations in one, which work on one piece after another.
  std::size_t fused_steps = 0;
  /// Of the values between the steps, all together; and of the memory that they share.
  std::size_t value_bytes = 0;
  std::size_t arena_bytes = 0;
};

/// A captured function. Copies are one program. Threads may share it: runs that change nothing go
/// on at the same time, others follow one another. It holds the tensors that it was captured with;
/// modules and optimizers must live as long as it runs, and whatever else the function refers to
/// where the function is called again, which is where other shapes are fed for the first time.
class Program {
 public:
  using Function = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

  /// What capture() makes.
  Program(Function f, const std::vector<Feed>& feeds);

  /// The results, outside the tape; they stay as they are when the program runs again. Feeds of
  /// other shapes or types than all before are captured first. Throws Error for another number of
  /// feeds, and where a run would not do what the function would do now: a tensor of the capture
  /// was given other memory or another place on the tape, a module another mode or other parts, a
  /// module or an optimizer is gone, anomaly mode is on. What an operation throws is passed on;
  /// what came before it has been done.
  ///   Within a captured function it is a part of that, of tensors of a graph a part of it.
  std::vector<Tensor> run(const std::vector<Tensor>& feeds) const;

  /// run() of a function with one result, or with none, which gives an undefined tensor. Throws
  /// Error for one with several.
  template <std::same_as<Tensor>... X>
  Tensor operator()(const X&... feeds) const {
    const std::array<const Tensor*, sizeof...(X)> pointers{&feeds...};
    return run_for_one(pointers);
  }

  /// The steps as a list, one on a line, for feeds as they were captured last:
  ///   %4 = linear(feed 0, weight, bias) : float32 [64, 1]
  std::string text() const;
  /// The same steps with their inputs, for Writer::add_graph(), and as a Graphviz digraph. Names
  /// are unique; feeds are called "feed_0".
  std::vector<TapeRecord> operations() const;
  std::string dot() const;
  /// Of the same steps; zeros before anything was captured.
  ProgramStats stats() const;

 private:
  struct Impl;
  Tensor run_for_one(std::span<const Tensor* const> feeds) const;

  std::shared_ptr<Impl> impl_;
};

/// Whether this thread is within capture(), where tensors have shapes and no values.
bool capturing();

namespace detail {

inline std::vector<Tensor> list_of(Tensor&& x) { return {std::move(x)}; }
inline std::vector<Tensor> list_of(std::vector<Tensor>&& list) { return std::move(list); }
template <class... T>
std::vector<Tensor> list_of(std::tuple<T...>&& all) {
  return std::apply([](auto&... x) { return std::vector<Tensor>{x...}; }, all);
}
template <class A, class B>
std::vector<Tensor> list_of(std::pair<A, B>&& both) {
  return {both.first, both.second};
}

template <class F, class... X>
std::vector<Tensor> results_as_list(const F& f, const X&... x) {
  if constexpr (std::is_void_v<std::invoke_result_t<const F&, const X&...>>) {
    f(x...);
    return {};
  } else {
    return list_of(f(x...));
  }
}

/// f of as many tensors as it takes, the fewest.
template <std::size_t n, class F>
constexpr bool takes = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::is_invocable_v<const F&, std::enable_if_t<(i + 1 > 0), const Tensor&>...>;
}
(std::make_index_sequence<n>());
inline constexpr std::size_t most_arguments = 12;
template <class F, std::size_t n = 0>
constexpr std::size_t arity() {
  if constexpr (takes<n, F> || n > most_arguments) {
    return n;
  } else {
    return arity<F, n + 1>();
  }
}

[[noreturn]] void refuse_feeds(std::size_t taken, std::size_t given);

template <class F>
Program::Function function_of(F f) {
  if constexpr (std::is_invocable_v<const F&, const std::vector<Tensor>&>) {
    return [f = std::move(f)](const std::vector<Tensor>& x) { return results_as_list(f, x); };
  } else {
    constexpr std::size_t count = arity<F>();
    static_assert(
        count <= most_arguments,
        "the function takes neither some tensors, 12 at most, nor a list of them: write it "
        "for const tg::Tensor&, or for a const std::vector<tg::Tensor>&");
    return [f = std::move(f)](const std::vector<Tensor>& x) {
      if (x.size() != count) refuse_feeds(count, x.size());
      return [&]<std::size_t... i>(std::index_sequence<i...>) {
        if constexpr (takes<count, F>)
          return results_as_list(f, x[i]...);
        else
          return std::vector<Tensor>();
      }
      (std::make_index_sequence<count>());
    };
  }
}

/// For what changes more than tensors, like an optimizer: in a capture, `again` is called in each
/// run, at its place among the steps, and changes the tensors of `changed`; outside of one this
/// does nothing and gives false.
bool called_in_runs(std::string_view name, const std::vector<Tensor>& changed,
                    std::function<void()> again);
/// The same for zero_grad(): from here on these leaves have no gradients.
bool cleared_in_runs(const std::vector<Tensor>& leaves, std::function<void()> again);
/// For modules: who says whether a module holds a tensor, and what stands still while they do.
void ask_owners(bool (*owns)(const Tensor& x), const std::atomic<std::uint64_t>& changes);
/// A run is refused where `holds` is false by then; `message` says why.
void required_in_runs(std::function<bool()> holds, std::string message);

}  // namespace detail

/// Captures f, a function of tensors, or of a list of them, that gives a tensor, several in a
/// pair, tuple or list, or nothing. Nothing is computed or changed: f sees tensors of the shapes
/// and types of `feeds` that have no values yet. Without feeds, for an f that takes some, it is
/// captured when it is run for the first time. f is kept, for feeds of other shapes.
/// Throws Error, at the place in f, for what would not be the same in a run: reading a value
/// (item(), to_vector(), printing, a shape that depends on values), changing a feed in place,
/// reading a gradient that was there before; and what f throws.
template <class F>
Program capture(F f, const std::vector<Feed>& feeds = {}) {
  return Program(detail::function_of(std::move(f)), feeds);
}

}  // namespace tapegrad
