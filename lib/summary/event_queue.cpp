#include "summary/event_queue.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>

#include "core/check.hpp"

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

std::size_t bytes_of(const Item& item) {
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

EventQueue::EventQueue(std::string path, const WriterOptions& options, double wall_time)
    : file_(std::move(path)), options_(options), forks_before_(forks) {
  count_forks();
  std::string bytes;
  append_record(bytes, file_version_event(wall_time));
  if (options.purge_step) append_record(bytes, start_event({wall_time, *options.purge_step}));
  file_.write(bytes);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    file_.remove();
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

bool EventQueue::at_home() const { return forks.load(std::memory_order_relaxed) == forks_before_; }

// The thread is not woken for every item: waking costs more than all the rest of a push. It is when
// the queue is half full, so that a fast producer seldom has to wait.
void EventQueue::push(Item item) {
  const std::size_t bytes = bytes_of(item);
  std::unique_lock lock(mutex_);
  rethrow();
  if (full()) {
    wake_.notify_all();
    done_.wait(lock, [this] { return !full() || error_; });
    rethrow();
  }
  const bool awake = half_full();
  waiting_.push_back(std::move(item));
  bytes_ += bytes;
  if (!awake && half_full()) wake_.notify_all();
}

void EventQueue::flush() {
  std::unique_lock lock(mutex_);
  rethrow();
  const std::uint64_t mine = ++flushes_asked_;
  wake_.notify_all();
  done_.wait(lock, [&] { return flushes_done_ >= mine || error_; });
  rethrow();
}

// The error stays: what was lost once makes every later call fail too.
void EventQueue::rethrow() {
  if (error_) std::rethrow_exception(error_);
}

void EventQueue::run() {
  constexpr double least = 1e-3;  // not a busy loop
  constexpr double most = 1e8;    // the clock counts nanoseconds in 64 bits
  const std::chrono::duration<double> period(std::clamp(options_.flush_seconds, least, most));
  std::vector<Item> items;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, period, [this] {
      return stop_ || flushes_asked_ > flushes_done_ || (half_full() && !waiting_.empty());
    });
    const std::uint64_t asked = flushes_asked_;
    const bool stop = stop_;
    items.swap(waiting_);
    const std::size_t bytes = bytes_;
    lock.unlock();
    done_.notify_all();  // there is room again
    std::exception_ptr error;
    try {
      write(items, asked > flushes_done_ || stop);
    } catch (...) {
      error = std::current_exception();
    }
    items.clear();
    lock.lock();
    bytes_ -= bytes;
    flushes_done_ = asked;
    if (error && !error_) error_ = error;
    done_.notify_all();
    if (stop || error_) return;
  }
}

void EventQueue::write(std::vector<Item>& items, bool sync) {
  std::string bytes;
  for (Item& item : items) {
    append_record(bytes, encoded(item));
    item = EncodedItem();  // its memory is needed
    constexpr std::size_t enough = 1 << 20;
    if (bytes.size() < enough) continue;
    file_.write(bytes);
    bytes.clear();
  }
  if (!items.empty() || sync) file_.check_still_there();
  file_.write(bytes);
  if (sync) file_.sync();
}

// The thread of a child's copy doesn't exist, and its mutex may be locked for ever, so that it
// can't be destroyed either. The list keeps it from being taken for a leak.
void close_queue(std::unique_ptr<EventQueue>& queue) {
  static auto& left_behind = *new std::vector<std::unique_ptr<EventQueue>>;
  if (queue && !queue->at_home()) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    left_behind.push_back(std::move(queue));
  }
  queue.reset();
}

}  // namespace tapegrad::summary
