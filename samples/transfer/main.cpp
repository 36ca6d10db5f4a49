// What a network has learned of some digits, wherever they lie, used for others of which there are
// few examples: all of it is frozen but a new last layer.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tapegrad/tapegrad.hpp>
#include <utility>
#include <vector>

#include "digits/dataset.hpp"
#include "digits/network.hpp"
#include "support/program.hpp"
#include "support/trainer.hpp"

namespace tg = tapegrad;

namespace {

constexpr std::int64_t known = 5;    // the network learns the digits below this one first
constexpr std::int64_t classes = 5;  // and then those from there on

struct Settings {
  std::string mnist = DIGITS_DATA;
  std::int64_t shift = 4;
  std::int64_t shots = 5;
  bool augment = false;
  std::int64_t base_epochs = 20;
  std::int64_t epochs = 60;
  std::int64_t max_step = 0;
  std::int64_t batch_size = 32;
  double learning_rate = 0.002;
  double head_learning_rate = 0.01;
  std::int64_t seed = 1;
  std::string base;
  std::string export_base;
  samples::TrainingFiles files;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.text("--mnist", s.mnist, "DIR", "learn from the IDX files of this folder, as digits does");
  flags.integer("--shift", s.shift, {.most = 64},
                "pixels that a field is larger than its image, which lies anywhere in it");
  flags.integer("--shots", s.shots, {.least = 1}, "examples of each of the digits 5 to 9");
  flags.toggle("--augment", s.augment,
               "shift these examples anew in each epoch, as the digits 0 to 4 are");
  flags.integer("--base-epochs", s.base_epochs, {.least = 1},
                "how often the digits 0 to 4 are seen");
  flags.integer("--epochs", s.epochs, {.least = 1}, "how often each of the examples is seen");
  flags.integer("--max-step", s.max_step, {},
                "most steps of each training; 0 for all of the epochs");
  flags.integer("--batch-size", s.batch_size, {.least = 1}, "images of a step");
  flags.number("--learning-rate", s.learning_rate, {.least = 0, .above = true},
               "of Adam, where all is trained, at its highest");
  flags.number("--head-learning-rate", s.head_learning_rate, {.least = 0, .above = true},
               "where the last layer alone is trained");
  flags.integer("--seed", s.seed, {}, "makes the random start, the examples, order and dropout");
  flags.text("--base", s.base, "FILE",
             "take what these weights know, what --export-base or the sample digits wrote as "
             ".safetensors, instead of learning 0 to 4");
  flags.text("--export-base", s.export_base, "FILE",
             "write the network that knows 0 to 4 to this .safetensors file");
  flags.endings("--export-base", {".safetensors"});
  flags.excludes("--export-base", "--base");
  samples::declare(flags, s.files);
}

/// The digits whose labels are from `first` on, `classes` of them, with labels from 0 on.
Digits some_of(const Digits& digits, std::int64_t first) {
  const tg::Tensor chosen =
      nonzero(logical_and(digits.labels >= first, digits.labels < first + classes)).select(1, 0);
  return {index_select(digits.images, 0, chosen), index_select(digits.labels, 0, chosen) - first};
}

/// The first so many of each class, in an order that the seed makes.
Digits few_of(const Digits& digits, std::int64_t shots, std::uint64_t seed) {
  tg::Generator generator(seed);
  std::vector<std::int64_t> counts(classes), rows;
  for (const auto row : tg::randperm(digits.count(), {}, generator).to_vector<std::int64_t>()) {
    const auto label = digits.labels.select(0, row).item<std::int64_t>();
    if (counts[static_cast<std::size_t>(label)]++ < shots) rows.push_back(row);
  }
  for (std::size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] < shots) {
      throw std::runtime_error(
          fmt::format("--shots: {} asked for, but of the digit {} there are {}", shots,
                      label + known, counts[label]));
    }
  }
  const tg::Tensor chosen = tg::tensor(rows);
  return {index_select(digits.images, 0, chosen), index_select(digits.labels, 0, chosen)};
}

/// Somewhere in a field that is larger by `shift`.
tg::data::RandomCrop placing(const tg::Tensor& images, std::int64_t shift) {
  return {images.size(-2) + shift, images.size(-1) + shift, shift};
}

/// Each image in a place of its own, which stays.
Digits placed(const Digits& digits, std::int64_t shift, std::uint64_t seed) {
  tg::Generator generator(seed);
  const auto place = placing(digits.images, shift);
  std::vector<tg::Tensor> images;
  for (std::int64_t i = 0; i < digits.count(); ++i) {
    images.push_back(place(digits.images.select(0, i), generator));
  }
  return {tg::stack(images), digits.labels};
}

struct Task {
  std::string name;  ///< of its folders
  const Digits& train;
  std::int64_t shift;  ///< by which these are shifted anew in each epoch
  const Digits& test;
  std::int64_t epochs;
  double learning_rate;
};

std::map<std::string, std::string> origin_of(const Settings& s, const Task& task,
                                             const tg::StateDict& from) {
  std::vector<tg::Tensor> start;
  for (const auto& [name, tensor] : from) start.push_back(tensor);
  return {{"--seed", fmt::format("{}", s.seed)},
          {"--shift", fmt::format("{}", s.shift)},
          {"--augment", fmt::format("{}", s.augment)},
          {"epochs", fmt::format("{}", task.epochs)},
          {"--batch-size", fmt::format("{}", s.batch_size)},
          {"learning rate", fmt::format("{}", task.learning_rate)},
          {"weights", samples::fingerprint(start)},
          {"data", samples::fingerprint({sum(task.train.images, {1, 2, 3}), task.train.labels})}};
}

/// Trains `parameters` of the network, and gives the accuracy; nothing where Ctrl-C ended it.
std::optional<double> train(const Settings& s, DigitNetwork& network,
                            const std::vector<tg::Tensor>& parameters, const Task& task) {
  const samples::TrainingFiles files = samples::part_of(s.files, task.name);
  tg::optim::Adam adam(parameters, {.lr = task.learning_rate});
  const auto loss = [](const tg::Tensor& logits, const tg::Tensor& labels) {
    return tg::nn::cross_entropy(logits, labels);
  };
  tg::train::Trainer trainer(
      network, loss, adam,
      {.epochs = task.epochs,
       .steps = s.max_step,
       .checkpoints = samples::checkpoints_of(files, origin_of(s, task, network.state_dict()))});
  trainer.measure(tg::train::Accuracy());
  const tg::data::TensorDataset examples(task.train.images, task.train.labels);
  tg::data::DataLoader batches(
      tg::data::map(examples, placing(task.train.images, task.shift)),
      {.batch_size = s.batch_size, .shuffle = true, .seed = static_cast<std::uint64_t>(s.seed)});
  samples::add_callbacks(trainer, adam, task.learning_rate, task.epochs * *batches.size(), files);
  tg::data::DataLoader test = batches_of(task.test, 256);
  trainer.fit(batches, &test);  // for the curves: nothing is decided by the test
  samples::say_ended(files, trainer.step(), trainer.checkpoint());
  if (tg::train::interrupted() != 0) return std::nullopt;
  const double accuracy = trainer.evaluate(test)["accuracy"];
  fmt::print("  right on {:.2f} % of {} test images\n", 100 * accuracy, task.test.count());
  return accuracy;
}

/// All tensors of the network but those of its last layer.
tg::StateDict below_head(const tg::StateDict& state) {
  tg::StateDict below;
  for (const auto& [name, tensor] : state) {
    if (!name.starts_with("out.")) below.insert(name, tensor);
  }
  return below;
}

std::string bits_of(const DigitNetwork& network) {
  std::vector<tg::Tensor> tensors;
  for (const auto& [name, tensor] : below_head(network.state_dict())) tensors.push_back(tensor);
  return samples::fingerprint(tensors);
}

/// Takes all but the last layer, whatever classes that told apart.
void load(DigitNetwork& network, const std::string& path) {
  const tg::StateDict state = below_head(tg::io::load_safetensors(path).tensors);
  const tg::nn::LoadResult result = network.load_state_dict(state);
  if (result.missing != std::vector<std::string>{"out.weight", "out.bias"} ||
      !result.unexpected.empty()) {
    throw std::runtime_error(fmt::format("{}: these aren't the weights of this network", path));
  }
}

/// Nothing below the last layer changes from now on: no gradients, no statistics, no dropout.
void freeze(DigitNetwork& network) {
  network.requires_grad_(false);
  network.out.requires_grad_(true);
  network.norm1.eval(), network.norm2.eval(), network.dropout1.eval(), network.dropout2.eval();
}

/// The network that knows the digits 0 to 4; nothing where Ctrl-C ended its training.
std::optional<DigitNetwork> base_of(const Settings& s, const DigitsFolder& digits,
                                    const DigitNetwork& fresh) {
  DigitNetwork network = fresh;
  if (!s.base.empty()) {
    load(network, s.base);
    fmt::print("Took what {} knows.\n", s.base);
    return network;
  }
  const Digits learned = some_of(digits.train, 0);
  const Digits tested = placed(some_of(digits.test, 0), s.shift, 0);
  fmt::print("The digits 0 to 4, {} images:\n", learned.count());
  if (!train(s, network, network.parameters(),
             {"base", learned, s.shift, tested, s.base_epochs, s.learning_rate})) {
    return std::nullopt;
  }
  if (!s.export_base.empty()) {
    tg::io::save_safetensors(s.export_base, network.state_dict(), {{"format", "pt"}});
    fmt::print("Wrote {}.\n", s.export_base);
  }
  return network;
}

void compare(const Settings& s) {
  samples::check_writable(s.files);
  samples::check_writable("--export-base", s.export_base);
  const auto seed = static_cast<std::uint64_t>(s.seed);
  tg::manual_seed(seed);
  const DigitsFolder digits = read_digits(s.mnist);
  const Digits chosen = few_of(some_of(digits.train, known), s.shots, seed);
  const Digits few = s.augment ? chosen : placed(chosen, s.shift, seed);
  const std::int64_t shift = s.augment ? s.shift : 0;
  const Digits test = placed(some_of(digits.test, known), s.shift, 0);
  const tg::Shape& shape = test.images.shape();
  const DigitNetwork fresh(shape[2], shape[3],
                           std::max(1.0, max(digits.train.images).item<double>()), classes);

  std::optional<DigitNetwork> network = base_of(s, digits, fresh);
  if (!network) return;
  network->out = fresh.out;
  freeze(*network);
  const std::string before = bits_of(*network);
  fmt::print("The digits 5 to 9, {} of each, by a new last layer:\n", s.shots);
  tg::manual_seed(seed);
  const auto transferred = train(s, *network, network->out.parameters(),
                                 {"transfer", few, shift, test, s.epochs, s.head_learning_rate});
  if (!transferred) return;
  fmt::print("  bits of what is frozen: {} before, {} after\n", before, bits_of(*network));

  fmt::print("The same, all of it from a random start:\n");
  tg::manual_seed(seed);
  DigitNetwork scratch = fresh;
  const auto compared = train(s, scratch, scratch.parameters(),
                              {"scratch", few, shift, test, s.epochs, s.learning_rate});
  if (!compared) return;

  network->eval();
  samples::export_result(s.files, network->state_dict(),
                         {[&](const tg::Tensor& images) { return network->forward(images); },
                          {tg::unknown, 1, shape[2], shape[3]}});
  fmt::print("transfer_accuracy={:.6f} scratch_accuracy={:.6f} shots={}\n", *transferred, *compared,
             s.shots);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags(
      "transfer",
      "Learns the digits 0 to 4, keeps all of that but the last layer, and learns 5 to 9 from few\n"
      "examples with it; beside it, the same without what was learned before.\n"
      "The last line printed is: transfer_accuracy=A scratch_accuracy=B shots=N");
  declare(flags, settings);
  return samples::run("transfer", flags, argc, argv, [&] { compare(settings); });
}
