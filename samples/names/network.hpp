// Networks that say of a name, read character by character, which class it is of. No training here.
#pragma once

#include <cstdint>
#include <optional>
#include <tapegrad/tapegrad.hpp>

struct NameSizes {
  bool transformer = false;
  std::int64_t characters = 0;  ///< different ones, with the padding, which is 0
  std::int64_t size = 0;        ///< of what stands for a character, and of states in one direction
  std::int64_t classes = 0;
  std::int64_t longest = 0;  ///< characters of a name
};

/// tokens [n, places], int64, padded with 0 at the end  ->  logits [n, classes]
///   A recurrent network (GRU) reads forth and back, each row as far as it goes; what it knows at
/// both ends is looked at. A transformer's places see those of their own name, and their mean is
/// looked at.
struct NameNetwork : tapegrad::nn::Module {
  tapegrad::nn::Buffer sizes;  ///< NameSizes in their order, which stay with the weights
  tapegrad::nn::Embedding embedding;
  std::optional<tapegrad::nn::GRU> gru;
  std::optional<tapegrad::nn::Embedding> positions;
  std::optional<tapegrad::nn::TransformerEncoder> encoder;
  tapegrad::nn::Dropout dropout;
  tapegrad::nn::Linear out;

  NameNetwork(const NameSizes& sizes, double dropped);
  /// One whose tensors are these, in evaluation mode. Throws std::runtime_error for others.
  static NameNetwork of(const tapegrad::StateDict& state);
  std::int64_t longest() const;

  void visit(tapegrad::nn::Visitor& v) override;
  tapegrad::Tensor forward(const tapegrad::Tensor& tokens) const;

 private:
  tapegrad::Tensor at_both_ends(const tapegrad::Tensor& tokens) const;
  tapegrad::Tensor mean_of_places(const tapegrad::Tensor& tokens) const;
};
