// What the loaders of arrays have in common.
#pragma once

#include <string>
#include <vector>

#include "tapegrad/shape.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace io {

struct LoadOptions {
  /// Arrays of a type that this library doesn't have become the smallest that holds every value:
  /// uint16 becomes int32, uint32 and uint64 int64. A
  /// uint64 that is too large for that is an IoError with the value. Else such an array is one.
  bool convert = false;
};

/// For files of several arrays.
struct LoadSomeOptions {
  bool convert = false;  ///< as in LoadOptions
  /// The names of those to load; all of them where it is empty. IoError for a name that isn't
  /// there. The others may be of any type: list_npz() and list_safetensors() say which there are.
  std::vector<std::string> only = {};
};

/// An array as a file has it.
struct StoredArray {
  std::string name;
  /// As numpy calls it, such as "float32" or "bfloat16"; for what can't be had in any way in the
  /// format's own words, such as "<c8" or "F8_E4M3".
  std::string dtype;
  Shape shape;
  /// Why it can't be loaded without options; empty for most.
  std::string problem = {};
};

}  // namespace io
}  // namespace tapegrad
