#include "io/checkpoint_name.hpp"

#include <fmt/format.h>

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
  std::int64_t step = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), step);
  if (step < 0 || checkpoint_name(step) != name) return std::nullopt;
  return step;
}

}  // namespace tapegrad::io
