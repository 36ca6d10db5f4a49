// Images of digits with their labels, from a folder with MNIST's four files; batches of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tapegrad/tapegrad.hpp>

struct Digits {
  tapegrad::Tensor images;  ///< [n, 1, height, width], float32, from 0 (paper) on
  tapegrad::Tensor labels;  ///< [n], int64, 0 to 9
  std::int64_t count() const { return labels.size(0); }
};

struct DigitsFolder {
  Digits train;
  Digits test;
};

/// Reads train-images-idx3-ubyte, train-labels-idx1-ubyte and t10k-..., each as it is or with .gz
/// behind, also under the name of train-images.idx3-ubyte and so on. Throws IoError for files that
/// aren't there or no such, std::runtime_error for images and labels that don't fit each other.
DigitsFolder read_digits(const std::string& folder);

/// The images of one such file, as Digits have them. Throws likewise.
tapegrad::Tensor read_images(const std::string& path);

/// Batches of digits, shuffled by the seed and the number of the epoch; in order without a seed.
tapegrad::data::DataLoader batches_of(const Digits& digits, std::int64_t batch_size,
                                      std::optional<std::uint64_t> seed = {});
