#include "program/reading.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/gemv.hpp"
#include "kernels/ref.hpp"
#include "program/fused_steps.hpp"
#include "program/passes.hpp"
#include "program/pieces.hpp"

namespace tapegrad {
namespace {

// Inputs of the step: those of the first product, then of the group between both. Results: what the
// first product gives, what the steps between give, the second's.
enum Operand : std::size_t { matrix, weight, bias, products };

class ReadOnce final : public FusedSteps {
 public:
  ReadOnce(std::string names, Group group)
      : FusedSteps(std::move(names)), pool_(std::move(group)) {}

  void into(Outputs outs, Inputs inputs) const override {
    dispatch_known_floating(outs[0].dtype(), [&]<class T>(std::type_identity<T>) {
      run<T>(outs, inputs.first(products), inputs.subspan(products));
    });
  }

 private:
  template <class T>
  void run(Outputs outs, Inputs of_product, Inputs of_group) const {
    const Layout& x = impl_of(*of_product[matrix]).layout;
    const Tensor& r = outs[outs.size() - 2];
    T* const z = kernels::ref(outs[0]).as<T>();
    if (of_product[bias]->defined()) {
      std::fill_n(z, x.shape()[0], *kernels::ref(*of_product[bias]).as<const T>());
    }
    const auto between = [&](std::int64_t part) {
      std::unique_ptr<Pieces> pieces = pool_.take();
      pieces->run(part, of_group, outs.first(outs.size() - 1));
      pool_.give_back(std::move(pieces));
    };
    kernels::gemv_twice(
        kernels::TwoProducts<T>{.rows = x.shape()[0],
                                .columns = x.shape()[1],
                                .x = kernels::ref(*of_product[matrix]).as<const T>(),
                                .lead = x.strides()[0],
                                .w = kernels::ref(*of_product[weight]).as<const T>(),
                                .w_step = impl_of(*of_product[weight]).layout.strides()[1],
                                .z = z,
                                .onto = of_product[bias]->defined(),
                                .r = kernels::ref(r).as<const T>(),
                                .sums = kernels::ref(outs.back()).as<T>()},
        {&between, [](const void* f, std::int64_t part) {
           (*static_cast<const decltype(between)*>(f))(part);
         }});
  }

  const PiecesPool pool_;
};

/// By how many rows at a time both products can go over the matrix of the first; 0 if they can't.
std::int64_t rows_of(const Step& product) {
  const Tensor& x = product.inputs[matrix];
  const Layout& layout = impl_of(x).layout;
  const Shape& shape = layout.shape();
  if (shape.size() != 2 || layout.strides()[1] != 1 || layout.strides()[0] < shape[1]) return 0;
  const Tensor& y = product.outputs[0];
  if (y.dtype() != x.dtype() || y.shape() != Shape{shape[0], 1}) return 0;
  if (x.dtype() == float32) return kernels::rows_at_a_time<float>(shape[0], shape[1]);
  if (x.dtype() == float64) return kernels::rows_at_a_time<double>(shape[0], shape[1]);
  return 0;
}

bool same_matrix(const Tensor& x, const Tensor& y) {
  return storage_of(x) == storage_of(y) && x.dtype() == y.dtype() &&
         x.impl()->layout == y.impl()->layout;
}

/// From a product of rows to a later one of columns, with what lies between.
class Reader {
 public:
  Reader(const std::vector<Step>& steps, std::size_t first, std::size_t last)
      : steps_(steps), first_(first), last_(last), column_(steps[first].outputs[0].shape()) {
    for (std::size_t i = first; i <= last; ++i) {
      for (const Tensor& y : steps[i].outputs) writers_[storage_of(y)].push_back(i);
    }
  }

  /// Whether all of them can be done in the place of the first.
  bool can_be_one() {
    const Step& product = steps_[first_];
    const Step& sums = steps_[last_];
    const Tensor& r = sums.inputs[0];
    return same_matrix(product.inputs[matrix], sums.inputs[1]) &&
           !writers_.contains(storage_of(sums.inputs[1])) &&
           is_made_once(product.outputs[0], first_) && is_made_once(sums.outputs[0], last_) &&
           is_column(r, sums.outputs[0].dtype()) && can_make(r) && !between_.empty();
  }

  Step step(std::vector<Step>& steps, std::int64_t rows_of_part) const;
  /// The steps between, in their order.
  const std::set<std::size_t>& between() const { return between_; }

 private:
  bool is_made_once(const Tensor& y, std::size_t by) const {
    const auto found = writers_.find(storage_of(y));
    return found != writers_.end() && found->second == std::vector{by} && !storage_of(y)->data &&
           y.impl()->layout.is_contiguous();
  }
  bool is_column(const Tensor& x, DType dtype) const {
    return x.dtype() == dtype && x.shape() == column_ && x.impl()->layout.is_contiguous();
  }
  bool can_make(const Tensor& x);

  const std::vector<Step>& steps_;
  std::size_t first_, last_;
  Shape column_;
  std::unordered_map<const Storage*, std::vector<std::size_t>> writers_;
  std::set<std::size_t> between_;
};

/// Whether x is there before the first step, or is made of what that gives element by element.
bool Reader::can_make(const Tensor& x) {
  if (!x.defined()) return false;
  const auto found = writers_.find(storage_of(x));
  if (found == writers_.end()) {
    return x.numel() == 1 || (x.shape() == column_ && x.impl()->layout.is_contiguous());
  }
  if (x.shape() != column_ || !x.impl()->layout.is_contiguous()) return false;
  const std::size_t maker = found->second.front();
  if (maker == first_) return true;  // and nobody else, as was seen
  const Step& step = steps_[maker];
  if (!step.operation->each_element() || step.outputs.size() != 1) return false;
  if (!is_made_once(step.outputs[0], maker) || step.outputs[0].shape() != column_) return false;
  if (!std::ranges::all_of(step.inputs, [&](const Tensor& input) { return can_make(input); })) {
    return false;
  }
  between_.insert(maker);
  return true;
}

Step Reader::step(std::vector<Step>& steps, std::int64_t rows_of_part) const {
  Step one{.name = "fused", .scope = steps[first_].scope};
  std::string names(steps[first_].operation->name());
  Group group{.cut = {column_[0], 1, rows_of_part}};
  one.inputs = steps[first_].inputs;
  one.inputs.resize(products);
  std::unordered_map<const Storage*, std::size_t> values;
  const auto number = [&](const Tensor& x) {
    if (!values.try_emplace(storage_of(x), group.dtypes.size()).second) return false;
    group.dtypes.push_back(x.dtype());
    return true;
  };
  const auto is_result = [&](const Tensor& x) { return writers_.contains(storage_of(x)); };
  for (const std::size_t i : between_) {
    for (const Tensor& x : steps[i].inputs) {
      if (!is_result(x) && number(x)) one.inputs.push_back(x);
    }
  }
  group.inputs = group.dtypes.size();
  const auto add_result = [&](const Tensor& y) {
    number(y);
    one.outputs.push_back(y);
  };
  add_result(steps[first_].outputs[0]);
  const Storage* const last_column = storage_of(steps[last_].inputs[0]);
  std::size_t maker = first_;
  for (const std::size_t i : between_) {
    if (storage_of(steps[i].outputs[0]) == last_column)
      maker = i;
    else
      add_result(steps[i].outputs[0]);
  }
  add_result(steps[maker].outputs[0]);
  group.results = one.outputs.size();
  one.outputs.push_back(steps[last_].outputs[0]);
  const auto place_of = [&](const Tensor& x) {
    const bool whole = x.shape() != column_;
    const Shape row = x.shape().empty() || !whole ? Shape{} : Shape{1};
    return Place{.value = values.at(storage_of(x)), .whole = whole, .layout = Layout(row)};
  };
  for (const std::size_t i : between_) {
    names += ", " + std::string(steps[i].operation->name());
    GroupStep& its = group.steps.emplace_back();
    for (const Tensor& x : steps[i].inputs) its.inputs.push_back(place_of(x));
    its.output = place_of(steps[i].outputs[0]);
    its.operation = std::move(steps[i].operation);
  }
  names += ", " + std::string(steps[last_].operation->name());
  one.operation = std::make_unique<ReadOnce>(std::move(names), std::move(group));
  return one;
}

/// The product of rows that reads the same matrix as the product of columns at `last`, without a
/// call between them, which may change what was there before.
std::optional<std::size_t> first_reader(const std::vector<Step>& steps, std::size_t last) {
  for (std::size_t i = last; i-- > 0;) {
    const Step& step = steps[i];
    if (step.call) return std::nullopt;
    if (step.operation->traversal() == Traversal::rows &&
        same_matrix(step.inputs[matrix], steps[last].inputs[1])) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Step> read_once(std::vector<Step> steps) {
  for (std::size_t last = 0; last < steps.size(); ++last) {
    if (steps[last].call || steps[last].operation->traversal() != Traversal::columns) continue;
    const std::optional<std::size_t> first = first_reader(steps, last);
    const std::int64_t rows = first ? rows_of(steps[*first]) : 0;
    if (rows == 0) continue;
    Reader reader(steps, *first, last);
    if (!reader.can_be_one()) continue;
    steps[*first] = reader.step(steps, rows);
    std::vector<std::size_t> gone(reader.between().begin(), reader.between().end());
    gone.push_back(last);
    for (const std::size_t i : gone | std::views::reverse) {
      steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i));
    }
    last -= gone.size();
  }
  return steps;
}

}  // namespace tapegrad
