#include "tapegrad/summary/writer.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <vector>

#include "io/path.hpp"
#include "summary/wall_time.hpp"
#include "summary/writer_impl.hpp"

namespace tapegrad::summary {
namespace {

void check_options(const std::string& directory, const WriterOptions& options) {
  io::check_path("summary", directory);
  check<Error>(!directory.empty(), "summary: the name of the folder is empty; \".\" is this one");
  io::check_path("summary", options.suffix);
  check<Error>(options.suffix.find('/') == std::string::npos,
               "summary: the suffix \"{}\" has a slash; it is a part of the file's name",
               options.suffix);
  check<Error>(options.lock_seconds >= 0, "summary: lock_seconds {}; use 0 or more, or infinity",
               options.lock_seconds);
  check<Error>(options.flush_seconds > 0, "summary: flush_seconds {}; use more than 0",
               options.flush_seconds);
  check<Error>(options.max_waiting >= 1, "summary: max_waiting {}; use 1 or more",
               options.max_waiting);
  check<Error>(options.max_waiting_bytes >= 1, "summary: max_waiting_bytes {}; use 1 or more",
               options.max_waiting_bytes);
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

/// TensorBoard looks for "tfevents" in the name. The counter keeps the writers of one process
/// apart.
std::string new_path(const std::string& directory, const std::string& suffix, double wall_time) {
  static std::atomic<unsigned> counter{0};
  const std::string name =
      fmt::format("events.out.tfevents.{:010d}.{}.{}.{}{}", static_cast<std::int64_t>(wall_time),
                  host_name(), ::getpid(), counter++, suffix);
  return (std::filesystem::path(directory) / name).string();
}

/// A reader shows no other times as a date; a clock in milliseconds is a usual mistake.
void check_wall_time(double wall_time) {
  constexpr double end_of_9999 = 253402300800;
  check<Error>(wall_time >= 0 && wall_time < end_of_9999,
               "add_scalar: wall_time {}; use seconds since 1970, up to the year 9999", wall_time);
}

/// Of a curve of add_scalars().
std::string run_name(std::string_view tag, std::string_view name) {
  std::string run = fmt::format("{}_{}", tag, name);
  std::ranges::replace(run, '/', '_');
  return run;
}

/// The run of each value. Throws Error where names that differ would share one, also with those
/// that were there before.
std::vector<std::string> runs_of(std::string_view tag,
                                 const std::vector<std::pair<std::string, double>>& values,
                                 const Curves& before) {
  check_name("add_scalars", "tag", tag);
  std::vector<std::string> runs;
  Curves here;
  const auto check_alone = [&](const Curves& others, const auto& curve, std::string_view name,
                               bool may_come_again) {
    const auto other = others.find(curve);
    check<Error>(other == others.end() || (may_come_again && other->second == name),
                 "add_scalars: \"{}\" and \"{}\" of \"{}\" are one curve; give them names that "
                 "differ in more than slashes",
                 other == others.end() ? "" : other->second, name, tag);
  };
  for (const auto& [name, value] : values) {
    check_name("add_scalars", "name", name);
    runs.push_back(run_name(tag, name));
    const std::pair curve(runs.back(), std::string(tag));
    check_alone(here, curve, name, false);
    check_alone(before, curve, name, true);
    here.emplace(curve, name);
  }
  return runs;
}

}  // namespace

Writer::Impl::Impl(const std::string& directory, const WriterOptions& options, Begin begin)
    : directory(directory), options(options) {
  check_options(directory, options);
  const double wall_time = wall_time_now();
  path = new_path(directory, options.suffix, wall_time);
  queue = std::make_unique<EventQueue>(path, options, wall_time, begin);
}

Writer::Writer(const std::string& directory, const WriterOptions& options)
    : Writer(std::make_unique<Impl>(directory, options, Begin::now)) {}

Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

Writer::Impl& Writer::impl() const {
  check<Error>(impl_ != nullptr, "summary: this writer was moved to another; use that");
  return *impl_;
}

const std::string& Writer::path() const { return impl().path; }

void Writer::add_event(std::int64_t step, std::string event) {
  impl().open().push(EncodedItem{{0, step}, std::move(event)});
}

void Writer::add_scalar(std::string_view tag, double value, std::int64_t step,
                        std::optional<double> wall_time) {
  EventQueue& events = impl().open();
  if (wall_time) check_wall_time(*wall_time);
  impl_->claim(tag, Kind::scalar);
  events.push(ScalarItem{{wall_time ? *wall_time : wall_time_now(), step},
                         std::string(tag),
                         static_cast<float>(value)});
}

void Writer::add_scalars(std::string_view tag,
                         const std::vector<std::pair<std::string, double>>& values,
                         std::int64_t step) {
  impl().open();
  const std::vector<std::string> runs = runs_of(tag, values, impl_->curves);
  // All files first, so that none has a value of a call that fails.
  std::vector<Writer*> writers;
  for (const std::string& run : runs) {
    auto found = impl_->runs.find(run);
    if (found == impl_->runs.end()) {
      const std::string folder = (std::filesystem::path(impl_->directory) / run).string();
      auto made = std::make_unique<Impl>(folder, impl_->options, Begin::when_possible);
      found = impl_->runs.emplace(run, Writer(std::move(made))).first;
    }
    writers.push_back(&found->second);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    writers[i]->add_scalar(tag, values[i].second, step);
    impl_->curves.emplace(std::pair(runs[i], std::string(tag)), values[i].first);
  }
}

void Writer::add_histogram(std::string_view tag, const Tensor& values, std::int64_t step) {
  EventQueue& events = impl().open();
  check_defined("add_histogram", tag, values);
  impl_->claim(tag, Kind::histogram);
  Tensor copy;
  untraced([&] { copy = values.detach().clone(); });
  events.push(HistogramItem{{wall_time_now(), step}, std::string(tag), std::move(copy)});
}

void Writer::add_text(std::string_view tag, std::string_view text, std::int64_t step) {
  impl().open();
  check_utf8("add_text", "text", text);
  impl_->claim(tag, Kind::text);
  add_event(step, text_event({wall_time_now(), step}, tag, text));
}

void Writer::flush() {
  std::string failures;
  const auto try_to_flush = [&](EventQueue& queue) {
    try {
      queue.flush();
    } catch (const IoError& error) {
      failures += fmt::format("{}{}", failures.empty() ? "" : "\n", error.what());
    }
  };
  try_to_flush(impl().open());
  for (auto& [name, run] : impl_->runs) try_to_flush(run.impl().open());
  check<IoError>(failures.empty(), "{}", failures);
}

void Writer::close() {
  if (!impl_ || !impl_->queue) return;
  if (impl_->queue->in_owner_process()) flush();
  for (auto& [name, run] : impl_->runs) run.close();
  close_queue(impl_->queue);
}

}  // namespace tapegrad::summary
