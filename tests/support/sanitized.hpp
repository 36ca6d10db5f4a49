// Whether AddressSanitizer is in the program, in which every allocation takes many times as long.
#pragma once

namespace tapegrad::test {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif

}  // namespace tapegrad::test
