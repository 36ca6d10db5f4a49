#include "core/fixed_text.hpp"

namespace tapegrad {

FixedText& FixedText::operator<<(std::uint64_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

FixedText& FixedText::operator<<(DType dtype) { return *this << name_of(dtype); }

FixedText& FixedText::operator<<(const Dims& dims) {
  spell(dims, [this](std::string_view part) { *this << part; });
  return *this;
}

}  // namespace tapegrad
