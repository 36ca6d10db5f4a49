// What Writer shows as a picture: images and precision-recall curves.
#include <algorithm>
#include <cmath>

#include "summary/png.hpp"
#include "summary/wall_time.hpp"
#include "summary/writer_impl.hpp"

namespace tapegrad::summary {
namespace {

/// Bytes by row, column, channel, from [h, w] or [channels, h, w].
std::vector<std::uint8_t> pixels_of(const Tensor& image) {
  const Tensor planes = image.dim() == 2 ? image.unsqueeze(0) : image;
  const Tensor rows = planes.detach().permute({1, 2, 0});
  if (rows.dtype() == uint8) return rows.to_vector<std::uint8_t>();
  std::vector<std::uint8_t> bytes;
  for (const float v : rows.to_vector<float>()) {
    const float clamped = v > 0 ? std::min(v, 1.0f) : 0.0f;  // NaN is black
    bytes.push_back(static_cast<std::uint8_t>(std::lround(clamped * 255)));
  }
  return bytes;
}

void check_image(const Tensor& image) {
  const std::int64_t channels = image.dim() == 2 ? 1 : image.dim() == 3 ? image.size(0) : 0;
  check<ShapeError>((channels == 1 || channels == 3 || channels == 4) && image.numel() > 0 &&
                        image.size(-1) <= 65535 && image.size(-2) <= 65535,
                    "add_image: shape {}; use [height, width], or [channels, height, width] with "
                    "1, 3 or 4 channels, none of them empty",
                    image.shape());
  check<DTypeError>(image.dtype() == uint8 || is_floating(image.dtype()),
                    "add_image: {}; use uint8, or floats from 0 to 1", image.dtype());
}

/// Counts above each threshold, then the two ratios: the rows of a curve.
std::vector<float> curve_rows(const std::vector<double>& labels,
                              const std::vector<double>& predictions, std::size_t thresholds) {
  std::vector<double> positives(thresholds, 0.0);
  std::vector<double> negatives(thresholds, 0.0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    check<Error>(labels[i] == 0 || labels[i] == 1, "add_pr_curve: label {} at {}; use 0 or 1",
                 labels[i], i);
    check<Error>(predictions[i] >= 0 && predictions[i] <= 1,
                 "add_pr_curve: prediction {} at {}; use probabilities from 0 to 1", predictions[i],
                 i);
    const auto last = static_cast<double>(thresholds - 1);
    const auto bucket = static_cast<std::size_t>(predictions[i] * last);
    (labels[i] == 1 ? positives : negatives)[bucket] += 1;
  }
  std::vector<float> rows(6 * thresholds);
  double all_positives = 0;
  double all_negatives = 0;
  for (std::size_t t = 0; t < thresholds; ++t) {
    all_positives += positives[t];
    all_negatives += negatives[t];
  }
  double true_positives = 0;
  double false_positives = 0;
  for (std::size_t t = thresholds; t-- > 0;) {
    true_positives += positives[t];
    false_positives += negatives[t];
    const double found = true_positives + false_positives;
    const double columns[] = {true_positives,
                              false_positives,
                              all_negatives - false_positives,
                              all_positives - true_positives,
                              found > 0 ? true_positives / found : 0,
                              all_positives > 0 ? true_positives / all_positives : 0};
    for (std::size_t r = 0; r < 6; ++r) {
      rows[r * thresholds + t] = static_cast<float>(columns[r]);
    }
  }
  return rows;
}

}  // namespace

void Writer::add_image(std::string_view tag, const Tensor& image, std::int64_t step) {
  impl().open();
  check_defined("add_image", tag, image);
  check_image(image);
  impl_->claim(tag, Kind::image);
  Image encoded;
  encoded.width = static_cast<std::uint32_t>(image.size(-1));
  encoded.height = static_cast<std::uint32_t>(image.size(-2));
  encoded.channels = image.dim() == 2 ? 1 : static_cast<std::uint32_t>(image.size(0));
  std::vector<std::uint8_t> pixels;
  untraced([&] { pixels = pixels_of(image); });
  encoded.png = encode_png(pixels, encoded.width, encoded.height, encoded.channels);
  add_event(step, image_event({wall_time_now(), step}, tag, encoded));
}

void Writer::add_pr_curve(std::string_view tag, const Tensor& labels, const Tensor& predictions,
                          std::int64_t step, std::int64_t thresholds) {
  impl().open();
  check_defined("add_pr_curve", tag, labels, predictions);
  check<ShapeError>(labels.numel() == predictions.numel(),
                    "add_pr_curve: {} labels for {} predictions", labels.numel(),
                    predictions.numel());
  check<Error>(thresholds >= 2 && thresholds <= 100000,
               "add_pr_curve: {} thresholds; use 2 to 100000", thresholds);
  std::vector<float> rows;
  untraced([&] {
    rows = curve_rows(labels.to_vector<double>(), predictions.to_vector<double>(),
                      static_cast<std::size_t>(thresholds));
  });
  impl_->claim(tag, Kind::curve);
  add_event(step, pr_curve_event({wall_time_now(), step}, tag, rows, thresholds));
}

}  // namespace tapegrad::summary
