// The operations that the suite calls by torch's names: forms of them, each with the names of its
// parameters in torch and the function here.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tapegrad/ops/index/sort.hpp"
#include "tapegrad/ops/reduce/extreme.hpp"
#include "value.hpp"

struct Parameter {
  std::string name;
  std::optional<Value> otherwise;
};

/// Values by place, then by name.
struct Arguments {
  Values values;
  std::vector<std::pair<std::string, Value>> named;
};

/// One way to call an operation: "sum(input, dim=[], keepdim=False)".
struct Form {
  std::string name;
  std::vector<Parameter> parameters;
  std::function<Tensors(const Values&)> call;
  /// The arguments in the parameters' order. Throws Unfit.
  Values bind(const Arguments& arguments) const;
};

Form form_of(std::string_view signature);

inline Tensors listed(tg::Tensor y) { return {std::move(y)}; }
inline Tensors listed(Tensors ys) { return ys; }
inline Tensors listed(const std::pair<tg::Tensor, tg::Tensor>& y) { return {y.first, y.second}; }
inline Tensors listed(const tg::Extremes& y) { return {y.values, y.indices}; }

class Table {
 public:
  template <class R, class... P>
  void add(std::string_view signature, R (*f)(P...)) {
    Form form = form_of(signature);
    form.call = [f](const Values& values) {
      return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return listed(f(as<std::decay_t<P>>(values[i])...));
      }
      (std::index_sequence_for<P...>());
    };
    check_count(form, sizeof...(P));
    forms_.push_back(std::move(form));
  }
  template <class F>
  void add(std::string_view signature, F f) {
    add(signature, +f);
  }

  using Unary = tg::Tensor (*)(const tg::Tensor&);
  using Binary = tg::Tensor (*)(const tg::Tensor&, const tg::Tensor&);
  using Beside = tg::Tensor (*)(const tg::Tensor&, tg::Scalar);
  using Before = tg::Tensor (*)(tg::Scalar, const tg::Tensor&);
  /// Of one tensor, torch's name and ours.
  void unary(std::string_view name, Unary f);
  /// Of two tensors, or of a tensor and a number on one side, where there is such a form.
  void binary(std::string_view name, Binary f, Beside beside = nullptr, Before before = nullptr);

  /// The first form of that name that takes the arguments. Throws Unfit.
  Tensors call(const std::string& name, const Arguments& arguments) const;
  std::vector<std::string> names() const;

 private:
  static void check_count(const Form& form, std::size_t parameters);

  std::vector<Form> forms_;
};

void add_pointwise(Table& table);
void add_activations(Table& table);
void add_reductions(Table& table);
void add_shapes(Table& table);
void add_indexing(Table& table);
void add_losses(Table& table);
void add_layers(Table& table);
void add_images(Table& table);
void add_linalg(Table& table);
