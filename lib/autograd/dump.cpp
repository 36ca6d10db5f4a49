// The tape as text and as Graphviz DOT.
#include <fmt/format.h>

#include <iterator>

#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/names.hpp"

namespace tapegrad {

std::string tape_text(const Tensor& root) {
  const std::vector<TapeRecord> records = tape(root);
  std::string text;
  for (const TapeRecord& record : records) {
    std::string inputs;
    for (const std::optional<std::size_t>& input : record.inputs) {
      if (!inputs.empty()) inputs += ", ";
      inputs += input ? records[*input].name : "constant";
    }
    fmt::format_to(std::back_inserter(text), "{} = {}({}) : {} {}\n", record.name, record.operation,
                   inputs, record.dtype, record.shape);
  }
  return text;
}

std::string tape_dot(const Tensor& root) {
  const std::vector<TapeRecord> records = tape(root);
  std::string text = "digraph tape {\n  rankdir = LR;\n";
  for (std::size_t i = 0; i < records.size(); ++i) {
    const TapeRecord& record = records[i];
    fmt::format_to(std::back_inserter(text), "  n{} [label=\"{}\\n{} {}\", shape={}];\n", i,
                   record.name, record.dtype, record.shape,
                   record.operation == "leaf" ? "box" : "ellipse");
    for (const std::optional<std::size_t>& input : record.inputs) {
      if (input) fmt::format_to(std::back_inserter(text), "  n{} -> n{};\n", *input, i);
    }
  }
  return text + "}\n";
}

}  // namespace tapegrad
