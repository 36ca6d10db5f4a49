#include "tapegrad/nn/summary.hpp"

#include <algorithm>
#include <charconv>
#include <ostream>
#include <set>
#include <string_view>
#include <unordered_map>

#include "core/check.hpp"
#include "nn/identity.hpp"
#include "nn/multiply_adds.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/nn/eval_mode.hpp"
#include "tapegrad/program.hpp"
#include "tapegrad/random.hpp"

namespace tapegrad::nn {

std::atomic<int> detail::summaries = 0;

namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// What a part is called while the model runs: no name that anybody would give.
constexpr std::string_view token = ".summary.";

std::string token_of(std::size_t row) { return fmt::format("{}{}", token, row); }

/// Which row's module ran an operation of this name: that of the innermost scope that is a token.
std::size_t row_of(std::string_view name) {
  const std::size_t at = name.rfind(token);
  if (at == std::string_view::npos) return 0;
  std::size_t row = 0;
  std::from_chars(name.data() + at + token.size(), name.data() + name.size(), row);
  return row;
}

/// Makes the rows of a model, and names its parts after them.
class Rows final : public Visitor {
 public:
  explicit Rows(Module& model) {
    add("", model);
    model.visit(*this);
    within_.pop_back();
  }

  std::vector<SummaryRow> rows;
  std::vector<std::size_t> owners;  ///< of each row, the row that it is a part of
  std::unordered_map<const Module*, std::size_t> places;
  std::int64_t bytes = 0;

 private:
  void add(std::string name, Module& part) {
    owners.push_back(within_.empty() ? nowhere : within_.back());
    within_.push_back(rows.size());
    rows.push_back({.name = std::move(name), .type = part.name(), .depth = within_.size() - 1});
  }

  void list(std::string_view name, Module& parts) override {
    add(path(name), parts);
    descend(name, parts);
    within_.pop_back();
  }

  void submodule(std::string_view name, Module& part) override {
    add(path(name), part);
    const std::size_t row = within_.back();
    const auto [known, is_new] = places.emplace(&part, row);
    Renamed::rename(part, token_of(known->second));
    if (is_new) {
      descend(name, part);
    } else {
      rows[row].repeated = true;
      rows[row].type = part.name();
    }
    within_.pop_back();
  }

  void parameter(std::string_view, Parameter& part) override {
    if (!counted_.insert(part.impl()).second) return;
    bytes += part.numel() * static_cast<std::int64_t>(size_of(part.dtype()));
    for (const std::size_t row : within_) {
      rows[row].parameters += part.numel();
      if (part.requires_grad()) rows[row].trainable += part.numel();
    }
  }

  /// Who may give a part a name.
  struct Renamed : Module {
    static void rename(Module& part, std::string_view name) { name_part(part, name); }
  };

  std::vector<std::size_t> within_;
  std::set<const void*> counted_;
};

/// Calls a function with the parameters and buffers of a model, also absent ones, and their names.
class Tensors final : public Visitor {
 public:
  Tensors(Module& model, std::function<void(std::string, Owned&)> f) : f_(std::move(f)) {
    model.visit(*this);
  }

 private:
  void parameter(std::string_view name, Parameter& part) override { f_(path(name), part); }
  void buffer(std::string_view name, Buffer& part) override { f_(path(name), part); }
  void absent(std::string_view name, Owned& part) override { f_(path(name), part); }

  std::function<void(std::string, Owned&)> f_;
};

/// Evaluation mode, the tensors of parameters and buffers and what these hold: all that forward()
/// may change. The end of the mode visits the parts, which gives them their names back, too.
class Remembered {
 public:
  explicit Remembered(Module& model)
      : mode_(model), model_(model), generator_(default_generator()) {
    const Tensors all(model_, [this](std::string name, Owned& part) {
      if (!kept_.contains(&part)) kept_.emplace(&part, Kept(std::move(name), part));
    });
  }
  Remembered(const Remembered&) = delete;
  Remembered& operator=(const Remembered&) = delete;
  ~Remembered() {
    const NoGrad guard;
    for (auto& [part, kept] : kept_) kept.bring_back();
    // Who has another address or name now was moved, with its tensor, or is new.
    const Tensors all(model_, [this](const std::string& name, Owned& part) {
      const auto kept = kept_.find(&part);
      if (kept == kept_.end() || kept->second.name != name) return;
      detail::Identity::put_back(part, kept->second.tensor);
    });
    default_generator() = generator_;
  }

 private:
  struct Kept {
    std::string name;
    Tensor tensor, values;
    std::uint32_t version = 0;

    Kept(std::string called, const Tensor& x) : name(std::move(called)), tensor(x) {
      if (!x.defined()) return;
      values = x.detach().clone();
      version = x.version();
    }
    void bring_back() {
      if (!tensor.defined()) return;
      const bool converted = tensor.dtype() != values.dtype();
      tensor.to_(values.dtype());
      if (converted || tensor.version() != version) tensor.copy_(values);
    }
  };

  EvalMode mode_;
  Module& model_;
  Generator generator_;
  std::unordered_map<const Owned*, Kept> kept_;
};

/// What modules of this thread gave while their summary was made.
struct Listener {
  const Rows& rows;
  std::vector<std::optional<Shape>> outputs;
  Listener* before;
};
thread_local Listener* listener = nullptr;

class Listening {
 public:
  explicit Listening(const Rows& rows)
      : all_{rows, std::vector<std::optional<Shape>>(rows.rows.size()), listener} {
    listener = &all_;
    ++detail::summaries;
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() {
    --detail::summaries;
    listener = all_.before;
  }
  const std::vector<std::optional<Shape>>& outputs() const { return all_.outputs; }

 private:
  Listener all_;
};

void count(Rows& all, const std::vector<TapeRecord>& records) {
  for (const TapeRecord& record : records) {
    if (record.is_source()) continue;
    const std::int64_t cost = multiply_adds(record, records);
    for (std::size_t row = row_of(record.name); row != nowhere; row = all.owners[row]) {
      all.rows[row].multiply_adds += cost;
      if (all.rows[row].type != "List") all.rows[row].output = record.shape;
    }
  }
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3;) text.insert(i -= 3, ",");
  return text;
}

std::vector<std::string> cells_of(const SummaryRow& row) {
  const std::string last = row.name.substr(row.name.rfind('.') + 1);
  std::string title = std::string(2 * row.depth, ' ');
  title += last.empty() ? row.type : fmt::format("{} ({})", last, row.type);
  if (row.repeated) return {title + ", see above", "", "", "", ""};
  return {title, row.output ? to_string(*row.output) : "-", grouped(row.parameters),
          grouped(row.trainable), grouped(row.multiply_adds)};
}

}  // namespace

void detail::gave(const Module& part, const Tensor& result) {
  if (!listener || !result.defined()) return;
  const auto found = listener->rows.places.find(&part);
  if (found != listener->rows.places.end()) listener->outputs[found->second] = result.shape();
}

Summary detail::summary_of(Module& model, std::vector<Shape> inputs,
                           const std::function<Tensor()>& run) {
  check<Error>(!capturing(), "summary: of {} within capture(), where nothing runs", model.name());
  const Remembered before(model);
  Rows all(model);
  const Listening listening(all);
  const NoGrad guard;
  Tensor result;
  const std::vector<TapeRecord> records = trace([&] { result = run(); });
  count(all, records);
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    if (listening.outputs()[i]) all.rows[i].output = listening.outputs()[i];
  }
  if (result.defined()) all.rows[0].output = result.shape();
  const SummaryRow total = all.rows[0];
  return {std::move(all.rows), std::move(inputs), total.parameters,
          total.trainable,     all.bytes,         total.multiply_adds};
}

std::string to_string(const Summary& summary) {
  std::vector<std::vector<std::string>> table{
      {"Module", "Output", "Parameters", "Trainable", "Multiply-adds"}};
  for (const SummaryRow& row : summary.rows) table.push_back(cells_of(row));
  std::vector<std::size_t> widths(table[0].size(), 0);
  for (const auto& cells : table) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const auto& cells : table) {
    std::string line = fmt::format("{:<{}}  {:<{}}", cells[0], widths[0], cells[1], widths[1]);
    for (std::size_t i = 2; i < cells.size(); ++i) {
      line += fmt::format("  {:>{}}", cells[i], widths[i]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  std::string inputs;
  for (const Shape& shape : summary.inputs) {
    inputs += (inputs.empty() ? "" : ", ") + to_string(shape);
  }
  text +=
      fmt::format("Parameters: {}, {} of them trainable, {:.2f} MB\n", grouped(summary.parameters),
                  grouped(summary.trainable), static_cast<double>(summary.parameter_bytes) / 1e6);
  return text + fmt::format("Multiply-adds: {} for inputs of {}\n", grouped(summary.multiply_adds),
                            inputs.empty() ? "no shape" : inputs);
}

std::ostream& operator<<(std::ostream& out, const Summary& summary) {
  return out << to_string(summary);
}

}  // namespace tapegrad::nn
