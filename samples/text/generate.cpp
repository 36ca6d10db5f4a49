#include "generate.hpp"

#include <numeric>
#include <vector>

#include "corpus.hpp"

namespace tg = tapegrad;

namespace {

std::int64_t draw(const tg::Tensor& logits, double temperature, tg::Generator& generator) {
  if (temperature == 0) return argmax(logits).item<std::int64_t>();
  // The largest at 0 before it is divided: the least temperature makes no infinity of it.
  const tg::Tensor scores = (logits - max(logits)).to(tg::float64) / temperature;
  const std::vector<double> likely = softmax(scores, 0).to_vector<double>();
  double left = tg::rand({}, {.dtype = tg::float64}, generator).item<double>() *
                std::accumulate(likely.begin(), likely.end(), 0.0);
  std::size_t i = 0;
  while (i + 1 < likely.size() && left >= likely[i]) left -= likely[i++];
  return static_cast<std::int64_t>(i);
}

}  // namespace

std::string generate(const TextNetwork& network, const tg::data::Vocabulary& vocabulary,
                     const Sampling& sampling) {
  std::vector<std::int64_t> begun = numbers_of(vocabulary, "--prompt", sampling.prompt);
  if (begun.empty()) begun.push_back(vocabulary.index("\n"));
  Reader reader(network);
  tg::Tensor next;
  for (const std::int64_t character : begun) next = reader.read(character);
  tg::Generator generator(sampling.seed);
  std::string text = sampling.prompt;
  for (std::int64_t i = 0; i < sampling.length; ++i) {
    const std::int64_t character = draw(next, sampling.temperature, generator);
    text += vocabulary.token(character);
    next = reader.read(character);
  }
  return text;
}
