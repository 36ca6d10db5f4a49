// Event files that TensorBoard opens: scalars, histograms, images, text, curves, graphs, runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tapegrad/graph.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {
class Module;
}
namespace summary {

struct WriterOptions {
  /// Appended to the file's name.
  std::string suffix = {};
  /// Seconds after which what was added reaches the file by itself.
  double flush_seconds = 2;
  /// Events that may wait; add_...() then waits for the disk.
  std::size_t max_waiting = 100000;
};

/// What is known of each point of an embedding: a row for each, a cell for each column.
struct EmbeddingMetadata {
  std::vector<std::string> columns = {};
  std::vector<std::vector<std::string>> rows = {};
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
/// TensorBoard shows one kind of data under a tag and drops the others: a tag that has another kind
/// already is refused with Error.
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

  /// All parameters of a module and their gradients, as far as there are any: "linear/weight" and
  /// "linear/weight/grad".
  void add_histograms(const nn::Module& module, std::int64_t step);

  /// A list of operations, from trace() or tape(), for the tab "GRAPHS": scopes, edges, shapes and
  /// element types. The tab shows the last graph of a folder. Throws Error unless names are unique
  /// and inputs are places in the list.
  void add_graph(const std::vector<TapeRecord>& records);

  /// What `module` computes of `input` with forward(Tensor), under NoGrad and otherwise in the mode
  /// that it is in: call eval() first if dropout shouldn't be in the picture, nor draw a number.
  /// Parts stand in scopes named after them, all of it in the caller's scope:
  ///   const tg::NameScope scope("model");
  ///   writer.add_graph(model, x);
  template <class M>
  requires requires(M& m, const Tensor& x) { m.forward(x); }
  void add_graph(M& module, const Tensor& input) {
    const nn::Module* base = nullptr;
    if constexpr (std::is_base_of_v<nn::Module, M>) base = &module;
    add_graph_of(base, input, [&module](const Tensor& x) { module.forward(x); });
  }

  /// Points for the tab "PROJECTOR": [points, dimensions], each with a label if there are any. They
  /// are tables below the folder "projector", written at once; what another step or another writer
  /// wrote stays, the same tag and step are replaced. Throws ShapeError for another rank or no
  /// points, Error for another number of labels and for tabs and line breaks in them, IoError.
  void add_embedding(std::string_view tag, const Tensor& points,
                     const std::vector<std::string>& labels = {}, std::int64_t step = 0);
  /// With several columns of metadata, which colour and search the points.
  void add_embedding(std::string_view tag, const Tensor& points, const EmbeddingMetadata& metadata,
                     std::int64_t step = 0);

  /// What this run's settings were and what it reached; shown in the tab "HPARAMS".
  void add_hparams(const std::vector<std::pair<std::string, Hparam>>& hparams,
                   const std::vector<std::pair<std::string, double>>& metrics);

  /// Waits until all that was added is in the file, and the file is on the disk.
  void flush();
  /// flush(), and the end of the file; adding later throws Error.
  void close();

 private:
  void add_event(std::string event);
  void add_graph_of(const nn::Module* module, const Tensor& input,
                    const std::function<void(const Tensor&)>& forward);
  const std::string& directory() const;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace summary
}  // namespace tapegrad
