// Event files that TensorBoard opens: scalars, histograms, images, text, curves, runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace summary {

struct WriterOptions {
  /// Appended to the file's name.
  std::string suffix = {};
  /// Seconds after which what was added reaches the file by itself.
  double flush_seconds = 2;
  /// Events that may wait; add_...() then waits for the disk.
  std::size_t max_waiting = 100000;
};

/// A hyperparameter's value.
using Hparam = std::variant<bool, double, std::string>;

/// Appends events to a new file in `directory`, which is made if it isn't there. Several writers,
/// also of several processes, may share a directory. A thread of its own encodes and writes, so
/// that a training loop doesn't wait for the disk; it works on copies, so that tensors may change
/// at once. Every record carries checksums and is appended whole: after a crash, readers see all
/// records but a torn last one.
/// add_...(), flush() and close() throw IoError when the thread failed to write, with the path and
/// the system's reason; the destructor closes, and keeps such an error to itself.
/// Not for two threads at a time.
class Writer {
 public:
  explicit Writer(const std::string& directory, const WriterOptions& options = {});
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  /// The event file.
  const std::string& path() const;

  /// One number; stored as float32, as TensorBoard's format has it. `wall_time`: seconds since
  /// 1970; default: now.
  void add_scalar(std::string_view tag, double value, std::int64_t step,
                  std::optional<double> wall_time = std::nullopt);

  /// Several numbers in one chart: each is a run of its own, in the sub-folder "tag_name" with
  /// every "/" of both replaced by "_".
  void add_scalars(std::string_view tag, const std::vector<std::pair<std::string, double>>& values,
                   std::int64_t step);

  /// How the elements are distributed, in TensorFlow's buckets, which grow by a tenth. Elements
  /// that aren't finite are left out. Any shape and dtype.
  void add_histogram(std::string_view tag, const Tensor& values, std::int64_t step);

  /// An image of shape [height, width], [1, h, w] (grey), [3, h, w] or [4, h, w] (with alpha).
  /// uint8 as it is, floats from 0 to 1; values outside are clamped. Throws ShapeError, DTypeError.
  void add_image(std::string_view tag, const Tensor& image, std::int64_t step);

  /// Text, which TensorBoard shows as Markdown.
  void add_text(std::string_view tag, std::string_view text, std::int64_t step);

  /// A precision-recall curve of a binary classifier. labels: 0 or 1; predictions: 0 to 1; same
  /// number of elements. Throws ShapeError, DTypeError or Error for values outside.
  void add_pr_curve(std::string_view tag, const Tensor& labels, const Tensor& predictions,
                    std::int64_t step, std::int64_t thresholds = 127);

  /// What this run's settings were and what it reached; shown in the tab "HPARAMS".
  void add_hparams(const std::vector<std::pair<std::string, Hparam>>& hparams,
                   const std::vector<std::pair<std::string, double>>& metrics);

  /// Waits until all that was added is in the file, and the file is on the disk.
  void flush();
  /// flush(), and the end of the file; adding later throws Error.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace summary
}  // namespace tapegrad
