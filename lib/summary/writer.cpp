#include "tapegrad/summary/writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <map>

#include "core/check.hpp"
#include "summary/event_queue.hpp"
#include "summary/png.hpp"
#include "summary/wall_time.hpp"

namespace tapegrad::summary {
namespace {

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

/// TensorBoard looks for "tfevents" in the name. The counter keeps the writers of one process
/// apart.
std::string new_path(const std::string& directory, const std::string& suffix, double wall_time) {
  static std::atomic<unsigned> counter{0};
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  check<IoError>(!error, "summary: the folder {} can't be made: {}", directory, error.message());
  const std::string name =
      fmt::format("events.out.tfevents.{:010d}.{}.{}.{}{}", static_cast<std::int64_t>(wall_time),
                  host_name(), ::getpid(), counter++, suffix);
  return (std::filesystem::path(directory) / name).string();
}

std::string as_folder(std::string name) {
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  return name;
}

/// Bytes by row, column, channel, from [h, w] or [channels, h, w].
std::vector<std::uint8_t> pixels_of(const Tensor& image) {
  const Tensor planes = image.dim() == 2 ? image.unsqueeze(0) : image;
  const Tensor rows = planes.detach().permute({1, 2, 0});
  if (rows.dtype() == uint8) return rows.to_vector<std::uint8_t>();
  std::vector<std::uint8_t> bytes;
  for (const float v : rows.to_vector<float>()) {
    const float clamped = v > 0 ? std::min(v, 1.0f) : 0.0f;  // NaN is black
    bytes.push_back(static_cast<std::uint8_t>(std::lround(clamped * 255)));
  }
  return bytes;
}

void check_image(const Tensor& image) {
  const std::int64_t channels = image.dim() == 2 ? 1 : image.dim() == 3 ? image.size(0) : 0;
  check<ShapeError>((channels == 1 || channels == 3 || channels == 4) && image.numel() > 0 &&
                        image.size(-1) <= 65535 && image.size(-2) <= 65535,
                    "add_image: shape {}; use [height, width], or [channels, height, width] with "
                    "1, 3 or 4 channels, none of them empty",
                    image.shape());
  check<DTypeError>(image.dtype() == uint8 || is_floating(image.dtype()),
                    "add_image: {}; use uint8, or floats from 0 to 1", image.dtype());
}

/// Counts above each threshold, then the two ratios: the rows of a curve.
std::vector<float> curve_rows(const std::vector<double>& labels,
                              const std::vector<double>& predictions, std::size_t thresholds) {
  std::vector<double> positives(thresholds, 0.0);
  std::vector<double> negatives(thresholds, 0.0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    check<Error>(labels[i] == 0 || labels[i] == 1, "add_pr_curve: label {} at {}; use 0 or 1",
                 labels[i], i);
    check<Error>(predictions[i] >= 0 && predictions[i] <= 1,
                 "add_pr_curve: prediction {} at {}; use probabilities from 0 to 1", predictions[i],
                 i);
    const auto last = static_cast<double>(thresholds - 1);
    const auto bucket = static_cast<std::size_t>(predictions[i] * last);
    (labels[i] == 1 ? positives : negatives)[bucket] += 1;
  }
  std::vector<float> rows(6 * thresholds);
  double all_positives = 0;
  double all_negatives = 0;
  for (std::size_t t = 0; t < thresholds; ++t) {
    all_positives += positives[t];
    all_negatives += negatives[t];
  }
  double true_positives = 0;
  double false_positives = 0;
  for (std::size_t t = thresholds; t-- > 0;) {
    true_positives += positives[t];
    false_positives += negatives[t];
    const double found = true_positives + false_positives;
    const double columns[] = {true_positives,
                              false_positives,
                              all_negatives - false_positives,
                              all_positives - true_positives,
                              found > 0 ? true_positives / found : 0,
                              all_positives > 0 ? true_positives / all_positives : 0};
    for (std::size_t r = 0; r < 6; ++r) {
      rows[r * thresholds + t] = static_cast<float>(columns[r]);
    }
  }
  return rows;
}

}  // namespace

struct Writer::Impl {
  std::string directory;
  WriterOptions options;
  std::string path;
  std::unique_ptr<EventQueue> queue;                           // null once closed
  std::map<std::string, Writer> runs;                          // of add_scalars
  std::map<std::string, std::string_view, std::less<>> kinds;  // of data, by tag

  EventQueue& open() const {
    check<Error>(queue != nullptr, "summary: {} is closed", path);
    return *queue;
  }
  void push(std::string_view kind, std::string_view tag, std::int64_t step,
            decltype(Item::what) what, std::optional<double> wall_time = std::nullopt) {
    EventQueue& events = open();
    claim(tag, kind);
    events.push(
        {{wall_time ? *wall_time : wall_time_now(), step}, std::string(tag), std::move(what)});
  }
  void claim(std::string_view tag, std::string_view kind) {
    auto found = kinds.lower_bound(tag);
    if (found == kinds.end() || found->first != tag) found = kinds.emplace_hint(found, tag, kind);
    check<Error>(found->second == kind,
                 "summary: the tag \"{}\" has {}s already; give the {} another", tag, found->second,
                 kind);
  }
};

Writer::Writer(const std::string& directory, const WriterOptions& options)
    : impl_(std::make_unique<Impl>()) {
  const double wall_time = wall_time_now();
  impl_->directory = directory;
  impl_->options = options;
  impl_->path = new_path(directory, options.suffix, wall_time);
  impl_->queue = std::make_unique<EventQueue>(impl_->path, options, wall_time);
}

Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

const std::string& Writer::path() const { return impl_->path; }
const std::string& Writer::directory() const { return impl_->directory; }

void Writer::add_event(std::string event) {
  impl_->open().push({{}, "", EncodedItem{std::move(event)}});
}

void Writer::add_scalar(std::string_view tag, double value, std::int64_t step,
                        std::optional<double> wall_time) {
  impl_->push("scalar", tag, step, ScalarItem{static_cast<float>(value)}, wall_time);
}

void Writer::add_scalars(std::string_view tag,
                         const std::vector<std::pair<std::string, double>>& values,
                         std::int64_t step) {
  impl_->open();
  for (const auto& [name, value] : values) {
    const std::string run = as_folder(fmt::format("{}_{}", tag, name));
    auto found = impl_->runs.find(run);
    if (found == impl_->runs.end()) {
      const std::string folder = (std::filesystem::path(impl_->directory) / run).string();
      found = impl_->runs.emplace(run, Writer(folder, impl_->options)).first;
    }
    found->second.add_scalar(tag, value, step);
  }
}

void Writer::add_histogram(std::string_view tag, const Tensor& values, std::int64_t step) {
  impl_->push("histogram", tag, step, HistogramItem{values.detach().clone()});
}

void Writer::add_image(std::string_view tag, const Tensor& image, std::int64_t step) {
  check_image(image);
  Image encoded;
  encoded.width = static_cast<std::uint32_t>(image.size(-1));
  encoded.height = static_cast<std::uint32_t>(image.size(-2));
  encoded.channels = image.dim() == 2 ? 1 : static_cast<std::uint32_t>(image.size(0));
  encoded.png = encode_png(pixels_of(image), encoded.width, encoded.height, encoded.channels);
  impl_->push("image", tag, step, EncodedItem{image_event({wall_time_now(), step}, tag, encoded)});
}

void Writer::add_text(std::string_view tag, std::string_view text, std::int64_t step) {
  impl_->push("text", tag, step, EncodedItem{text_event({wall_time_now(), step}, tag, text)});
}

void Writer::add_pr_curve(std::string_view tag, const Tensor& labels, const Tensor& predictions,
                          std::int64_t step, std::int64_t thresholds) {
  check<ShapeError>(labels.numel() == predictions.numel(),
                    "add_pr_curve: {} labels for {} predictions", labels.numel(),
                    predictions.numel());
  check<Error>(thresholds >= 2 && thresholds <= 100000,
               "add_pr_curve: {} thresholds; use 2 to 100000", thresholds);
  const std::vector<float> rows =
      curve_rows(labels.to_vector<double>(), predictions.to_vector<double>(),
                 static_cast<std::size_t>(thresholds));
  impl_->push("curve", tag, step,
              EncodedItem{pr_curve_event({wall_time_now(), step}, tag, rows, thresholds)});
}

void Writer::add_hparams(const std::vector<std::pair<std::string, Hparam>>& hparams,
                         const std::vector<std::pair<std::string, double>>& metrics) {
  std::vector<std::string> tags;
  for (const auto& [tag, value] : metrics) tags.push_back(tag);
  for (std::string& event : hparams_events({wall_time_now(), 0}, hparams, tags)) {
    add_event(std::move(event));
  }
  for (const auto& [tag, value] : metrics) add_scalar(tag, value, 0);
}

void Writer::flush() {
  impl_->open().flush();
  for (auto& [name, run] : impl_->runs) run.flush();
}

void Writer::close() {
  if (!impl_->queue) return;
  flush();
  for (auto& [name, run] : impl_->runs) run.close();
  impl_->queue.reset();
}

}  // namespace tapegrad::summary
