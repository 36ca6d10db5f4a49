#include "summary/event_queue.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/check.hpp"
#include "io/system_error.hpp"

namespace tapegrad::summary {
namespace {

template <class T>
Histogram histogram_as(const Tensor& values) {
  if (values.is_contiguous()) {
    return histogram_of(std::span(values.data<T>(), static_cast<std::size_t>(values.numel())));
  }
  return histogram_of(std::span<const T>(values.to_vector<T>()));
}

Histogram counted(const Tensor& values) {
  return values.dtype() == float32 ? histogram_as<float>(values)
         : values.dtype() == float64
             ? histogram_as<double>(values)
             : histogram_of(std::span<const double>(values.to_vector<double>()));
}

std::string encoded(const Item& item) {
  if (const auto* scalar = std::get_if<ScalarItem>(&item)) {
    return scalar_event(scalar->stamp, scalar->tag, scalar->value);
  }
  if (const auto* histogram = std::get_if<HistogramItem>(&item)) {
    return histogram_event(histogram->stamp, histogram->tag, counted(histogram->values));
  }
  return std::get<EncodedItem>(item).event;
}

std::int64_t step_of(const Item& item) {
  return std::visit([](const auto& each) { return each.stamp.step; }, item);
}

std::size_t bytes_of(const Item& item) {
  if (const auto* files = std::get_if<FilesItem>(&item)) return files->bytes;
  if (const auto* histogram = std::get_if<HistogramItem>(&item)) {
    return static_cast<std::size_t>(histogram->values.numel()) * size_of(histogram->values.dtype());
  }
  const auto* message = std::get_if<EncodedItem>(&item);
  return message ? message->event.size() : 0;
}

/// How many times this process is a child of a fork() that had this library: asking for the
/// process's id at every scalar would be a call of the system.
std::atomic<unsigned> forks{0};

void count_forks() {
  static const bool counting = [] {
    return ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1); }) == 0;
  }();
  check<Error>(counting, "summary: there is no memory to be told of forks");
}

}  // namespace

void Losses::count(std::int64_t step) {
  first_step = events == 0 ? step : std::min(first_step, step);
  last_step = events == 0 ? step : std::max(last_step, step);
  ++events;
}

EventQueue::EventQueue(std::string path, const WriterOptions& options, double wall_time,
                       Begin begin)
    : file_(std::move(path)), options_(options), forks_before_(forks) {
  try {
    start(wall_time, begin);
  } catch (...) {
    file_.remove();
    throw;
  }
}

void EventQueue::start(double wall_time, Begin begin) {
  count_forks();
  append_record(unwritten_, file_version_event(wall_time));
  if (options_.purge_step) {
    append_record(unwritten_, start_event({wall_time, *options_.purge_step}));
  }
  try {
    file_.write(unwritten_);
  } catch (const io::MayPass& error) {
    if (begin == Begin::now) throw;
    failure_ = error.what();
  }
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    fail<Error>("summary: no thread can be made to write {}: {}", file_.path(),
                error.code().message());
  }
}

EventQueue::~EventQueue() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool EventQueue::in_owner_process() const {
  return forks.load(std::memory_order_relaxed) == forks_before_;
}

// The thread is not woken for every item: waking costs more than all the rest of a push. It is when
// the queue is half full, so that a fast producer seldom has to wait.
void EventQueue::push(Item item) {
  const std::size_t bytes = bytes_of(item);
  std::unique_lock lock(mutex_);
  check_not_gone();
  if (full()) {
    if (failure_.empty()) wake_.notify_all();
    done_.wait(lock, [this] { return !full() || !failure_.empty(); });
    check_not_gone();
    if (full()) return losses_.count(step_of(item));
  }
  const bool awake = half_full();
  if (std::holds_alternative<FilesItem>(item)) ++files_;
  waiting_.push_back(std::move(item));
  bytes_ += bytes;
  if (!awake && half_full()) wake_.notify_all();
}

void EventQueue::flush() {
  std::unique_lock lock(mutex_);
  check_not_gone();
  const std::uint64_t mine = ++flushes_asked_;
  wake_.notify_all();
  done_.wait(lock, [&] { return flushes_done_ >= mine || gone_; });
  check_not_gone();
  std::string lost;
  if (losses_.events > 0) {
    lost = fmt::format("{} events of the steps {} to {} had no room meanwhile and are lost",
                       losses_.events, losses_.first_step, losses_.last_step);
    losses_ = {};
  }
  check<IoError>(flush_failure_.empty(), "{}; what waits is kept and tried again{}{}",
                 flush_failure_, lost.empty() ? "" : "; ", lost);
  check<IoError>(lost.empty(),
                 "summary: {} could not be written for a while: {}; the others are "
                 "in it",
                 file_.path(), lost);
}

bool EventQueue::has_files() {
  const std::lock_guard lock(mutex_);
  return files_ > 0;
}

void EventQueue::check_not_gone() const { check<IoError>(!gone_, "{}", failure_); }

void EventQueue::run() {
  using Seconds = std::chrono::duration<double>;
  constexpr double least = 1e-3;  // not a busy loop
  constexpr double most = 1e8;    // the clock counts nanoseconds in 64 bits
  const Seconds period(std::clamp(options_.flush_seconds, least, most));
  const Seconds pause = std::min(period, Seconds(1));  // from one attempt to the next
  std::vector<Item> items;
  std::unique_lock lock(mutex_);
  while (true) {
    const bool failing = !failure_.empty();
    wake_.wait_for(lock, failing ? pause : period, [&] {
      return stop_ || flushes_asked_ > flushes_done_ ||
             (!failing && half_full() && !waiting_.empty());
    });
    const std::uint64_t asked = flushes_asked_;
    const bool flushing = asked > flushes_done_;
    const bool stop = stop_;
    items.swap(waiting_);
    const std::size_t bytes = bytes_;
    if (failing) returning_ = items.size();
    lock.unlock();
    done_.notify_all();  // there is room again
    Attempt attempt = try_to_write(items, flushing || stop);
    lock.lock();
    put_back(items, bytes);
    failure_ = std::move(attempt.failure);
    gone_ = attempt.gone;
    if (flushing) flush_failure_ = failure_;
    flushes_done_ = asked;
    done_.notify_all();
    if (stop || gone_) return;
  }
}

/// What could not be written goes before what came in the meantime; `taken` bytes waited before.
void EventQueue::put_back(std::vector<Item>& items, std::size_t taken) {
  bytes_ = bytes_ - taken + unwritten_.size();
  files_ -= std::exchange(written_files_, 0);
  returning_ = 0;
  if (items.empty()) return;
  for (const Item& item : items) bytes_ += bytes_of(item);
  items.insert(items.end(), std::move_iterator(waiting_.begin()),
               std::move_iterator(waiting_.end()));
  waiting_.swap(items);
  items.clear();
}

EventQueue::Attempt EventQueue::try_to_write(std::vector<Item>& items, bool sync) {
  try {
    write(items, sync);
    return {};
  } catch (const RecordFile::Gone& error) {
    return {error.what(), true};
  } catch (const IoError& error) {
    return {error.what()};
  } catch (const std::exception& error) {
    return {fmt::format("summary: {} can't be written: {}", file_.path(), error.what())};
  }
}

/// False, with the reason, for files that must be written again.
bool EventQueue::write_files(const FilesItem& files, std::string& failure) {
  try {
    files.write();
    ++written_files_;
    return true;
  } catch (const Error& error) {
    failure = error.what();
    return false;
  }
}

/// Leaves in `items` and `unwritten_` what didn't come into a file.
void EventQueue::write(std::vector<Item>& items, bool sync) {
  constexpr std::size_t enough = 1 << 20;
  std::size_t taken = 0;
  std::vector<Item> again;
  std::string failure;
  try {
    if (!items.empty() || !unwritten_.empty() || sync) file_.check_still_there();
    file_.write(unwritten_);  // before more is taken: it may fail again
    for (Item& item : items) {
      if (const auto* files = std::get_if<FilesItem>(&item)) {
        if (!write_files(*files, failure)) again.push_back(std::move(item));
        ++taken;
        continue;
      }
      append_record(unwritten_, encoded(item));
      item = EncodedItem();  // its memory is needed
      ++taken;
      if (unwritten_.size() >= enough) file_.write(unwritten_);
    }
    file_.write(unwritten_);
  } catch (...) {
    // Files go first, as they came: nothing else depends on their order.
    std::ranges::move(again, items.begin());
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(again.size()),
                items.begin() + static_cast<std::ptrdiff_t>(taken));
    throw;
  }
  items = std::move(again);
  if (sync) file_.sync();
  check<IoError>(failure.empty(), "{}", failure);
}

// The thread of a child's copy doesn't exist, and its mutex may be locked for ever, so that it
// can't be destroyed either. The list keeps it from being taken for a leak.
void close_queue(std::unique_ptr<EventQueue>& queue) {
  static auto& left_behind = *new std::vector<std::unique_ptr<EventQueue>>;
  if (queue && !queue->in_owner_process()) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    left_behind.push_back(std::move(queue));
  }
  queue.reset();
}

}  // namespace tapegrad::summary
