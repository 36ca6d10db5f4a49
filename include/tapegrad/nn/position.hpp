// Where in a sequence something stands, as numbers that attention can tell apart.
#pragma once

#include <cstdint>

#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/module.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

/// Waves of lengths from 2 pi to 20000 pi, as sines in the even columns and cosines in the odd
/// ones: [length, size]. Throws ShapeError for negative sizes.
Tensor sinusoidal_encoding(std::int64_t length, std::int64_t size, const TensorOptions& like = {});

struct PositionalEncodingOptions {
  double dropout = 0.1;
  std::int64_t max_len = 5000;
  bool batch_first = false;
  DType dtype = float32;
  Generator& generator = default_generator();
};

/// x + sinusoidal_encoding() of its places, then dropout. PyTorch has it in its tutorial, whose
/// names these are.
///   x: [places, batch, d_model], or [batch, places, d_model] if batch_first
/// Throws ShapeError for another shape, and for more than max_len places.
class PositionalEncoding : public Layer {
 public:
  explicit PositionalEncoding(AsSize d_model, const PositionalEncodingOptions& options = {});

  Buffer pe;  ///< [max_len, 1, d_model]
  Dropout dropout;

  void visit(Visitor& v) override;
  Tensor forward(const Tensor& x) const override;

 private:
  bool batch_first_;
};

}  // namespace nn
}  // namespace tapegrad
