#include "dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace tg = tapegrad;

namespace {

constexpr std::int64_t classes = 10;

/// With .gz behind where only that is there.
std::string path_of(const std::string& folder, const std::string& name) {
  const std::filesystem::path plain = std::filesystem::path(folder) / name;
  const std::filesystem::path packed = plain.string() + ".gz";
  const bool is_packed = !std::filesystem::exists(plain) && std::filesystem::exists(packed);
  return (is_packed ? packed : plain).string();
}

Digits read_part(const std::string& folder, const std::string& part) {
  const std::string images_path = path_of(folder, part + "-images-idx3-ubyte");
  const std::string labels_path = path_of(folder, part + "-labels-idx1-ubyte");
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

void DigitBatches::begin_epoch(std::int64_t epoch, std::int64_t first_batch) {
  next_row_ = first_batch * batch_size_;
  if (!seed_) {
    order_ = tg::arange(digits_.count());
    return;
  }
  // One generator for all epochs would have to be saved; a seed for each is known.
  tg::Generator generator(*seed_ + 0x9e3779b97f4a7c15 * static_cast<std::uint64_t>(epoch + 1));
  order_ = tg::randperm(digits_.count(), {}, generator);
}

std::optional<tg::data::Batch> DigitBatches::next() {
  const std::int64_t count = std::min(batch_size_, digits_.count() - next_row_);
  if (count <= 0) return std::nullopt;
  const tg::Tensor rows = order_.narrow(0, next_row_, count);
  next_row_ += count;
  return tg::data::Batch{index_select(digits_.images, 0, rows),
                         index_select(digits_.labels, 0, rows)};
}

std::optional<std::int64_t> DigitBatches::size() const {
  return (digits_.count() + batch_size_ - 1) / batch_size_;
}
