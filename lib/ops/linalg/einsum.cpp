// From the text of an equation to products of labelled tensors.
#include "tapegrad/ops/linalg/einsum.hpp"

#include <algorithm>
#include <string>

#include "ops/linalg/checks.hpp"
#include "ops/linalg/labelled.hpp"
#include "tapegrad/ops/shape.hpp"

namespace tapegrad {
namespace {

/// In a term, what stands for any dimensions. Letters are labels by their character; the dimensions
/// behind the dots have labels from -8 on, the last of them -1.
constexpr int dots = 0;

struct Equation {
  std::string_view text;
  std::vector<Labels> terms;
  Labels result;
  bool has_result = false;

  explicit Equation(std::string_view equation) : text(equation) {
    const std::size_t arrow = text.find("->");
    const std::string_view left = text.substr(0, arrow);
    for (std::size_t start = 0; start <= left.size();) {
      const std::size_t comma = std::min(left.find(',', start), left.size());
      terms.push_back(labels_of(left.substr(start, comma - start)));
      start = comma + 1;
    }
    has_result = arrow != std::string_view::npos;
    if (has_result) result = labels_of(text.substr(arrow + 2));
  }

 private:
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  Labels labels_of(std::string_view term) const {
    Labels labels;
    for (std::size_t i = 0; i < term.size(); ++i) {
      if (term[i] == ' ') continue;
      const bool here = term.substr(i, 3) == "...";
      check<Error>(is_letter(term[i]) || (here && !has(labels, dots)),
                   "einsum: '{}' in \"{}\"; terms are letters and at most one \"...\"", term[i],
                   text);
      labels.push_back(here ? dots : term[i]);
      if (here) i += 2;
    }
    return labels;
  }
};

/// The labels of x's dimensions, with those that the dots stand for.
Labels spelt_out(const Equation& equation, std::size_t place, const Tensor& x) {
  const Labels& term = equation.terms[place];
  const bool open = has(term, dots);
  const std::int64_t letters = static_cast<std::int64_t>(term.size()) - (open ? 1 : 0);
  check<ShapeError>(open ? x.dim() >= letters : x.dim() == letters,
                    "einsum: operand {} of \"{}\" has {} letters: shape {}", place, equation.text,
                    letters, x.shape());
  Labels labels;
  for (const int label : term) {
    if (label != dots) labels.push_back(label);
    if (label == dots) {
      for (auto i = static_cast<int>(letters - x.dim()); i < 0; ++i) labels.push_back(i);
    }
  }
  return labels;
}

/// A label that stands twice in one operand stands once for their diagonal.
Labelled diagonals(const Equation& equation, std::size_t place, Labelled operand) {
  Labels& labels = operand.labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto again =
        std::find(labels.begin() + static_cast<std::ptrdiff_t>(i) + 1, labels.end(), labels[i]);
    if (again == labels.end()) continue;
    const auto j = again - labels.begin();
    const auto first = static_cast<std::int64_t>(i);
    check<ShapeError>(operand.x.size(first) == operand.x.size(j),
                      "einsum: operand {} of \"{}\" has sizes {} and {} for '{}': shape {}", place,
                      equation.text, operand.x.size(first), operand.x.size(j),
                      static_cast<char>(labels[i]), operand.x.shape());
    operand.x = diagonal(operand.x, 0, first, j);
    labels.push_back(labels[i]);
    labels.erase(labels.begin() + j);
    labels.erase(labels.begin() + first);
    --i;
  }
  return operand;
}

/// Where there is no "->": what the dots stand for, then what stands once, in alphabetical order.
Labels implied_result(const std::vector<Labelled>& operands, const Equation& equation) {
  Labels all, result;
  for (const Labels& term : equation.terms) all.insert(all.end(), term.begin(), term.end());
  for (const Labelled& operand : operands) {
    for (const int label : operand.labels) {
      const bool stays = label < 0 || std::ranges::count(all, label) == 1;
      if (stays && !has(result, label)) result.push_back(label);
    }
  }
  std::ranges::sort(result);
  return result;
}

/// What is written behind "->".
Labels written_result(const std::vector<Labelled>& operands, const Equation& equation) {
  Labels behind_dots, result;
  for (const Labelled& operand : operands) {
    for (const int label : operand.labels) {
      if (label < 0 && !has(behind_dots, label)) behind_dots.push_back(label);
    }
  }
  std::ranges::sort(behind_dots);
  for (const int label : equation.result) {
    if (label == dots) {
      result.insert(result.end(), behind_dots.begin(), behind_dots.end());
      continue;
    }
    const auto known = [&](const Labelled& operand) { return has(operand.labels, label); };
    check<Error>(std::ranges::any_of(operands, known) && !has(result, label),
                 "einsum: '{}' in the result of \"{}\"; it must stand in an operand, and once here",
                 static_cast<char>(label), equation.text);
    result.push_back(label);
  }
  return result;
}

/// A size of 1 that meets a larger one of the same label: that dimension goes.
void drop_ones(const Equation& equation, std::vector<Labelled>& operands) {
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Labels labels = operands[i].labels;
    for (const int label : labels) {
      for (const Labelled& other : operands) {
        const auto there = std::ranges::find(other.labels, label);
        auto here = std::ranges::find(operands[i].labels, label);
        if (there == other.labels.end() || here == operands[i].labels.end()) continue;
        const std::int64_t theirs = other.x.size(there - other.labels.begin());
        const std::int64_t ours = operands[i].x.size(here - operands[i].labels.begin());
        check<ShapeError>(ours == theirs || ours == 1 || theirs == 1,
                          "einsum: sizes {} and {} for one label in \"{}\": shapes {} and {}", ours,
                          theirs, equation.text, operands[i].x.shape(), other.x.shape());
        if (ours == theirs || ours != 1) continue;
        operands[i].x = operands[i].x.squeeze(here - operands[i].labels.begin());
        operands[i].labels.erase(here);
      }
    }
  }
}

/// The labels that are read after operand `done`.
Labels still_needed(const std::vector<Labelled>& operands, std::size_t done, Labels result) {
  for (std::size_t i = done + 1; i < operands.size(); ++i) {
    result.insert(result.end(), operands[i].labels.begin(), operands[i].labels.end());
  }
  return result;
}

void check_operands(const Equation& equation, const std::vector<Tensor>& operands) {
  check<Error>(equation.terms.size() == operands.size(),
               "einsum: \"{}\" has {} operands, {} were given", equation.text,
               equation.terms.size(), operands.size());
  for (const Tensor& x : operands) check_multiplied("einsum", operands[0], x);
}

}  // namespace

Tensor einsum(std::string_view text, const std::vector<Tensor>& tensors) {
  check_defined("einsum", text, tensors);
  const Equation equation(text);
  check_operands(equation, tensors);
  std::vector<Labelled> operands;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    operands.push_back(diagonals(equation, i, {tensors[i], spelt_out(equation, i, tensors[i])}));
  }
  const Labels result =
      equation.has_result ? written_result(operands, equation) : implied_result(operands, equation);
  drop_ones(equation, operands);
  Labelled all = summed_to(operands[0], still_needed(operands, 0, result));
  for (std::size_t i = 1; i < operands.size(); ++i) {
    const Labels later = still_needed(operands, i, result);
    Labels kept = later;
    kept.insert(kept.end(), all.labels.begin(), all.labels.end());
    all = product_of("einsum", all, summed_to(operands[i], kept), later);
  }
  return ordered(all, result);
}

}  // namespace tapegrad
