// safetensors as bytes: what stands in a file before it is written, and reading bytes that are
// already here, for the loader and for fuzzing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/input.hpp"
#include "tapegrad/io/safetensors.hpp"

namespace tapegrad::io {

Safetensors read_safetensors(const Input& input, const LoadSomeOptions& options = {});

SafetensorsList list_safetensors(const Input& input);

/// The JSON of a file. Throws IoError where its length can't be right.
std::string_view safetensors_header(const Input& input);

/// Length and header of a file, and the tensors in the order in which their bytes follow, row by
/// row. `operation` and `path` are what errors name.
struct SafetensorsImage {
  std::string head;
  std::vector<NamedTensor> tensors;
};
SafetensorsImage lay_out_safetensors(std::string_view operation, std::string_view path,
                                     const StateDict& tensors,
                                     const std::map<std::string, std::string>& metadata);

}  // namespace tapegrad::io
