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

struct Values;

struct WriterOptions {
  /// Appended to the file's name; without slashes.
  std::string suffix = {};
  /// Seconds after which what was added reaches the file by itself; more than 0. Infinity: only
  /// when much is waiting, on flush() and at the end.
  double flush_seconds = 2;
  /// Events, and bytes of them (not counting scalars), that may wait; add_...() then waits for the
  /// disk, unless that is full. At least 1; an event that is larger than all waits alone.
  std::size_t max_waiting = 100000;
  std::size_t max_waiting_bytes = std::size_t{64} << 20;
  /// For a run that goes on after it was stopped: TensorBoard drops what earlier writers logged in
  /// this folder from this step on, so that no step is shown twice.
  std::optional<std::int64_t> purge_step = std::nullopt;
  /// So many seconds add_embedding() waits while another writer, of any thread or process, changes
  /// the list of embeddings. Then it throws IoError, which names that process. Infinity: for ever.
  double lock_seconds = 60;
  /// Told once after a second of such waiting, in words for the user.
  std::function<void(const std::string&)> on_wait = {};
};

/// What is known of each point of an embedding: a row for each, a cell for each column.
struct EmbeddingMetadata {
  std::vector<std::string> columns = {};
  std::vector<std::vector<std::string>> rows = {};
};

/// A hyperparameter's value: a flag, a number or a text. Numbers are stored as float64, so integers
/// beyond 2^53 are rounded.
class Hparam {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> Hparam(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      value_ = value;
    } else {
      value_ = static_cast<double>(value);
    }
  }
  Hparam(std::string value);
  Hparam(std::string_view value);
  Hparam(const char* value);

  const std::variant<bool, double, std::string>& value() const { return value_; }

 private:
  std::variant<bool, double, std::string> value_;
};

/// Appends events to a new file in `directory`, which is made if it isn't there. A thread of its
/// own encodes and writes, so that a training loop doesn't wait for the disk; it works on copies,
/// so that tensors may change at once. Every record carries checksums and is appended whole: after
/// a crash, readers see all records but a torn last one.
///
/// Several writers, also of several processes, may share a directory. While more than one is open,
/// `tensorboard --load_fast=false` shows only the newest file's growth unless it also gets
/// --reload_multifile=true; by default TensorBoard follows all of them.
///
/// While the file can't be written, as on a full disk, what is added waits in memory and writing is
/// tried again about once a second; no record stays torn. flush() and close() throw IoError then,
/// with the path and the system's reason. When max_waiting or max_waiting_bytes are reached before
/// there is space again, later events are lost: the next flush() or close() says once how many and
/// of which steps. This holds for the curves of add_scalars() and for embeddings as well; the
/// constructor alone throws at once. A curve of which nothing could be written leaves no folder. A
/// file that was removed or replaced is lost for good: from then on add_...(), flush() and close()
/// throw IoError. The destructor closes, and keeps such an error to itself.
///
/// TensorBoard shows one kind of data under a tag and drops the others: a tag that has another kind
/// already is refused with Error. Each writer knows its own tags only, not those of other writers
/// of the folder. Tags, names and texts are UTF-8, and tags and names have no NUL and aren't empty;
/// others are refused with Error.
///
/// After fork(), the child can neither add nor flush (Error), and its copy's end writes nothing;
/// let it make a writer of its own. Fork first, then make writers and start threads: while another
/// thread multiplies matrices, fork() may never return in the parent, because OpenBLAS waits in it
/// for threads that are busy. Where that order can't be had, join the threads before, or start a
/// program with posix_spawn(), which OpenBLAS isn't told of.
///
/// A writer that was moved from throws Error, except in close().
/// The constructor throws Error for options that mean nothing and where no thread can be made.
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
  /// 1970; default: now. Throws Error for one that is negative, no number or beyond the year 9999.
  void add_scalar(std::string_view tag, double value, std::int64_t step,
                  std::optional<double> wall_time = std::nullopt);

  /// Several numbers in one chart: each is a run of its own, in the sub-folder "tag_name" with
  /// every "/" of both replaced by "_". Throws Error for names that would share one.
  void add_scalars(std::string_view tag, const std::vector<std::pair<std::string, double>>& values,
                   std::int64_t step);

  /// How the elements are distributed, in TensorFlow's buckets, which grow by a tenth. Elements
  /// that aren't finite are left out. Any shape and dtype.
  void add_histogram(std::string_view tag, const Tensor& values, std::int64_t step);

  /// What a session gave for summaries of a graph (merged.hpp), each under its tag.
  void add_summary(const Values& values, std::int64_t step);

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
  /// "linear/weight/grad". Throws Error where two of these tags are the same.
  void add_histograms(const nn::Module& module, std::int64_t step);

  /// A list of operations, from trace() or tape(), for the tab "GRAPHS": scopes, edges, shapes and
  /// element types. The tab shows the last graph of a folder. Throws Error unless names are unique,
  /// inputs are places in the list, element types are ones and sizes 0 or more, or -1 where they
  /// are not known.
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
  /// are tables below the folder "projector", written at once, or later where the disk is full;
  /// what another step or another writer wrote stays, the same tag and step are replaced. Throws
  /// ShapeError for another rank or no points, Error for another number of labels, for tabs and
  /// line breaks in them and for blank ones (TensorBoard skips these, and so shifts the others),
  /// IoError.
  void add_embedding(std::string_view tag, const Tensor& points,
                     const std::vector<std::string>& labels = {}, std::int64_t step = 0);
  /// With several columns of metadata, which colour and search the points. No row may be blank.
  void add_embedding(std::string_view tag, const Tensor& points, const EmbeddingMetadata& metadata,
                     std::int64_t step = 0);

  /// What this run's settings were and what it reached; shown in the tab "HPARAMS", where only the
  /// first of a folder count. Throws Error for a second call, for numbers among the settings that
  /// aren't finite, for two settings or metrics of one name, and for metrics whose tags have
  /// another kind of data.
  void add_hparams(const std::vector<std::pair<std::string, Hparam>>& hparams,
                   const std::vector<std::pair<std::string, double>>& metrics);

  /// Waits until all that was added is in the file, and the file is on the disk.
  void flush();
  /// flush(), and the end of the file; adding later throws Error. Where flush() throws the file
  /// stays open: call it again.
  void close();

 private:
  void add_event(std::int64_t step, std::string event);
  void add_graph_of(const nn::Module* module, const Tensor& input,
                    const std::function<void(const Tensor&)>& forward);

  struct Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  Impl& impl() const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace summary
}  // namespace tapegrad
