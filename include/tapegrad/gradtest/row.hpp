// Elements in memory of their own.
#pragma once

#include <cstddef>

namespace tapegrad::gradtest {

/// A number of elements, each T() at first. It says what std::vector says; but the code that a
/// vector of another type makes costs each test file some 0.05 s of g++'s time.
template <class T>
class Row {
 public:
  explicit Row(std::size_t size) : elements_(new T[size]()), size_(size) {}
  Row(Row&& other) noexcept : elements_(other.elements_), size_(other.size_) {
    other.elements_ = nullptr;
    other.size_ = 0;
  }
  Row& operator=(Row&&) = delete;
  ~Row() { delete[] elements_; }

  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return elements_[i]; }
  const T& operator[](std::size_t i) const { return elements_[i]; }
  T* begin() { return elements_; }
  T* end() { return elements_ + size_; }

 private:
  T* elements_;
  std::size_t size_;
};

}  // namespace tapegrad::gradtest
