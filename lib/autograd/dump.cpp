// Lists of operations as text and as Graphviz DOT.
#include <fmt/core.h>

#include <iterator>
#include <map>
#include <memory>

#include "core/check.hpp"
#include "tapegrad/graph.hpp"

namespace tapegrad {
namespace {

void check_inputs(std::string_view operation, const std::vector<TapeRecord>& records) {
  for (const TapeRecord& record : records) {
    for (const std::optional<std::size_t>& input : record.inputs) {
      check<IndexError>(!input || *input < records.size(),
                        "{}: \"{}\" has input {} of a list of {}", operation, record.name,
                        input.value_or(0), records.size());
    }
  }
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

/// "dim=1, keepdim=true"
std::string joined(const std::vector<Attribute>& attributes) {
  std::string text;
  for (const Attribute& a : attributes) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", a.name, a.value);
  }
  return text;
}

/// A scope of a picture: the records that stand in it, and the scopes.
struct Cluster {
  std::vector<std::size_t> records;
  std::vector<std::string> names;  // in the order of their appearance
  std::map<std::string, std::unique_ptr<Cluster>, std::less<>> within;

  Cluster& at(const std::string& name) {
    std::unique_ptr<Cluster>& found = within[name];
    if (!found) {
      found = std::make_unique<Cluster>();
      names.push_back(name);
    }
    return *found;
  }
};

class Picture {
 public:
  explicit Picture(const std::vector<TapeRecord>& records) : records_(records) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      Cluster* cluster = &root_;
      std::string_view rest = records[i].name;
      for (std::size_t slash = rest.find('/'); slash != rest.npos; slash = rest.find('/')) {
        cluster = &cluster->at(std::string(rest.substr(0, slash)));
        rest.remove_prefix(slash + 1);
      }
      cluster->records.push_back(i);
    }
  }

  std::string text() {
    add("digraph tape {{\n");
    ++depth_;
    add("rankdir = LR;\n");
    draw(root_);
    for (std::size_t i = 0; i < records_.size(); ++i) {
      for (const std::optional<std::size_t>& input : records_[i].inputs) {
        if (input) add("n{} -> n{};\n", *input, i);
      }
    }
    return std::move(text_) + "}\n";
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> line, Args&&... args) {
    text_.append(2 * depth_, ' ');
    text_ += fmt::format(line, std::forward<Args>(args)...);
  }

  // As deep as the names are, not as the graph is.
  void draw(const Cluster& cluster) {
    for (const std::size_t i : cluster.records) {
      const TapeRecord& record = records_[i];
      const std::string attributes = joined(record.attributes);
      add("n{} [label=\"{}{}{}\\n{} {}\", shape={}];\n", i,
          escaped(record.name.substr(record.name.rfind('/') + 1)), attributes.empty() ? "" : "\\n",
          escaped(attributes), record.dtype, record.shape, record.is_source() ? "box" : "ellipse");
    }
    for (const std::string& name : cluster.names) {
      add("subgraph cluster_{} {{\n", count_++);
      ++depth_;
      add("label = \"{}\";\n", escaped(name));
      draw(*cluster.within.at(name));
      --depth_;
      add("}}\n");
    }
  }

  const std::vector<TapeRecord>& records_;
  Cluster root_;
  std::string text_;
  std::size_t depth_ = 0;
  std::size_t count_ = 0;
};

std::string arguments_of(const TapeRecord& record, const std::vector<TapeRecord>& records) {
  std::string text = record.freed ? "freed" : "";
  for (const std::optional<std::size_t>& input : record.inputs) {
    if (!text.empty()) text += ", ";
    text += input ? records[*input].name : "constant";
  }
  if (!text.empty() && !record.attributes.empty()) text += ", ";
  return text + joined(record.attributes);
}

}  // namespace

std::string tape_text(const std::vector<TapeRecord>& records) {
  check_inputs("tape_text", records);
  std::string text;
  for (const TapeRecord& record : records) {
    text += fmt::format("{} = {}({}) : {} {}\n", record.name, record.operation,
                        arguments_of(record, records), record.dtype, record.shape);
  }
  return text;
}

std::string tape_text(const Tensor& root) {
  check_defined("tape_text", root);
  return tape_text(tape(root));
}

std::string tape_dot(const std::vector<TapeRecord>& records) {
  check_inputs("tape_dot", records);
  return Picture(records).text();
}

std::string tape_dot(const Tensor& root) {
  check_defined("tape_dot", root);
  return tape_dot(tape(root));
}

}  // namespace tapegrad
