// The exceptions that the library throws. Messages follow one grammar:
// "operation: what is wrong: the values; what to do".
#pragma once

#include <stdexcept>

namespace [[gnu::visibility("default")]] tapegrad {

/// The base of everything that the library throws. Arguments are untouched when it is thrown.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
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

/// The tape was asked for something that it can't do: a second backward, a changed saved value.
struct AutogradError : Error {
  using Error::Error;
};

/// A file can't be read or written, or does not hold what it should.
struct IoError : Error {
  using Error::Error;
};

}  // namespace tapegrad
