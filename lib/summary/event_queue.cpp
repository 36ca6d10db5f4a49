#include "summary/event_queue.hpp"

#include <chrono>

#include "tapegrad/autograd.hpp"

namespace tapegrad::summary {
namespace {

std::string encoded(const Item& item) {
  if (const auto* scalar = std::get_if<ScalarItem>(&item.what)) {
    return scalar_event(item.stamp, item.tag, scalar->value);
  }
  if (const auto* histogram = std::get_if<HistogramItem>(&item.what)) {
    return histogram_event(item.stamp, item.tag,
                           histogram_of(histogram->values.to_vector<double>()));
  }
  return std::get<EncodedItem>(item.what).event;
}

}  // namespace

EventQueue::EventQueue(std::string path, const WriterOptions& options, double wall_time)
    : file_(std::move(path)), options_(options) {
  std::string bytes;
  append_record(bytes, file_version_event(wall_time));
  file_.write(bytes);
  thread_ = std::thread([this] { run(); });
}

EventQueue::~EventQueue() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

// The thread is not woken for every item: waking costs more than all the rest of a push. It is when
// the queue is half full, so that a fast producer seldom has to wait.
void EventQueue::push(Item item) {
  std::unique_lock lock(mutex_);
  rethrow();
  if (waiting_.size() >= options_.max_waiting) {
    wake_.notify_all();
    done_.wait(lock, [this] { return waiting_.size() < options_.max_waiting || error_; });
    rethrow();
  }
  waiting_.push_back(std::move(item));
  if (waiting_.size() == half_full()) wake_.notify_all();
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
  const auto period = std::chrono::duration<double>(options_.flush_seconds);
  std::vector<Item> items;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, period, [this] {
      return stop_ || flushes_asked_ > flushes_done_ || waiting_.size() >= half_full();
    });
    const std::uint64_t asked = flushes_asked_;
    const bool stop = stop_;
    items.swap(waiting_);
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
    flushes_done_ = asked;
    if (error && !error_) error_ = error;
    done_.notify_all();
    if (stop || error_) return;
  }
}

void EventQueue::write(std::vector<Item>& items, bool sync) {
  std::string bytes;
  for (const Item& item : items) {
    append_record(bytes, encoded(item));
    constexpr std::size_t enough = 1 << 20;
    if (bytes.size() < enough) continue;
    file_.write(bytes);
    bytes.clear();
  }
  if (!items.empty() || sync) file_.check_still_there();
  file_.write(bytes);
  if (sync) file_.sync();
}

}  // namespace tapegrad::summary
