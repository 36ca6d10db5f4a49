// A network that says which language a family name comes from: a recurrent one or a transformer.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tapegrad/tapegrad.hpp>
#include <utility>
#include <vector>

#include "dataset.hpp"
#include "network.hpp"
#include "report.hpp"
#include "support/program.hpp"
#include "support/trainer.hpp"

namespace tg = tapegrad;

namespace {

constexpr std::string_view alphabet_prefix = "alphabet.";
constexpr std::string_view languages_prefix = "languages.";

struct Settings : samples::Course {
  Settings() : Course{.epochs = 30, .batch_size = 64, .learning_rate = 0.004} {}

  std::string names = NAMES_DATA;
  std::string model = "gru";
  std::int64_t size = 96;
  double dropout = 0.5;
  samples::TrainingFiles files;
  std::string list_test;
  std::vector<std::string> predict;
  std::string weights;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.text("--names", s.names, "DIR", "learn from the files LANGUAGE.txt of this folder");
  flags.choice("--model", s.model, {"gru", "transformer"}, "what reads the names");
  flags.integer("--size", s.size, {.least = 4},
                "numbers that stand for a character, and of a state");
  flags.number("--dropout", s.dropout, {.least = 0, .most = 1, .below = true},
               "what part of the numbers is dropped while learning");
  samples::declare(
      flags, s,
      {.epochs = "how often each name is seen",
       .batch_size = "names of a step",
       .seed = "makes the part for the test, the random start, the order and the dropout"});
  samples::declare(flags, s.files);
  flags.text("--list-test", s.list_test, "FILE",
             "write a table of the test, name by name, as .csv");
  flags.texts("--predict", s.predict, "NAME...",
              "say where these names come from, without training");
  flags.text("--weights", s.weights, "FILE", "what --export wrote as .safetensors, for --predict");
  flags.needs("--predict", "--weights");
  flags.needs("--weights", "--predict");
  samples::trains_nothing(flags, "--weights");
}

tg::train::TrainerOptions options_of(const Settings& s, const Names& names) {
  std::vector<std::int64_t> bytes;
  for (const std::string& name : names.texts) {
    for (const char c : name + '\n') bytes.push_back(static_cast<unsigned char>(c));
  }
  std::map<std::string, std::string> origin{
      {"--model", s.model},
      {"--size", fmt::format("{}", s.size)},
      {"--dropout", fmt::format("{}", s.dropout)},
      {"data", samples::fingerprint({tg::Tensor::from_vector(std::move(bytes)), names.labels})}};
  return samples::options_of(s, s.files, std::move(origin));
}

/// Weights, alphabet and languages: all that a prediction takes.
tg::StateDict result_of(const NameNetwork& network, const tg::data::Vocabulary& alphabet,
                        const std::vector<std::string>& languages) {
  tg::StateDict all = network.state_dict();
  const auto add = [&](std::string_view prefix, const tg::StateDict& state) {
    for (const auto& [name, tensor] : state) all.insert(std::string(prefix) + name, tensor);
  };
  add(alphabet_prefix, alphabet.state_dict());
  add(languages_prefix, tg::data::Vocabulary(languages).state_dict());
  return all;
}

std::int64_t longest_of(const Names& names, const tg::data::Vocabulary& alphabet) {
  std::int64_t longest = 0;
  for (const std::string& name : names.texts) {
    longest = std::max(longest, encoded(alphabet, "a name", name).size(0));
  }
  return std::min<std::int64_t>(longest, 40);
}

void train(const Settings& s) {
  samples::check_writable(s.files);
  samples::check_writable("--list-test", s.list_test);
  const auto seed = static_cast<std::uint64_t>(s.seed);
  tg::manual_seed(seed);
  const Names names = read_names(s.names);
  const auto classes = std::ssize(names.languages);
  const NameParts parts = parts_of(names, seed);
  const tg::data::Vocabulary alphabet = alphabet_of(names, parts.learned);
  const std::int64_t longest = longest_of(names, alphabet);
  if (s.model == "transformer" && s.size % 4 != 0) {
    throw std::runtime_error(
        fmt::format("--size: {}; a transformer needs a multiple of 4", s.size));
  }
  fmt::print("{} names of {} languages to learn from, {} held out for the test.\n",
             parts.learned.size(), classes, parts.test.size());

  NameNetwork network({s.model == "transformer", alphabet.size(), s.size, classes, longest},
                      s.dropout);
  tg::optim::Adam adam(network.parameters(), {.lr = s.learning_rate});
  const auto loss = [](const tg::Tensor& logits, const tg::Tensor& labels) {
    return tg::nn::cross_entropy(logits, labels);
  };
  tg::train::Trainer trainer(network, loss, adam, options_of(s, names));
  auto batches = batches_of(names, parts.learned, alphabet, longest,
                            {.batch_size = s.batch_size, .shuffle = true, .seed = seed});
  auto test = batches_of(names, parts.test, alphabet, longest, {.batch_size = 256});
  trainer.measure(tg::train::Accuracy());
  trainer.measure(tg::train::F1({.average = tg::train::Average::macro, .classes = classes}),
                  {.in_training = false});
  samples::add_callbacks(trainer, adam, s.learning_rate, s.epochs * *batches.size(), s.files);
  trainer.fit(batches, &test);  // for the curves: nothing is decided by the test
  samples::say_ended(s.files, trainer.step(), trainer.checkpoint());

  const tg::train::Scores scores = trainer.evaluate(test);
  const tg::Tensor said = trainer.predict(test);
  const tg::Tensor labels =
      index_select(names.labels, 0, tg::Tensor::from_vector(std::vector(parts.test)));
  fmt::print("Of each language (rows), how many names of the test are taken for which:\n");
  print_confusion(names.languages, tg::train::confusion_matrix(said, labels, classes));
  if (!s.list_test.empty()) write_test(s.list_test, names, parts.test, said);
  network.eval();
  samples::export_result(s.files, result_of(network, alphabet, names.languages),
                         {[&](const tg::Tensor& tokens) { return network.forward(tokens); },
                          tg::Feed({tg::unknown, longest}, tg::int64)});
  fmt::print("test_accuracy={:.6f} test_f1={:.6f} test_loss={:.6f} steps={}\n", scores["accuracy"],
             scores["f1"], scores["loss"], trainer.step());
}

tg::StateDict part_of(const tg::StateDict& state, std::string_view prefix) {
  tg::StateDict part;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(prefix)) part.insert(name.substr(prefix.size()), tensor);
  }
  return part;
}

/// Says where each name comes from, and how sure that is.
void predict(const Settings& s) {
  samples::with_weights_of(s.weights, [&](const tg::StateDict& state) {
    tg::StateDict weights;
    for (const auto& [name, tensor] : state) {
      const bool other = name.starts_with(alphabet_prefix) || name.starts_with(languages_prefix);
      if (!other) weights.insert(name, tensor);
    }
    tg::data::Vocabulary alphabet, languages;
    const NameNetwork network = NameNetwork::of(weights);
    alphabet.load_state_dict(part_of(state, alphabet_prefix));
    languages.load_state_dict(part_of(state, languages_prefix));
    print_predictions(network, alphabet, languages.tokens(), s.predict);
  });
  fmt::print("names={}\n", s.predict.size());
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags(
      "names",
      "Learns to tell which language a family name comes from, with a recurrent network or a\n"
      "transformer.\n"
      "The last line printed is: test_accuracy=A test_f1=F test_loss=L steps=N, with --predict "
      "names=N");
  declare(flags, settings);
  return samples::run("names", flags, argc, argv,
                      [&] { settings.predict.empty() ? train(settings) : predict(settings); });
}
