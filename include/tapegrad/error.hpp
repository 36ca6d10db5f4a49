// The exceptions that the library throws. Messages follow one grammar:
// "operation: what is wrong: the values; what to do".
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] tapegrad {

/// The base of everything that the library throws. Arguments are untouched when it is thrown.
/// Behind the message stands, in brackets, where it happened, as far as that is known: the scope
/// that the thread was in, (in "model/linear"); in a reverse pass also the operation whose
/// derivative failed and its scope, and the line that called backward() or grad().
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;

  const char* what() const noexcept override;
  /// For those who pass an error on: says behind the message where it happened. Nothing where there
  /// is no memory for that.
  virtual void add_place(std::string_view place) noexcept;

 private:
  std::shared_ptr<const std::string> placed_;
};

/// Shapes do not fit the operation or one another.
struct ShapeError : Error {
  using Error::Error;
};

/// The element type does not fit the operation.
struct DTypeError : Error {
  using Error::Error;
};

/// An index, a dimension or a class label is out of range.
struct IndexError : Error {
  using Error::Error;
};

/// A matrix hasn't what the operation needs: an inverse, a Cholesky factor, finite elements.
struct LinAlgError : Error {
  using Error::Error;
};

/// The tape was asked for something that it can't do: a second backward, a changed saved value.
struct AutogradError : Error {
  using Error::Error;
};

/// There is no memory for a tensor, for its record on the tape or for what an operation needs in
/// passing. Before this is thrown, empty_cache() has run and the request was repeated. The message
/// has the operation, element type, shape and bytes. Nothing has changed: free something, or ask
/// for less, and go on. Being thrown takes no memory.
///   What it is not: a std::bad_alloc, which remains possible where the standard library's lists
///   and texts (names, paths, lists of tensors) find no room outside of an operation.
struct MemoryError : Error {
  /// `request` says what was asked for, `wanted` its bytes; `released` were kept until then.
  MemoryError(std::string_view operation, std::string_view request, std::size_t wanted,
              std::size_t released) noexcept;
  /// The same for an operation that called the one which failed.
  MemoryError(std::string_view operation, const MemoryError& inner) noexcept;

  const char* what() const noexcept override { return text_; }
  void add_place(std::string_view place) noexcept override;
  /// How many bytes were asked for; 0 where that isn't known.
  std::size_t bytes_wanted() const noexcept { return wanted_; }
  /// How many bytes the caches had kept, and gave back in vain.
  std::size_t bytes_released() const noexcept { return released_; }

 private:
  // In place, because there may be no memory for a string. The longest shape has 8 * 21 digits.
  char text_[512];
  std::size_t name_size_ = 0;
  std::size_t wanted_ = 0;
  std::size_t released_ = 0;
};

/// A place in a program's sources: as a default argument, that of the call.
class CallSite {
 public:
  static constexpr CallSite here(const char* file = __builtin_FILE(),
                                 unsigned line = __builtin_LINE()) {
    return CallSite(file, line);
  }
  const char* file() const { return file_; }
  unsigned line() const { return line_; }

 private:
  constexpr CallSite(const char* file, unsigned line) : file_(file), line_(line) {}

  const char* file_;
  unsigned line_;
};

/// A file can't be read or written, or does not hold what it should.
struct IoError : Error {
  using Error::Error;
};

}  // namespace tapegrad
