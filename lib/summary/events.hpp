// TensorBoard's messages: Event, Summary, HistogramProto and their like, as bytes. Field numbers
// are those of tensorboard/compat/proto/*.proto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "summary/histogram.hpp"
#include "tapegrad/summary/writer.hpp"

namespace tapegrad::summary {

struct Stamp {
  double wall_time = 0;
  std::int64_t step = 0;
};

/// The first record of every event file.
std::string file_version_event(double wall_time);

/// From stamp.step on, what stands before in the folder is not part of the run any more.
std::string start_event(const Stamp& stamp);

/// A graph: the bytes of a GraphDef.
std::string graph_def_event(const Stamp& stamp, const std::string& graph_def);

std::string scalar_event(const Stamp& stamp, std::string_view tag, float value);
std::string histogram_event(const Stamp& stamp, std::string_view tag, const Histogram& h);

struct Image {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t channels = 0;
  std::string png;
};
std::string image_event(const Stamp& stamp, std::string_view tag, const Image& image);

std::string text_event(const Stamp& stamp, std::string_view tag, std::string_view text);

/// Row by row: true positives, false positives, true negatives, false negatives, precision,
/// recall; one column for each threshold.
std::string pr_curve_event(const Stamp& stamp, std::string_view tag, const std::vector<float>& rows,
                           std::int64_t thresholds);

/// The three messages of one run in the tab "HPARAMS": what there is, how it began, how it ended.
std::vector<std::string> hparams_events(const Stamp& stamp,
                                        const std::vector<std::pair<std::string, Hparam>>& hparams,
                                        const std::vector<std::string>& metrics);

}  // namespace tapegrad::summary
