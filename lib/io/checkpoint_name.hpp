// The name of a checkpoint's file, which says its step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tapegrad::io {

/// "ckpt-STEP.safetensors"
std::string checkpoint_name(std::int64_t step);

/// The step in such a name; nothing for other names.
std::optional<std::int64_t> step_in_name(std::string_view name);

}  // namespace tapegrad::io
