// Numbers by name, in order: what a training has reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] tapegrad {
namespace train {

/// A list of named numbers, in which every name occurs once: "loss", "accuracy", "val_loss".
class Scores {
 public:
  Scores() = default;

  /// Adds at the end. Throws Error for a name that is there already.
  void insert(std::string name, double value);
  /// Null if there is no such name.
  const double* find(std::string_view name) const;
  /// Throws IndexError, which has the names that there are, if there is no such name.
  double operator[](std::string_view name) const;

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::vector<std::pair<std::string, double>>::const_iterator begin() const {
    return entries_.begin();
  }
  std::vector<std::pair<std::string, double>>::const_iterator end() const { return entries_.end(); }

 private:
  std::vector<std::pair<std::string, double>> entries_;
};

/// What a Trainer had reached at the end of an epoch.
struct EpochScores {
  std::int64_t epoch = 0;
  /// How many steps were behind it.
  std::int64_t step = 0;
  /// "loss" and the measures over the training batches, as the model was while it learned from
  /// them; "val_loss" and so on over the validation source; "lr" of the first group.
  Scores scores;
};

}  // namespace train
}  // namespace tapegrad
