// A tensor of a file.
#include <bit>
#include <cstring>

#include "core/tensor_impl.hpp"
#include "onnx/fields.hpp"
#include "onnx/wire.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

namespace tapegrad::onnx::proto {
namespace {

/// A tensor as the file lists its parts.
struct Parts {
  Integers dims;
  std::int64_t type = 0;
  std::optional<data_view> raw;
  Numbers floats;
  Integers integers;
};

std::int64_t elements_of(const Wire& wire, const Parts& parts, const std::string& name) {
  std::int64_t count = 1;
  for (const std::int64_t size : parts.dims) {
    if (size < 0 || __builtin_mul_overflow(count, size, &count)) {
      wire.refuse("tensor \"{}\" has a size of {}", name, size);
    }
  }
  if (parts.dims.size() > max_rank) {
    wire.refuse("tensor \"{}\" has {} dimensions, and at most {} are supported", name,
                parts.dims.size(), max_rank);
  }
  return count;
}

/// Narrow types are listed as integers of their bits.
Tensor from_list(const Parts& parts, DType dtype, const Shape& shape) {
  if (dtype == float16 || dtype == bfloat16) {
    std::vector<float> values;
    for (const std::int64_t bits : parts.integers) {
      const auto low = static_cast<std::uint16_t>(bits);
      values.push_back(dtype == float16 ? static_cast<float>(std::bit_cast<Float16>(low))
                                        : static_cast<float>(std::bit_cast<BFloat16>(low)));
    }
    return Tensor::from_vector(std::move(values), shape).to(dtype);
  }
  if (is_floating(dtype)) return Tensor::from_vector(Numbers(parts.floats), shape).to(dtype);
  return Tensor::from_vector(Integers(parts.integers), shape).to(dtype);
}

}  // namespace

Tensor Wire::tensor_of(pbf_reader in, std::string& name) const {
  Parts parts;
  while (in.next()) {
    switch (in.tag()) {
      case tensor::dims:
        integers(in, parts.dims);
        break;
      case tensor::data_type:
        parts.type = integer(in);
        break;
      case tensor::name:
        name = text(in);
        break;
      case tensor::raw_data:
        parts.raw = bytes(in);
        break;
      case tensor::float_data:
        floats(in, parts.floats);
        break;
      case tensor::double_data:
        numbers(in, parts.floats, pbf_wire_type::fixed64, &pbf_reader::get_double,
                &pbf_reader::get_packed_double);
        break;
      case tensor::int32_data:
        integers(in, parts.integers);
        break;
      case tensor::int64_data:
        integers(in, parts.integers);
        break;
      case tensor::external_data:
        refuse("tensor \"{}\" is in another file; store it in the model", name);
      case tensor::data_location:
        if (integer(in) != 0)
          refuse("tensor \"{}\" is in another file; store it in the model", name);
        break;
      default:
        in.skip();
    }
  }
  const std::optional<DType> dtype = type_of_number(parts.type);
  if (!dtype) refuse("tensor \"{}\" is of ONNX's type {}, which isn't supported", name, parts.type);
  const auto count = static_cast<std::size_t>(elements_of(*this, parts, name));
  const Shape shape(parts.dims);
  if (!parts.raw) {
    const std::size_t there =
        is_floating(*dtype) && size_of(*dtype) > 2 ? parts.floats.size() : parts.integers.size();
    if (there != count) refuse("tensor \"{}\" of shape {} has {} elements", name, shape, there);
    return from_list(parts, *dtype, shape);
  }
  const std::size_t bytes = parts.raw->size();
  if (count > bytes || count * size_of(*dtype) != bytes) {
    refuse("tensor \"{}\" of {} and shape {} has {} bytes", name, *dtype, shape, bytes);
  }
  Tensor x = empty(shape, {.dtype = *dtype});
  std::memcpy(x.impl()->storage->data, parts.raw->data(), bytes);
  if (*dtype == boolean) return x.to(uint8) != 0;
  return x;
}

}  // namespace tapegrad::onnx::proto
