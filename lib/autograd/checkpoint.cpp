#include "tapegrad/checkpoint.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "autograd/mode.hpp"
#include "autograd/operation.hpp"
#include "autograd/recomputed.hpp"
#include "core/check.hpp"
#include "core/scope.hpp"
#include "tapegrad/graph.hpp"

namespace tapegrad {
namespace {

/// The records that f made, as far as its results depend on them, oldest first.
std::vector<Ptr<Node>> records_since(std::uint64_t first, const std::vector<Tensor>& results) {
  std::vector<Ptr<Node>> records;
  std::unordered_set<const Node*> seen;
  const auto meet = [&](const Ptr<Node>& node) {
    if (!node || node->number < first || node->is_leaf()) return;
    if (seen.insert(node.get()).second) records.push_back(node);
  };
  for (const Tensor& y : results) meet(y.impl()->node);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Ptr<Node> node = records[i];
    const Reading reading(node->claim);
    if (!reading) continue;
    for (const Ptr<Node>& input : node->inputs()) meet(input);
  }
  std::ranges::sort(records, {}, [](const Ptr<Node>& node) { return node->number; });
  return records;
}

/// FNV-1a. Source: Fowler, Noll, Vo & Eastlake (2024), "The FNV non-cryptographic hash algorithm".
class Hash {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) add(static_cast<unsigned char>(c));
  }
  void add(std::uint64_t number) { value_ = (value_ ^ number) * 0x100000001b3u; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

std::span<SavedTensor> saved_in(const Ptr<Node>& node) {
  return static_cast<Record&>(*node).saved_values();
}

/// f runs with the generators as they were; then they are as before.
class Rewound {
 public:
  explicit Rewound(const std::vector<Drawn>& drawn) {
    for (const Drawn& draw : drawn) {
      now_.push_back({draw.state, *draw.state});
      *draw.state = draw.before;
    }
  }
  Rewound(const Rewound&) = delete;
  Rewound& operator=(const Rewound&) = delete;
  ~Rewound() {
    for (const Drawn& draw : now_) *draw.state = draw.before;
  }

 private:
  std::vector<Drawn> now_;
};

}  // namespace

Recall::Recall(std::shared_ptr<Recomputed> of, std::size_t which)
    : region(std::move(of)), place(which) {}

Recall::~Recall() {
  if (region) region->forget(place);
}

/// A run of a region's function: what it recorded, and which regions ran in it.
struct Recomputed::Run {
  Run() : outer(current) { current = this; }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { current = outer; }

  void finish(std::uint64_t first, const std::vector<Tensor>& results) {
    records = records_since(first, results);
  }
  std::uint64_t fingerprint() const {
    Hash hash;
    for (const Ptr<Node>& node : records) {
      hash.add(node->name());
      hash.add(static_cast<std::uint64_t>(node->dtype));
      for (const std::int64_t n : node->shape) hash.add(static_cast<std::uint64_t>(n));
      hash.add(node->shape.size());
    }
    hash.add(within.size());
    return hash.value();
  }
  std::size_t size() const { return records.size() + within.size(); }
  std::span<SavedTensor> saved(std::size_t place) const {
    if (place < records.size()) return saved_in(records[place]);
    return within[place - records.size()]->inputs_;
  }
  std::vector<Recall>& recalls(std::size_t place) const {
    if (place < records.size()) return records[place]->with_extras().recalls;
    return within[place - records.size()]->recalls_;
  }
  /// A value as it was saved, wherever it is now.
  SavedTensor value(std::size_t place, std::size_t slot) const;

  static constinit thread_local Run* current;
  Run* outer;
  std::vector<Ptr<Node>> records;
  std::vector<std::shared_ptr<Recomputed>> within;
};

constinit thread_local Recomputed::Run* Recomputed::Run::current = nullptr;

bool Recomputed::running() { return Run::current != nullptr; }

bool checkpointing() { return Recomputed::running(); }

namespace {

SavedTensor found_in(const std::vector<Recall>& recalls, std::size_t slot) {
  for (const Recall& recall : recalls) {
    if (auto found = recall.region->value(recall.place, slot)) return *std::move(found);
  }
  return {};
}

}  // namespace

SavedTensor recomputed(const Node& node, std::size_t slot) {
  return found_in(node.extras.load(std::memory_order_acquire)->recalls, slot);
}

SavedTensor Recomputed::Run::value(std::size_t place, std::size_t slot) const {
  const SavedTensor& saved = this->saved(place)[slot];
  return saved.version == SavedTensor::to_recompute ? found_in(recalls(place), slot) : saved;
}

Recomputed::Recomputed(detail::Region f, const std::vector<Tensor>& x)
    : f_(std::move(f)), inputs_(x.size()) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    inputs_[i].keep(x[i]);
    tracked_.push_back(x[i].requires_grad());
  }
}

std::vector<Tensor> Recomputed::run_first(const std::vector<Tensor>& x) {
  if (Run::current) Run::current->within.push_back(shared_from_this());
  Run run;
  Draws draws{current_draws};
  const std::uint64_t first = next_node_number();
  const std::vector<Tensor> results = [&] {
    const DrawsGuard noted(&draws);
    return f_(x);
  }();
  check_all_defined("checkpoint", "the function's result", results);
  for (const SavedTensor& input : inputs_) input.check_unchanged("checkpoint");
  run.finish(first, results);
  fingerprint_ = run.fingerprint();
  drawn_ = std::move(draws.list);
  take_values(run);
  return results;
}

// A value is taken if nothing but these records keeps its memory: what others hold would not become
// free, and stays under the watch of its version.
void Recomputed::take_values(const Run& run) {
  std::unordered_map<const Storage*, std::uint32_t> holders;
  const auto each = [&](const auto& f) {
    for (std::size_t place = 0; place < run.size(); ++place) {
      const std::span<SavedTensor> saved = run.saved(place);
      for (std::size_t slot = 0; slot < saved.size(); ++slot) {
        if (saved[slot].value.defined()) f(place, slot, saved[slot]);
      }
    }
  };
  each([&](std::size_t, std::size_t, const SavedTensor& saved) {
    ++holders[saved.value.impl()->storage.get()];
  });
  std::vector<Slot> alone;
  each([&](std::size_t place, std::size_t slot, const SavedTensor& saved) {
    const Storage& storage = *saved.value.impl()->storage;
    if (storage.references.load() == holders[&storage]) alone.emplace_back(place, slot);
  });
  for (const Slot& slot : alone) values_.emplace(slot, SavedTensor());
  for (const auto& [place, slot] : alone) {
    std::vector<Recall>& recalls = run.recalls(place);
    if (recalls.empty() || recalls.back().region.get() != this) {
      recalls.emplace_back(shared_from_this(), place);
    }
    run.saved(place)[slot] = {.value = Tensor(), .version = SavedTensor::to_recompute};
  }
}

std::optional<SavedTensor> Recomputed::value(std::size_t place, std::size_t slot) {
  const std::lock_guard lock(mutex_);
  const auto found = values_.find({place, slot});
  if (found == values_.end()) return std::nullopt;
  if (!found->second.value.defined()) run_again();
  return found->second;
}

Tensor Recomputed::input_again(std::size_t i) const {
  const SavedTensor& kept = inputs_[i];
  const SavedTensor input =
      kept.version == SavedTensor::to_recompute ? found_in(recalls_, i) : kept;
  input.check_unchanged("checkpoint");
  Tensor x = make_alias(input.value);
  return tracked_[i] ? x.requires_grad_() : x;
}

/// With the lock.
void Recomputed::run_again() {
  std::vector<Tensor> x;
  for (std::size_t i = 0; i < inputs_.size(); ++i) x.push_back(input_again(i));
  const ModeGuard recorded(Mode::record);
  const Rewound rewound(drawn_);
  const ScopeGuard scope(scope_);
  const DrawsGuard unnoted(nullptr);
  Run run;
  const std::uint64_t first = next_node_number();
  const std::vector<Tensor> results = f_(x);
  check_all_defined("checkpoint", "the function's result", results);
  run.finish(first, results);
  check<AutogradError>(
      run.fingerprint() == fingerprint_,
      "checkpoint: the function recorded other operations when it ran again in the "
      "reverse pass: {} in place of those of its first run; it must do the same "
      "each time",
      run.records.size());
  for (auto& [slot, value] : values_) value = run.value(slot.first, slot.second);
}

void Recomputed::forget(std::size_t place) noexcept {
  std::map<Slot, SavedTensor> dropped;  // outlives the lock: deleters may be somebody's functions
  const std::lock_guard lock(mutex_);
  auto at = values_.lower_bound({place, 0});
  while (at != values_.end() && at->first.first == place) dropped.insert(values_.extract(at++));
}

std::vector<Tensor> detail::checkpointed(Region f, const std::vector<Tensor>& x) {
  check_defined("checkpoint", f, x);
  check<Error>(static_cast<bool>(f), "checkpoint: the function is empty");
  if (!recording() || tracing() || is_captured()) {
    std::vector<Tensor> results = f(x);
    check_all_defined("checkpoint", "the function's result", results);
    return results;
  }
  return std::make_shared<Recomputed>(std::move(f), x)->run_first(x);
}

}  // namespace tapegrad
