// Where all bytes come from: per-thread lists of small blocks, a shared cache of large buffers.
#pragma once

#include <cstddef>

namespace tapegrad {

/// Aligned to 64 bytes. Where the system has no more, gives back what is kept and asks again; then
/// throws MemoryError.
void* allocate(std::size_t bytes);

/// `bytes` as it was asked for. Any thread may free.
void deallocate(void* block, std::size_t bytes) noexcept;

}  // namespace tapegrad
