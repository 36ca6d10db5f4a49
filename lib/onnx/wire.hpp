// Fields of a message that may be anything: each is asked what it is before it is read.
#pragma once

#include <protozero/pbf_reader.hpp>
#include <string>
#include <utility>

#include "core/check.hpp"
#include "onnx/proto.hpp"

namespace tapegrad::onnx::proto {

using protozero::data_view;
using protozero::pbf_reader;
using protozero::pbf_wire_type;

struct Wire {
  const std::string& path;

  template <class... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> what, Args&&... values) const {
    fail<IoError>("onnx::load: {}: {}", path, fmt::format(what, std::forward<Args>(values)...));
  }

  /// protozero reads on in whatever way it is told, so that the file must be asked first.
  void expect(const pbf_reader& in, pbf_wire_type type) const {
    if (in.wire_type() != type)
      refuse("it is no ONNX model: field {} is of another kind", in.tag());
  }
  std::int64_t integer(pbf_reader& in) const {
    expect(in, pbf_wire_type::varint);
    return in.get_int64();
  }
  double number(pbf_reader& in) const {
    expect(in, pbf_wire_type::fixed32);
    return static_cast<double>(in.get_float());
  }
  data_view bytes(pbf_reader& in) const {
    expect(in, pbf_wire_type::length_delimited);
    return in.get_view();
  }
  std::string text(pbf_reader& in) const {
    const data_view view = bytes(in);
    return {view.data(), view.size()};
  }
  pbf_reader message(pbf_reader& in) const { return pbf_reader(bytes(in)); }

  /// One number or many, as a field of numbers may be written.
  template <class T, class One, class Many>
  void numbers(pbf_reader& in, std::vector<T>& list, pbf_wire_type type, One one, Many many) const {
    if (in.wire_type() == pbf_wire_type::length_delimited) {
      for (const auto value : (in.*many)()) list.push_back(static_cast<T>(value));
    } else {
      expect(in, type);
      list.push_back(static_cast<T>((in.*one)()));
    }
  }
  void integers(pbf_reader& in, Integers& list) const {
    numbers(in, list, pbf_wire_type::varint, &pbf_reader::get_int64, &pbf_reader::get_packed_int64);
  }
  void floats(pbf_reader& in, Numbers& list) const {
    numbers(in, list, pbf_wire_type::fixed32, &pbf_reader::get_float,
            &pbf_reader::get_packed_float);
  }

  /// A TensorProto, and what it is called.
  Tensor tensor_of(pbf_reader in, std::string& name) const;
};

}  // namespace tapegrad::onnx::proto
