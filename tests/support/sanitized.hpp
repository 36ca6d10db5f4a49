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

/// As many of something as there is time for.
constexpr int fewer(int all, int with_sanitizer) { return sanitized ? with_sanitizer : all; }

}  // namespace tapegrad::test
