// An autoencoder of handwritten digits: each image becomes a few numbers, and an image again;
// beside it, what as many principal components make of the same images.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <tapegrad/tapegrad.hpp>
#include <utility>
#include <vector>

#include "digits/dataset.hpp"
#include "network.hpp"
#include "pca.hpp"
#include "support/program.hpp"
#include "support/trainer.hpp"

namespace tg = tapegrad;

namespace {

struct Settings : samples::Course {
  Settings() : Course{.epochs = 150, .learning_rate = 0.005} {}

  std::string mnist = DIGITS_DATA;
  std::int64_t code = 8;
  double noise = 0;
  std::string picture;
  samples::TrainingFiles files;
};

void declare(samples::Flags& flags, Settings& s) {
  flags.text("--mnist", s.mnist, "DIR", "learn from the IDX files of this folder, as digits does");
  flags.integer("--code", s.code, {.least = 1}, "how many numbers an image becomes");
  flags.number("--noise", s.noise, {.least = 0},
               "learn to take away noise of this deviation, where ink is 1");
  samples::declare(flags, s,
                   {.epochs = "how often each image is seen",
                    .batch_size = "images of a step",
                    .seed = "makes the random start, the order and the noise"});
  flags.text("--picture", s.picture, "FILE",
             "draw test images and what becomes of them into this .png file");
  flags.endings("--picture", {".png"});
  samples::declare(flags, s.files);
}

tg::train::TrainerOptions options_of(const Settings& s, const Digits& train) {
  std::map<std::string, std::string> origin{
      {"--code", fmt::format("{}", s.code)},
      {"--noise", fmt::format("{}", s.noise)},
      {"data", samples::fingerprint({sum(train.images, {1, 2, 3})})}};
  return samples::options_of(s, s.files, std::move(origin));
}

/// The test images, as the network and the components are given them, and what both make of them.
struct Results {
  tg::Tensor clean, given, decoded, components;
  double error, components_error;
};

double error_of(const tg::Tensor& images, const tg::Tensor& clean, const tg::Tensor& ink) {
  return mean(square((images - clean).to(tg::float64) / ink)).item<double>();
}

Results judge(const Settings& s, const Autoencoder& network, const DigitsFolder& digits,
              const Pca& pca) {
  const tg::NoGrad guard;
  tg::Generator generator(static_cast<std::uint64_t>(s.seed));  // the same for whoever is judged
  const tg::Tensor& clean = digits.test.images;
  Results r;
  r.clean = clean;
  r.given = clean + network.ink * s.noise * tg::randn(clean.shape(), {}, generator);
  r.decoded = network.forward(r.given);
  r.components = pca.reconstruct(r.given.flatten(1).to(tg::float64)).view(clean.shape());
  r.error = error_of(r.decoded, clean, network.ink);
  r.components_error = error_of(r.components, clean, network.ink);
  return r;
}

/// Rows of images from 0 to 1, [height, width]: the first test image of each digit, what was given
/// if that is noisy, what was decoded, what is left of it by principal components.
tg::Tensor picture_of(const Results& r, const tg::Tensor& labels, const tg::Tensor& ink,
                      bool noisy) {
  constexpr std::int64_t zoom = 6;
  std::vector<std::int64_t> first;
  for (std::int64_t digit = 0; digit < 10; ++digit) {
    const tg::Tensor rows = nonzero(labels == digit);
    if (rows.size(0) > 0) first.push_back(rows[{0, 0}].item<std::int64_t>());
  }
  std::vector<tg::Tensor> shown{r.clean, r.decoded, r.components};
  if (noisy) shown.insert(shown.begin() + 1, r.given);
  std::vector<tg::Tensor> rows;
  for (const tg::Tensor& images : shown) {
    const tg::Tensor chosen = index_select(images, 0, tg::tensor(first)).squeeze(1) / ink;
    // A frame of one pixel of paper, then side by side.
    const tg::Tensor framed = pad(chosen, {1, 1, 1, 1}).to(tg::float32);
    rows.push_back(framed.transpose(0, 1).flatten(1));
  }
  const tg::Tensor small = 1 - cat(rows, 0).clamp(0, 1);  // ink is black
  return repeat_interleave(repeat_interleave(small, zoom, 0), zoom, 1);
}

void train(const Settings& s) {
  samples::check_writable(s.files);
  samples::check_writable("--picture", s.picture);
  tg::manual_seed(static_cast<std::uint64_t>(s.seed));
  const DigitsFolder digits = read_digits(s.mnist);
  const tg::Tensor& images = digits.train.images;
  const tg::Shape& shape = images.shape();
  const std::int64_t most = std::min(shape[0], shape[2] * shape[3]);
  if (s.code > most) {
    throw std::runtime_error(fmt::format(
        "--code: {} numbers, but {} images of {} x {} have {} principal components to compare with",
        s.code, shape[0], shape[2], shape[3], most));
  }
  fmt::print("{} images of {} x {} to learn from, {} held out for the test.\n", shape[0], shape[2],
             shape[3], digits.test.count());

  Autoencoder network(shape[2], shape[3], s.code, std::max(1.0, max(images).item<double>()),
                      s.noise);
  const Pca pca(images.flatten(1).to(tg::float64), s.code);
  tg::optim::Adam adam(network.parameters(), {.lr = s.learning_rate});
  const auto loss = [&](const tg::Tensor& decoded, const tg::Tensor& clean) {
    return tg::nn::mse_loss(decoded / network.ink, clean / network.ink);
  };
  tg::train::Trainer trainer(network, loss, adam, options_of(s, digits.train));
  tg::data::DataLoader batches(
      tg::data::TensorDataset(images, images),
      {.batch_size = s.batch_size, .shuffle = true, .seed = static_cast<std::uint64_t>(s.seed)});
  tg::data::DataLoader test(tg::data::TensorDataset(digits.test.images, digits.test.images),
                            {.batch_size = 256});
  tg::train::TensorBoard* log =
      samples::add_callbacks(trainer, adam, s.learning_rate, s.epochs * *batches.size(), s.files);
  const auto picture = [&] {
    network.eval();
    const Results results = judge(s, network, digits, pca);
    network.train();
    return picture_of(results, digits.test.labels, network.ink, s.noise > 0);
  };
  trainer.on_epoch([&](tg::train::Trainer& t) {
    if (log != nullptr && (t.epoch() + 1) % 10 == 0) {
      log->writer().add_image("digits, decoded, principal components", picture(), t.step());
    }
  });
  trainer.fit(batches, &test);  // for the curves: nothing is decided by the test
  samples::say_ended(s.files, trainer.step(), trainer.checkpoint());

  network.eval();
  const Results r = judge(s, network, digits, pca);
  fmt::print(
      "After {} steps, mean squared error of the test images from {} numbers, where ink is "
      "1:\n  {:.5f} by the autoencoder\n  {:.5f} by principal components\n",
      trainer.step(), s.code, r.error, r.components_error);
  if (s.noise > 0) {
    fmt::print("  {:.5f} is the noise\n", error_of(r.given, r.clean, network.ink));
  }
  if (!s.picture.empty()) {
    tg::data::save_image(s.picture, picture_of(r, digits.test.labels, network.ink, s.noise > 0));
    fmt::print("Wrote {}.\n", s.picture);
  }
  samples::export_result(s.files, network.state_dict(),
                         {[&](const tg::Tensor& x) { return network.forward(x); },
                          {tg::unknown, 1, shape[2], shape[3]}});
  fmt::print("error={:.6f} pca_error={:.6f} steps={}\n", r.error, r.components_error,
             trainer.step());
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  samples::Flags flags(
      "autoencoder",
      "Learns to describe handwritten digits by a few numbers, and to draw them from these.\n"
      "The last line printed is: error=E pca_error=P steps=N");
  declare(flags, settings);
  return samples::run("autoencoder", flags, argc, argv, [&] { train(settings); });
}
