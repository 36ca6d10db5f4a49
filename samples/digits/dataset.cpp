#include "dataset.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

namespace tg = tapegrad;

namespace {

constexpr std::int64_t classes = 10;

/// The file of a part, say "train" and "images", under the first of its usual names that is there.
std::string path_of(const std::string& folder, const std::string& part, const std::string& kind) {
  const std::filesystem::path begin = std::filesystem::path(folder) / part;
  const std::string dimensions = kind == "images" ? "idx3" : "idx1";
  const auto path = [&](const char* between, const char* end) {
    return fmt::format("{}-{}{}{}-ubyte{}", begin.string(), kind, between, dimensions, end);
  };
  for (const char* between : {"-", "."}) {
    for (const char* end : {"", ".gz"}) {
      if (std::filesystem::exists(path(between, end))) return path(between, end);
    }
  }
  return path("-", "");
}

Digits read_part(const std::string& folder, const std::string& part) {
  const std::string images_path = path_of(folder, part, "images");
  const std::string labels_path = path_of(folder, part, "labels");
  const tg::Tensor images = read_images(images_path);
  const tg::Tensor labels = tg::io::load_idx(labels_path);
  if (labels.shape() != tg::Shape{images.size(0)}) {
    throw std::runtime_error(fmt::format("{}: labels of shape {} for {} images", labels_path,
                                         tg::to_string(labels.shape()), images.size(0)));
  }
  const auto largest = max(labels).item<std::int64_t>();
  if (largest >= classes || min(labels).item<std::int64_t>() < 0) {
    throw std::runtime_error(
        fmt::format("{}: a label is {}; digits are 0 to 9", labels_path, largest));
  }
  return {images, labels.to(tg::int64)};
}

}  // namespace

tg::Tensor read_images(const std::string& path) {
  const tg::Tensor images = tg::io::load_idx(path);
  if (images.dim() != 3 || images.size(0) == 0 || images.size(1) < 8 || images.size(2) < 8) {
    throw std::runtime_error(
        fmt::format("{}: shape {}, but images of 8 x 8 or more are needed: [n, height, width]",
                    path, tg::to_string(images.shape())));
  }
  return images.unsqueeze(1).to(tg::float32);
}

DigitsFolder read_digits(const std::string& folder) {
  DigitsFolder read{read_part(folder, "train"), read_part(folder, "t10k")};
  const tg::Shape& image = read.train.images.shape();
  const tg::Shape& tested = read.test.images.shape();
  if (image[2] != tested[2] || image[3] != tested[3]) {
    throw std::runtime_error(
        fmt::format("{}: images to train on are {} x {}, those to test {} x {}", folder, image[2],
                    image[3], tested[2], tested[3]));
  }
  return read;
}

tg::data::DataLoader batches_of(const Digits& digits, std::int64_t batch_size,
                                std::optional<std::uint64_t> seed) {
  return tg::data::DataLoader(
      tg::data::TensorDataset(digits.images, digits.labels),
      {.batch_size = batch_size, .shuffle = seed.has_value(), .seed = seed.value_or(0)});
}
