#include "data/ahead.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/check.hpp"

namespace tapegrad::data {

Ahead::Ahead(std::int64_t first, std::int64_t end, int workers, std::int64_t limit, Load load)
    : load_(std::move(load)),
      end_(end),
      limit_(std::min(limit, end - first)),
      places_(static_cast<std::size_t>(limit_)),
      next_to_load_(first),
      next_to_give_(first) {
  try {
    const std::int64_t useful = std::min<std::int64_t>(workers, end - first);
    for (std::int64_t i = 0; i < useful; ++i) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error& error) {
    stop();
    fail<Error>("DataLoader: the system gives no {} threads: {}", workers, error.what());
  } catch (...) {
    stop();
    throw;
  }
}

std::optional<Ahead::Loaded>& Ahead::place_of(std::int64_t number) {
  return places_[static_cast<std::size_t>(number % limit_)];
}

Ahead::Loaded Ahead::loaded(std::int64_t number) const {
  try {
    return {load_(number), nullptr};
  } catch (...) {
    return {{}, std::current_exception()};
  }
}

void Ahead::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    room_.wait(lock, [&] {
      return stopped_ || next_to_load_ == end_ || next_to_load_ < next_to_give_ + limit_;
    });
    if (stopped_ || next_to_load_ == end_) return;
    const std::int64_t number = next_to_load_++;
    lock.unlock();
    Loaded result = loaded(number);
    lock.lock();
    place_of(number) = std::move(result);
    arrival_.notify_one();
  }
}

Batch Ahead::take() {
  std::unique_lock lock(mutex_);
  std::optional<Loaded>& place = place_of(next_to_give_);
  arrival_.wait(lock, [&] { return place.has_value(); });
  Loaded result = *std::exchange(place, std::nullopt);
  ++next_to_give_;
  lock.unlock();
  room_.notify_all();
  if (result.error) std::rethrow_exception(result.error);
  return std::move(result.batch);
}

void Ahead::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  room_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace tapegrad::data
