// Elements of types that the library doesn't have, as those that hold them.
#pragma once

#include "io/elements.hpp"
#include "io/stored_type.hpp"

namespace tapegrad::io {

/// The elements at `offset`, whose bytes the caller has checked to be there, converted to
/// loaded_as(type). Every value stays what it is. Throws IoError, with the value, for a uint64 that
/// int64 doesn't hold.
Tensor converted_at(const Input& input, std::size_t offset, StoredType type, const Shape& shape,
                    ByteOrder order);

}  // namespace tapegrad::io
