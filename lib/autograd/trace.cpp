// A list of all that a function runs. It holds handles, so that no address is used twice while it
// grows, and gives names only at its end, when named() can't come any more.
#include "autograd/trace.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "autograd/anomaly.hpp"
#include "autograd/apply.hpp"
#include "autograd/records.hpp"
#include "autograd/walk.hpp"
#include "core/check.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"

namespace tapegrad {
namespace {

using Place = std::size_t;

/// What a value is and was called.
struct Labels {
  /// Before the operation ran: a label that the value has later is the operation's name.
  const Scope* before = nullptr;
  /// When another operation changed it in place; from then on its label is of that one.
  std::optional<const Scope*> last = {};
};

struct Entry {
  std::string operation;
  const Scope* scope = current_scope;
  std::vector<Attribute> attributes = {};
  std::vector<Place> inputs = {};
  DType dtype;
  Shape shape;
  /// There when the trace met it: no operation of the list made it.
  bool source = false;
  Tensor value = {};
  Ptr<Node> node = {};
  Labels labels = {};
  /// The source that a gradient or an update is named after.
  std::optional<Place> subject = {};
  /// Of an operation with several results, whose entries follow one another: which one it is.
  std::optional<std::size_t> result = {};
};

const Scope* label_of(const Entry& entry) {
  if (entry.labels.last) return *entry.labels.last;
  if (entry.node) return entry.node->label;
  return entry.value.defined() ? entry.value.impl()->label.load() : nullptr;
}

class Trace {
 public:
  explicit Trace(Watch watch) : watch_(std::move(watch)) {}
  const Watch& watch() const { return watch_; }
  /// What made x, or the source that it becomes now.
  Place place_of(const Tensor& x);
  Place place_of(const Ptr<Node>& leaf);
  /// The source that the history of an updated tensor begins with.
  Place subject_of(Place place) const { return entries_[place].subject.value_or(place); }
  void add(std::string_view operation, std::vector<Place> inputs, const Tensor& output,
           std::optional<Place> subject = std::nullopt, std::vector<Attribute> attributes = {},
           std::optional<std::size_t> result = std::nullopt);
  /// From now on x comes from `place`.
  void made_by(Place place, const TensorImpl& x);
  std::vector<TapeRecord> records() const;

 private:
  Place add_source(Entry entry);
  std::string plain_name(const Entry& entry, const std::vector<TapeRecord>& before) const;

  Watch watch_;
  std::vector<Entry> entries_;
  /// What made a tensor or a node: the newest entry. Entries hold the tensors, nodes_ the nodes.
  std::unordered_map<const void*, Place> makers_;
  std::vector<Ptr<Node>> nodes_;
  /// The same by memory, for handles that share elements without a record: detach().
  std::unordered_map<const Storage*, std::vector<Place>> by_storage_;
};

void Trace::made_by(Place place, const TensorImpl& x) {
  makers_[&x] = place;
  if (!x.node) return;
  makers_[x.node.get()] = place;
  nodes_.push_back(x.node);
}

Place Trace::add_source(Entry entry) {
  const Place place = entries_.size();
  entry.source = true;
  if (entry.node) makers_[entry.node.get()] = place;
  if (entry.value.defined()) {
    made_by(place, *entry.value.impl());
    by_storage_[entry.value.impl()->storage.get()].push_back(place);
  }
  entries_.push_back(std::move(entry));
  return place;
}

Place Trace::place_of(const Ptr<Node>& leaf) {
  if (const auto found = makers_.find(leaf.get()); found != makers_.end()) return found->second;
  return add_source({.operation = std::string(leaf->name()),
                     .dtype = leaf->dtype,
                     .shape = leaf->shape,
                     .node = leaf});
}

Place Trace::place_of(const Tensor& x) {
  const TensorImpl& impl = *x.impl();
  for (const void* key :
       {static_cast<const void*>(&impl), static_cast<const void*>(impl.node.get())}) {
    const auto found = makers_.find(key);
    if (key && found != makers_.end()) return found->second;
  }
  if (const auto found = by_storage_.find(impl.storage.get()); found != by_storage_.end()) {
    for (std::size_t i = found->second.size(); i-- > 0;) {
      const Place place = found->second[i];
      const TensorImpl& made = *entries_[place].value.impl();
      if (made.storage.get() == impl.storage.get() && made.layout == impl.layout) return place;
    }
  }
  const bool is_leaf = impl.node && impl.node->is_leaf();
  return add_source({.operation = is_leaf ? "leaf" : "constant",
                     .dtype = impl.dtype,
                     .shape = impl.layout.shape(),
                     .value = x,
                     .node = impl.node});
}

void Trace::add(std::string_view operation, std::vector<Place> inputs, const Tensor& output,
                std::optional<Place> subject, std::vector<Attribute> attributes,
                std::optional<std::size_t> result) {
  Entry entry{.operation = std::string(operation),
              .attributes = std::move(attributes),
              .inputs = std::move(inputs),
              .dtype = output.dtype(),
              .shape = output.shape(),
              .value = output,
              .node = output.impl()->node,
              .subject = subject,
              .result = result};
  entry.labels.before = label_of(entry);
  if (const auto changed = makers_.find(output.impl()); changed != makers_.end()) {
    Entry& before = entries_[changed->second];
    before.labels.last = label_of(before);
  }
  made_by(entries_.size(), *output.impl());
  by_storage_[output.impl()->storage.get()].push_back(entries_.size());
  entries_.push_back(std::move(entry));
}

std::string Trace::plain_name(const Entry& entry, const std::vector<TapeRecord>& before) const {
  const Scope* label = label_of(entry);
  if (entry.source) {
    const Scope* own = entry.node ? entry.node->scope.load() : label ? label->parent : nullptr;
    return name_within(own ? own : entry.scope, label ? label->name : entry.operation);
  }
  if (label && label != entry.labels.before) return name_within(entry.scope, label->name);
  if (!entry.subject) return name_within(entry.scope, entry.operation);
  return name_within(entry.scope, before[*entry.subject].name);
}

std::vector<TapeRecord> Trace::records() const {
  UniqueNames names;
  std::vector<TapeRecord> records;
  std::string shared;
  for (const Entry& entry : entries_) {
    const std::string operation = name_within(entry.scope, entry.operation);
    if (entry.result == 0) shared = names.take(operation);
    std::string name = plain_name(entry, records);
    const bool numbered = entry.result && name == operation;
    name = numbered ? fmt::format("{}:{}", shared, *entry.result) : names.take(name);
    records.push_back({.name = std::move(name),
                       .operation = entry.operation,
                       .dtype = entry.dtype,
                       .shape = entry.shape,
                       .inputs = {entry.inputs.begin(), entry.inputs.end()},
                       .attributes = entry.attributes,
                       .result = entry.result});
  }
  return records;
}

/// Of this thread; null outside a trace.
constinit thread_local Trace* current_trace = nullptr;

class Running {
 public:
  explicit Running(Trace& trace) : before_(std::exchange(current_trace, &trace)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { current_trace = before_; }

 private:
  Trace* before_;
};

/// The leaves that a reverse pass from `root` can reach, with what they hold before it.
std::vector<std::pair<Ptr<Node>, Tensor>> leaves_below(const Tensor& root) {
  std::vector<std::pair<Ptr<Node>, Tensor>> leaves;
  for (Walked& walked : records_below(root)) {
    if (!walked.node->is_leaf()) continue;
    Tensor grad = static_cast<LeafNode&>(*walked.node).grad();
    leaves.emplace_back(std::move(walked.node), std::move(grad));
  }
  return leaves;
}

}  // namespace

void list_operation(const Operation& operation, Inputs inputs, Outputs outputs) {
  if (is_anomaly_enabled()) remember_caller(outputs);
  if (!current_trace) return;
  Trace& trace = *current_trace;
  std::vector<Place> places;
  bool in_place = false;
  for (const Tensor* input : inputs) {
    if (!input->defined()) continue;
    places.push_back(trace.place_of(*input));
    in_place = in_place || (outputs.size() == 1 && input->is_same(outputs[0]));
  }
  AttributeList list;
  operation.attributes(list);
  const std::vector<Attribute> attributes = std::move(list).taken();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto result = outputs.size() == 1 ? std::nullopt : std::optional(i);
    trace.add(operation.name(), places, outputs[i], std::nullopt, attributes, result);
  }
  // What changes a view changes what it looks at.
  if (in_place && outputs[0].impl()->base) {
    trace.made_by(trace.place_of(outputs[0]), *outputs[0].impl()->base);
  }
  if (trace.watch()) unlisted([&] { trace.watch()(operation, inputs, outputs); });
}

void backward_traced(const Tensor& root, const std::function<void()>& run) {
  const auto leaves = leaves_below(root);
  unrecorded(run);
  Trace& trace = *current_trace;
  for (const auto& [node, before] : leaves) {
    const Tensor now = static_cast<const LeafNode&>(*node).grad();
    // The handle to what was there before makes the pass put a new tensor in its place.
    if (!now.defined() || now.is_same(before)) continue;
    std::vector<Place> inputs{trace.place_of(root), trace.place_of(node)};
    if (before.defined()) inputs.push_back(trace.place_of(before));
    const NameScope scope("gradients");
    trace.add("gradient", inputs, now, trace.subject_of(inputs[1]));
  }
}

std::vector<Tensor> grad_traced(const std::vector<Tensor>& outputs,
                                const std::vector<Tensor>& inputs,
                                const std::function<std::vector<Tensor>()>& run) {
  std::vector<Tensor> results = unlisted(run);
  Trace& trace = *current_trace;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].defined()) continue;
    std::vector<Place> from;
    for (const Tensor& output : outputs) from.push_back(trace.place_of(output));
    from.push_back(trace.place_of(inputs[i]));
    const NameScope scope("gradients");
    trace.add("gradient", from, results[i], trace.subject_of(from.back()));
  }
  return results;
}

std::vector<TapeRecord> trace(const std::function<void()>& f) { return trace(f, {}); }

std::vector<TapeRecord> trace(const std::function<void()>& f, const Watch& watch) {
  check<Error>(static_cast<bool>(f), "trace: the function is empty");
  Trace trace(watch);
  const Running guard(trace);
  const ModeGuard listing(mode | Mode::trace);
  f();
  return trace.records();
}

bool tracing() { return current_trace && is_traced(); }

void trace_update(std::string_view operation, const Tensor& x, const Tensor& gradient) {
  check_defined("trace_update", operation, x);
  check<Error>(!operation.empty(), "trace_update: the name of the operation is empty");
  if (!tracing()) return;
  std::vector<Place> inputs{current_trace->place_of(x)};
  if (gradient.defined()) inputs.push_back(current_trace->place_of(gradient));
  ScopeName name;  // none if the operation's isn't one
  name.assign(operation);
  const NameScope scope(name);
  current_trace->add(operation, inputs, x, current_trace->subject_of(inputs[0]));
}

}  // namespace tapegrad
