// A network that learns which character of a text comes next, and goes on writing by itself: an
// LSTM or a transformer.
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <tapegrad/tapegrad.hpp>
#include <utility>

#include "corpus.hpp"
#include "generate.hpp"
#include "network.hpp"
#include "support/program.hpp"
#include "support/trainer.hpp"

namespace tg = tapegrad;

namespace {

constexpr std::string_view vocabulary_prefix = "vocabulary.";

struct Settings : samples::Course {
  Settings()
      : Course{.epochs = 10,
               .batch_size = 16,
               .learning_rate = std::numeric_limits<double>::quiet_NaN()} {}

  std::string text = TEXT_DATA;
  std::string model = "lstm";
  std::int64_t size = 192;
  std::int64_t layers = 2;
  std::int64_t heads = 6;
  std::int64_t window = 128;
  double dropout = 0.1;
  samples::TrainingFiles files;
  std::int64_t sample = 400;
  double temperature = 0.7;
  std::string prompt;
  std::string weights;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.text("--text", s.text, "FILE", "learn from this text, UTF-8; a tenth of it is held out");
  flags.choice("--model", s.model, {"lstm", "transformer"}, "what reads the text");
  flags.integer("--size", s.size, {.least = 1},
                "numbers that stand for a character, and of a state");
  flags.integer("--layers", s.layers, {.least = 1}, "one behind the other");
  flags.integer("--heads", s.heads, {.least = 1},
                "of a transformer's attention; they divide --size");
  flags.integer("--window", s.window, {.least = 2}, "characters that are read in one go");
  flags.number("--dropout", s.dropout, {.least = 0, .most = 1, .below = true},
               "what part of the numbers between layers is dropped while learning");
  samples::declare(
      flags, s,
      {.epochs = "how often the text is read",
       .batch_size = "windows of a step",
       .seed = "makes the random start, the windows, the dropout and the sampled text",
       .learning_rate = "of Adam, at its highest: 0.008 of an lstm, 0.003 of a transformer unless "
                        "given; it rises for a tenth of the steps and falls from there"});
  samples::declare(flags, s.files);
  flags.integer("--sample", s.sample, {}, "write so many characters in the end");
  flags.number("--temperature", s.temperature, {.least = 0},
               "of these: lower is more careful, 0 takes the likeliest each time");
  flags.text("--prompt", s.prompt, "TEXT", "go on from this");
  flags.text("--weights", s.weights, "FILE",
             "write with what --export wrote as .safetensors, without training");
  samples::trains_nothing(flags, "--weights");
}

TextSizes sizes_of(const Settings& s, const Corpus& corpus) {
  if (s.model == "transformer" && s.size % s.heads != 0) {
    throw std::runtime_error(
        fmt::format("--heads: {} heads don't divide a --size of {}", s.heads, s.size));
  }
  return {s.model == "transformer", corpus.vocabulary.size(), s.size, s.layers, s.heads, s.window};
}

tg::train::TrainerOptions options_of(const Settings& s, const Corpus& corpus) {
  std::map<std::string, std::string> origin{
      {"--model", s.model},
      {"--size", fmt::format("{} {} {}", s.size, s.layers, s.heads)},
      {"--window", fmt::format("{}", s.window)},
      {"--dropout", fmt::format("{}", s.dropout)},
      {"data", samples::fingerprint({corpus.learned, corpus.held_out})}};
  return samples::options_of(s, s.files, std::move(origin));
}

/// [n, places, characters] as losses and measures want it.
tg::Tensor by_class(const tg::Tensor& logits) { return logits.transpose(1, 2); }

/// Weights and alphabet: all that writing takes.
tg::StateDict result_of(const TextNetwork& network, const tg::data::Vocabulary& vocabulary) {
  tg::StateDict all = network.state_dict();
  for (const auto& [name, tensor] : vocabulary.state_dict()) {
    all.insert(std::string(vocabulary_prefix) + name, tensor);
  }
  return all;
}

void write(const Settings& s, const TextNetwork& network, const tg::data::Vocabulary& vocabulary) {
  if (s.sample == 0) return;
  fmt::print("{}\n", generate(network, vocabulary,
                              {.length = s.sample,
                               .temperature = s.temperature,
                               .prompt = s.prompt,
                               .seed = static_cast<std::uint64_t>(s.seed)}));
}

void train(const Settings& s) {
  samples::check_writable(s.files);
  tg::manual_seed(static_cast<std::uint64_t>(s.seed));
  const Corpus corpus = read_corpus(s.text, s.window);
  numbers_of(corpus.vocabulary, "--prompt", s.prompt);  // before the training, not behind it
  TextNetwork network(sizes_of(s, corpus), s.dropout);
  fmt::print("{} characters to learn from, {} held out, {} different ones.\n",
             corpus.learned.size(0), corpus.held_out.size(0), corpus.vocabulary.size());

  tg::optim::Adam adam(network.parameters(), {.lr = s.learning_rate});
  const auto loss = [](const tg::Tensor& logits, const tg::Tensor& next) {
    return tg::nn::cross_entropy(by_class(logits), next);
  };
  tg::train::Trainer trainer(network, loss, adam, options_of(s, corpus));
  tg::data::DataLoader batches(
      DrawnWindows(corpus.learned, s.window),
      {.batch_size = s.batch_size, .shuffle = true, .seed = static_cast<std::uint64_t>(s.seed)});
  tg::data::DataLoader test(fixed_windows(corpus.held_out, s.window), {.batch_size = 64});
  trainer.measure(tg::train::Perplexity(), {.of = by_class});
  samples::add_callbacks(trainer, adam, s.learning_rate, s.epochs * *batches.size(), s.files,
                         {.every_epoch = true});
  trainer.add(tg::train::ClipGradNorm(1));
  trainer.fit(batches, &test);  // for the curves: nothing is decided by the test
  samples::say_ended(s.files, trainer.step(), trainer.checkpoint());

  const tg::train::Scores scores = trainer.evaluate(test);
  network.eval();
  write(s, network, corpus.vocabulary);
  samples::export_result(s.files, result_of(network, corpus.vocabulary),
                         {[&](const tg::Tensor& tokens) { return network.forward(tokens); },
                          tg::Feed({tg::unknown, s.window}, tg::int64)});
  fmt::print("test_perplexity={:.6f} test_loss={:.6f} steps={}\n", scores["perplexity"],
             scores["loss"], trainer.step());
}

/// Writes, without training.
void write_alone(const Settings& s) {
  samples::with_weights_of(s.weights, [&](const tg::StateDict& state) {
    tg::StateDict weights, alphabet;
    for (const auto& [name, tensor] : state) {
      const bool is_weight = !name.starts_with(vocabulary_prefix);
      if (is_weight) weights.insert(name, tensor);
      if (!is_weight) alphabet.insert(name.substr(vocabulary_prefix.size()), tensor);
    }
    tg::data::Vocabulary vocabulary;
    const TextNetwork network = TextNetwork::of(weights);
    vocabulary.load_state_dict(alphabet);
    write(s, network, vocabulary);
  });
  fmt::print("characters={}\n", s.sample);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags(
      "text",
      "Learns a text character by character with an LSTM or a transformer, and writes more of it.\n"
      "The last line printed is: test_perplexity=P test_loss=L steps=N, with --weights "
      "characters=N");
  declare(flags, settings);
  return samples::run("text", flags, argc, argv, [&] {
    if (std::isnan(settings.learning_rate)) {
      settings.learning_rate = settings.model == "lstm" ? 0.008 : 0.003;
    }
    settings.weights.empty() ? train(settings) : write_alone(settings);
  });
}
