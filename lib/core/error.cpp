// What all errors can do. MemoryError, which must not allocate, has a file of its own.
#include "tapegrad/error.hpp"

#include <exception>

namespace tapegrad {

const char* Error::what() const noexcept {
  return placed_ ? placed_->c_str() : std::runtime_error::what();
}

void Error::add_place(std::string_view place) noexcept {
  try {
    placed_ = std::make_shared<const std::string>(what() + (" (" + std::string(place) + ')'));
  } catch (const std::exception&) {
    // The message alone, then.
  }
}

}  // namespace tapegrad
