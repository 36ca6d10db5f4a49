// A convolutional network that reads handwritten digits: 8 x 8 ones that come with the sample, or
// MNIST's.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <tapegrad/tapegrad.hpp>
#include <utility>
#include <vector>

#include "dataset.hpp"
#include "network.hpp"
#include "support/program.hpp"
#include "support/trainer.hpp"

namespace tg = tapegrad;

namespace {

struct Settings : samples::Course {
  Settings() : Course{.epochs = 30, .learning_rate = 0.002} {}

  std::string mnist = DIGITS_DATA;
  std::string read;
  std::string weights;
  samples::TrainingFiles files;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.text("--mnist", s.mnist, "DIR",
             "learn from the IDX files of this folder (train-images-idx3-ubyte and so on, or .gz)");
  samples::declare(flags, s,
                   {.epochs = "how often each image is seen",
                    .batch_size = "images of a step",
                    .seed = "makes the random start, the order and the dropout"});
  samples::declare(flags, s.files);
  flags.text("--read", s.read, "FILE", "read the images of this IDX file, without training");
  flags.text("--weights", s.weights, "FILE", "what --export wrote as .safetensors, for --read");
  flags.needs("--read", "--weights");
  flags.needs("--weights", "--read");
  samples::trains_nothing(flags, "--weights");
}

tg::train::TrainerOptions options_of(const Settings& s, const DigitsFolder& digits) {
  std::map<std::string, std::string> origin{
      {"data", samples::fingerprint({sum(digits.train.images, {1, 2, 3}), digits.train.labels})}};
  return samples::options_of(s, s.files, std::move(origin));
}

/// Which digits are taken for which others.
void print_mistakes(const tg::Tensor& counts) {
  struct Mistake {
    std::int64_t count, is, said;
  };
  std::vector<Mistake> mistakes;
  for (std::int64_t is = 0; is < 10; ++is) {
    for (std::int64_t said = 0; said < 10; ++said) {
      const auto count = counts.select(0, is).select(0, said).item<std::int64_t>();
      if (count > 0 && is != said) mistakes.push_back({count, is, said});
    }
  }
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.count > b.count; });
  mistakes.resize(std::min<std::size_t>(mistakes.size(), 5));
  for (const auto& [count, is, said] : mistakes) {
    fmt::print("  {} of the digit {} taken for {}\n", count, is, said);
  }
}

void train(const Settings& s) {
  samples::check_writable(s.files);
  tg::manual_seed(static_cast<std::uint64_t>(s.seed));
  const DigitsFolder digits = read_digits(s.mnist);
  const tg::Shape& shape = digits.train.images.shape();
  fmt::print("{} images of {} x {} to learn from, {} held out for the test.\n",
             digits.train.count(), shape[2], shape[3], digits.test.count());

  DigitNetwork network(shape[2], shape[3], std::max(1.0, max(digits.train.images).item<double>()));
  tg::optim::Adam adam(network.parameters(), {.lr = s.learning_rate});
  const auto loss = [](const tg::Tensor& logits, const tg::Tensor& labels) {
    return tg::nn::cross_entropy(logits, labels);
  };
  tg::train::Trainer trainer(network, loss, adam, options_of(s, digits));
  tg::data::DataLoader batches =
      batches_of(digits.train, s.batch_size, static_cast<std::uint64_t>(s.seed));
  trainer.measure(tg::train::Accuracy());
  samples::add_callbacks(trainer, adam, s.learning_rate, s.epochs * *batches.size(), s.files);
  tg::data::DataLoader test = batches_of(digits.test, 256);
  trainer.fit(batches, &test);  // for the curves: nothing is decided by the test
  samples::say_ended(s.files, trainer.step(), trainer.checkpoint());

  const tg::train::Scores scores = trainer.evaluate(test);
  const tg::Tensor said = trainer.predict(test);
  fmt::print("After {} steps, right on {:.2f} % of the test images; wrong most often:\n",
             trainer.step(), 100 * scores["accuracy"]);
  print_mistakes(tg::train::confusion_matrix(said, digits.test.labels, 10));
  network.eval();
  samples::export_result(s.files, network.state_dict(),
                         {[&](const tg::Tensor& images) { return network.forward(images); },
                          {tg::unknown, 1, shape[2], shape[3]}});
  fmt::print("test_accuracy={:.6f} test_loss={:.6f} steps={}\n", scores["accuracy"], scores["loss"],
             trainer.step());
}

/// Says what each image is, and how sure that is.
void read(const Settings& s) {
  const tg::Tensor images = read_images(s.read);
  DigitNetwork network(images.size(2), images.size(3));
  samples::with_weights_of(s.weights, [&](const tg::StateDict& weights) {
    if (!network.load_state_dict(weights).complete()) {
      throw std::runtime_error("these aren't the weights of this network");
    }
  });
  network.eval();
  const tg::NoGrad guard;
  const auto [sure, digits] = max(softmax(network.forward(images), 1), 1);
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    fmt::print("image {}: {} ({:.3f})\n", i, digits.select(0, i).item<std::int64_t>(),
               sure.select(0, i).item<double>());
  }
  fmt::print("images={}\n", images.size(0));
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags(
      "digits",
      "Learns to read handwritten digits with a convolutional network.\n"
      "The last line printed is: test_accuracy=A test_loss=L steps=N, with --read images=N");
  declare(flags, settings);
  return samples::run("digits", flags, argc, argv,
                      [&] { settings.read.empty() ? train(settings) : read(settings); });
}
