// The text of a progress bar, of numbers alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tapegrad/train/scores.hpp"

namespace tapegrad::train {

struct ProgressNow {
  std::int64_t epoch = 0;  ///< counted from 0
  std::int64_t epochs = 0;
  std::int64_t batch = 0;  ///< done
  std::optional<std::int64_t> batches = {};
  double rows_per_second = 0;
  std::optional<double> seconds_left = {};
  Scores scores = {};
};

/// "epoch 2/10 [====      ]  41 %  3200 rows/s  0:12 left  loss 0.3121 accuracy 0.9071"
std::string progress_line(const ProgressNow& now);

/// "0:07", "12:00", "1:02:03".
std::string clock_text(double seconds);

}  // namespace tapegrad::train
