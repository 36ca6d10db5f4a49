// Between bytes of a file and elements of a tensor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/stored_type.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::io {

enum class ByteOrder { little, big };

/// The shape that sizes from a file stand for. Throws IoError about `offset` for more than 8
/// dimensions and where the product of the sizes or its bytes overflow, zeros left aside.
Shape shape_from(const Input& input, std::size_t offset, std::span<const std::uint64_t> sizes,
                 DType dtype);

/// Bytes of all elements of a shape that shape_from() made.
std::size_t byte_count(const Shape& shape, StoredType type);

/// Elements to be filled. Throws IoError where there isn't so much memory.
Tensor memory_for(const Input& input, DType dtype, const Shape& shape);

/// The elements at `offset`, whose bytes the caller has checked to be there. Without a copy where
/// the byte order is the machine's and the address suits the type. Throws IoError for a bool that
/// is neither 0 nor 1.
Tensor tensor_at(const Input& input, std::size_t offset, DType dtype, const Shape& shape,
                 ByteOrder order = ByteOrder::little);

/// The elements of a row-major tensor.
std::span<const std::byte> bytes_of(const Tensor& x);

/// Each element of `size` bytes turned round.
void swap_bytes(std::span<std::byte> bytes, std::size_t size);

/// x outside the tape and row by row, ready for bytes_of().
Tensor savable(const Tensor& x);

}  // namespace tapegrad::io
