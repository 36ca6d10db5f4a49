// What Writer shows as a picture: images and precision-recall curves.
#include <algorithm>
#include <cmath>

#include "io/png.hpp"
#include "summary/wall_time.hpp"
#include "summary/writer_impl.hpp"

namespace tapegrad::summary {
namespace {

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
  io::Png png;
  untraced([&] { png = io::png_of("add_image", image); });
  impl_->claim(tag, Kind::image);
  const Image encoded{png.width, png.height, png.channels, std::move(png.bytes)};
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
