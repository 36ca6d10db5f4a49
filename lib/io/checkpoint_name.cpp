#include "io/checkpoint_name.hpp"

#include <fmt/core.h>

#include <charconv>

namespace tapegrad::io {
namespace {

constexpr std::string_view prefix = "ckpt-";
constexpr std::string_view suffix = ".safetensors";

}  // namespace

std::string checkpoint_name(std::int64_t step) {
  return fmt::format("{}{}{}", prefix, step, suffix);
}

std::optional<std::int64_t> step_in_name(std::string_view name) {
  if (name.size() < prefix.size() + suffix.size() || !name.starts_with(prefix) ||
      !name.ends_with(suffix)) {
    return std::nullopt;
  }
  const std::string_view digits =
      name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  // As checkpoint_name() has them: neither a sign nor zeros in front.
  if (digits.empty() || digits[0] == '-' || (digits[0] == '0' && digits.size() > 1)) {
    return std::nullopt;
  }
  std::int64_t step = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return step;
}

}  // namespace tapegrad::io
