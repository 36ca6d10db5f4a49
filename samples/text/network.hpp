// Networks that say of each character of a text which one comes next. No training here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tapegrad/tapegrad.hpp>
#include <vector>

struct TextSizes {
  bool transformer = false;
  std::int64_t characters = 0;  ///< different ones
  std::int64_t size = 0;        ///< of what stands for a character, and of states
  std::int64_t layers = 0;
  std::int64_t heads = 0;   ///< of a transformer
  std::int64_t window = 0;  ///< so many characters at most are looked at, by a transformer
};

/// tokens [n, places], int64  ->  logits [n, places, characters]
struct TextNetwork : tapegrad::nn::Module {
  tapegrad::nn::Buffer sizes;  ///< TextSizes in their order, which stay with the weights
  tapegrad::nn::Embedding embedding;
  std::optional<tapegrad::nn::LSTM> lstm;
  std::optional<tapegrad::nn::Embedding> positions;
  std::optional<tapegrad::nn::TransformerEncoder> encoder;
  tapegrad::nn::Dropout dropout;
  tapegrad::nn::Linear out;

  TextNetwork(const TextSizes& sizes, double dropped);
  /// One whose tensors are these. Throws std::runtime_error for others.
  static TextNetwork of(const tapegrad::StateDict& state);

  void visit(tapegrad::nn::Visitor& v) override;
  tapegrad::Tensor forward(const tapegrad::Tensor& tokens) const;
};

/// Reads a text character by character.
class Reader {
 public:
  /// The network lives as long, and is in evaluation mode.
  explicit Reader(const TextNetwork& network);
  /// Logits of what follows, [characters].
  tapegrad::Tensor read(std::int64_t character);

 private:
  const TextNetwork& network_;
  tapegrad::Tensor h_, c_;          // of an LSTM, after what was read
  std::vector<std::int64_t> last_;  // what a transformer sees
  std::size_t window_;
};
