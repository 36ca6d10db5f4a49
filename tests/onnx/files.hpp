// Models as they come from others.
#pragma once

#include <utility>
#include <vector>

#include "io/files.hpp"
#include "onnx/proto.hpp"
#include "tapegrad/onnx.hpp"

namespace tapegrad::test {

/// A model of one input, x: float32 of any size, and one output, y.
inline onnx::proto::Model model_of(std::vector<onnx::proto::Node> nodes) {
  const std::vector<onnx::proto::Size> any{{-1, "n"}};
  return {.graph_name = "test",
          .nodes = std::move(nodes),
          .initializers = {},
          .inputs = {{"x", float32, any}},
          .outputs = {{"y", float32, any}}};
}

inline onnx::Model loaded(const onnx::proto::Model& model) {
  const Folder folder;
  write_file(folder / "model.onnx", onnx::proto::encoded(model));
  return onnx::load(folder / "model.onnx");
}

}  // namespace tapegrad::test
