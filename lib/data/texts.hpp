// Lists of texts as tensors, so that whatever keeps tensors keeps them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/state_dict.hpp"

namespace tapegrad::data {

/// Adds NAME.bytes, uint8, and NAME.lengths, int64.
void put_texts(StateDict& state, const std::string& name, std::span<const std::string> texts);

/// What put_texts() added. Throws Error in `operation`'s name where it isn't there or isn't that.
std::vector<std::string> texts_of(std::string_view operation, const StateDict& state,
                                  const std::string& name);

/// The entry. Throws Error in `operation`'s name where it isn't there.
const Tensor& entry_of(std::string_view operation, const StateDict& state, std::string_view name);

/// A number of [0, end) that stands there alone. Throws Error likewise.
std::int64_t number_of(std::string_view operation, const StateDict& state, std::string_view name,
                       std::int64_t end);

/// For messages: the first of the texts, quoted, and how many more there are.
std::string some_of(std::span<const std::string> texts);

}  // namespace tapegrad::data
