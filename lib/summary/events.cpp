#include "summary/events.hpp"

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>
#include <variant>

namespace tapegrad::summary {
namespace {

using protozero::pbf_writer;

namespace event {
constexpr unsigned wall_time = 1, step = 2, file_version = 3, graph_def = 4, summary = 5,
                   session_log = 7;
}
namespace value {
constexpr unsigned tag = 1, simple_value = 2, image = 4, histogram = 5, tensor = 8, metadata = 9;
}
namespace tensor_proto {
constexpr unsigned dtype = 1, shape = 2, float_values = 5, string_values = 8;
constexpr int float_type = 1, string_type = 7;
}
namespace hparams_data {
constexpr unsigned version = 1, experiment = 2, start = 3, end = 4;
}

/// An Event, which `fill` completes.
template <class F>
std::string stamped_event(const Stamp& stamp, F&& fill) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_double(event::wall_time, stamp.wall_time);
  out.add_int64(event::step, stamp.step);
  fill(out);
  return bytes;
}

/// An Event with one Summary.Value, which `fill` completes.
template <class F>
std::string value_event(const Stamp& stamp, std::string_view tag, F&& fill) {
  return stamped_event(stamp, [&](pbf_writer& out) {
    pbf_writer summary(out, event::summary);
    pbf_writer v(summary, 1);
    v.add_string(value::tag, tag.data(), tag.size());
    fill(v);
  });
}

/// Which plugin of TensorBoard shows a value, and its message to that plugin.
void add_metadata(pbf_writer& v, std::string_view plugin, const std::string& content) {
  pbf_writer metadata(v, value::metadata);
  pbf_writer data(metadata, 1);
  data.add_string(1, plugin.data(), plugin.size());
  data.add_bytes(2, content);
}

void add_shape(pbf_writer& tensor, std::initializer_list<std::int64_t> sizes) {
  pbf_writer shape(tensor, tensor_proto::shape);
  for (const std::int64_t size : sizes) {
    pbf_writer dim(shape, 2);
    dim.add_int64(1, size);
  }
}

/// One message of the plugin "hparams" is an event whose value is only metadata.
template <class F>
std::string hparams_event(const Stamp& stamp, std::string_view tag, unsigned part, F&& fill) {
  std::string content;
  {
    pbf_writer data(content);
    data.add_int32(hparams_data::version, 0);
    pbf_writer message(data, part);
    fill(message);
  }
  return value_event(stamp, tag, [&](pbf_writer& v) {
    add_metadata(v, "hparams", content);
    pbf_writer tensor(v, value::tensor);  // a value without data would be dropped by the reader
    tensor.add_enum(tensor_proto::dtype, tensor_proto::float_type);
    add_shape(tensor, {});
    const float zero = 0;
    tensor.add_packed_float(tensor_proto::float_values, &zero, &zero + 1);
  });
}

int hparam_type(const Hparam& hparam) {
  constexpr int string_type = 1, bool_type = 2, number_type = 3;
  return std::holds_alternative<bool>(hparam.value())     ? bool_type
         : std::holds_alternative<double>(hparam.value()) ? number_type
                                                          : string_type;
}

/// google.protobuf.Value
void add_hparam(pbf_writer& v, const Hparam& hparam) {
  if (const auto* number = std::get_if<double>(&hparam.value())) v.add_double(2, *number);
  if (const auto* text = std::get_if<std::string>(&hparam.value())) v.add_string(3, *text);
  if (const auto* flag = std::get_if<bool>(&hparam.value())) v.add_bool(4, *flag);
}

}  // namespace

std::string file_version_event(double wall_time) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_double(event::wall_time, wall_time);
  out.add_string(event::file_version, "brain.Event:2");
  return bytes;
}

std::string start_event(const Stamp& stamp) {
  return stamped_event(stamp, [](pbf_writer& out) {
    pbf_writer session(out, event::session_log);
    constexpr int start = 1;
    session.add_enum(1, start);
  });
}

std::string graph_def_event(const Stamp& stamp, const std::string& graph_def) {
  return stamped_event(stamp, [&](pbf_writer& out) { out.add_bytes(event::graph_def, graph_def); });
}

// What a training loop logs at every step. Sizes told in advance spare moving the bytes when a
// message ends.
std::string scalar_event(const Stamp& stamp, std::string_view tag, float number) {
  const auto with_length = [](std::size_t size) {
    return 1 + static_cast<std::size_t>(protozero::length_of_varint(size)) + size;
  };
  const std::size_t value_size = with_length(tag.size()) + 1 + sizeof number;
  const std::size_t summary_size = with_length(value_size);
  std::string bytes;
  bytes.reserve(summary_size + 32);
  pbf_writer out(bytes);
  out.add_double(event::wall_time, stamp.wall_time);
  out.add_int64(event::step, stamp.step);
  pbf_writer summary(out, event::summary, summary_size);
  pbf_writer v(summary, 1, value_size);
  v.add_string(value::tag, tag.data(), tag.size());
  v.add_float(value::simple_value, number);
  return bytes;
}

std::string histogram_event(const Stamp& stamp, std::string_view tag, const Histogram& h) {
  return value_event(stamp, tag, [&](pbf_writer& v) {
    pbf_writer histogram(v, value::histogram);
    histogram.add_double(1, h.min);
    histogram.add_double(2, h.max);
    histogram.add_double(3, h.count);
    histogram.add_double(4, h.sum);
    histogram.add_double(5, h.sum_squares);
    histogram.add_packed_double(6, h.limits.begin(), h.limits.end());
    histogram.add_packed_double(7, h.counts.begin(), h.counts.end());
  });
}

std::string image_event(const Stamp& stamp, std::string_view tag, const Image& image) {
  return value_event(stamp, tag, [&](pbf_writer& v) {
    pbf_writer message(v, value::image);
    message.add_int32(1, static_cast<std::int32_t>(image.height));
    message.add_int32(2, static_cast<std::int32_t>(image.width));
    message.add_int32(3, static_cast<std::int32_t>(image.channels));
    message.add_bytes(4, image.png);
  });
}

std::string text_event(const Stamp& stamp, std::string_view tag, std::string_view text) {
  return value_event(stamp, tag, [&](pbf_writer& v) {
    {
      pbf_writer tensor(v, value::tensor);
      tensor.add_enum(tensor_proto::dtype, tensor_proto::string_type);
      add_shape(tensor, {1});
      tensor.add_bytes(tensor_proto::string_values, text.data(), text.size());
    }
    add_metadata(v, "text", {});
  });
}

std::string pr_curve_event(const Stamp& stamp, std::string_view tag, const std::vector<float>& rows,
                           std::int64_t thresholds) {
  return value_event(stamp, tag, [&](pbf_writer& v) {
    {
      pbf_writer tensor(v, value::tensor);
      tensor.add_enum(tensor_proto::dtype, tensor_proto::float_type);
      add_shape(tensor, {6, thresholds});
      tensor.add_packed_float(tensor_proto::float_values, rows.begin(), rows.end());
    }
    std::string content;
    pbf_writer data(content);
    data.add_int32(1, 0);
    data.add_uint32(2, static_cast<std::uint32_t>(thresholds));
    add_metadata(v, "pr_curves", content);
  });
}

std::vector<std::string> hparams_events(const Stamp& stamp,
                                        const std::vector<std::pair<std::string, Hparam>>& hparams,
                                        const std::vector<std::string>& metrics) {
  constexpr int success = 1;
  return {
      hparams_event(stamp, "_hparams_/experiment", hparams_data::experiment,
                    [&](pbf_writer& experiment) {
                      for (const auto& [name, hparam] : hparams) {
                        pbf_writer info(experiment, 4);
                        info.add_string(1, name);
                        info.add_enum(4, hparam_type(hparam));
                      }
                      for (const std::string& tag : metrics) {
                        pbf_writer info(experiment, 5);
                        pbf_writer metric(info, 1);
                        metric.add_string(2, tag);
                      }
                    }),
      hparams_event(stamp, "_hparams_/session_start_info", hparams_data::start,
                    [&](pbf_writer& start) {
                      for (const auto& [name, hparam] : hparams) {
                        pbf_writer entry(start, 1);
                        entry.add_string(1, name);
                        pbf_writer v(entry, 2);
                        add_hparam(v, hparam);
                      }
                      start.add_double(5, stamp.wall_time);
                    }),
      hparams_event(stamp, "_hparams_/session_end_info", hparams_data::end,
                    [&](pbf_writer& end) {
                      end.add_enum(1, success);
                      end.add_double(2, stamp.wall_time);
                    }),
  };
}

}  // namespace tapegrad::summary
