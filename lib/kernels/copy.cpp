#include "kernels/copy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "core/dispatch.hpp"
#include "kernels/conversion.hpp"
#include "kernels/narrow.hpp"
#include "kernels/transpose.hpp"
#include "kernels/walk.hpp"
#include "tapegrad/threads.hpp"

namespace tapegrad::kernels {
namespace {

/// Both with their dimensions in the order in which `out` lies, so that it is written without
/// jumps.
Walk<2> in_order_of_writing(Ref out, Ref in) {
  const Strides& strides = out.layout->strides();
  Dims order;
  for (std::size_t d = 0; d < strides.size(); ++d) order.push_back(static_cast<std::int64_t>(d));
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return strides[static_cast<std::size_t>(a)] > strides[static_cast<std::size_t>(b)];
  });
  const Layout to = out.layout->permuted(order);
  const Layout from = in.layout->permuted(order);
  return Walk<2>({with_layout(out, to), with_layout(in, from)});
}

/// The dimension in which `in` lies more densely than in the one in which `out` does; else 0.
std::size_t dimension_of_reading(const Walk<2>& walk) {
  std::size_t across = 0;
  std::int64_t least = walk.strides(0)[1];
  for (std::size_t d = 1; d < walk.rank(); ++d) {
    const std::int64_t stride = walk.strides(d)[1];
    if (stride <= 0 || stride >= least || walk.size(d) == 1) continue;
    least = stride;
    across = d;
  }
  return across;
}

/// Bytes that are moved at the speed of memory, for which one thread alone is enough.
constexpr std::int64_t large = std::int64_t{1} << 20;

void move_bytes(std::byte* to, const std::byte* from, std::int64_t bytes) {
  const bool apart = to + bytes <= from || from + bytes <= to;
  if (!apart || num_threads() == 1) {
    std::memmove(to, from, static_cast<std::size_t>(bytes));
    return;
  }
  parallel_for(bytes, large, [=](std::int64_t begin, std::int64_t end) {
    std::memcpy(to + begin, from + begin, static_cast<std::size_t>(end - begin));
  });
}

constexpr std::int64_t line_bytes = 64;
/// Blocks are wide along the rows that are read, and a line high.
constexpr std::int64_t block_width = 512;

/// Wider along dimension 0 where there is little to go across.
std::array<std::int64_t, 2> block_shape(const Walk<2>& walk, std::size_t across,
                                        std::int64_t line) {
  const std::int64_t width = std::min(block_width, walk.size(across));
  return {line * (block_width / width), width};
}

/// A result that the caches can't keep is written past them, if its lines are whole.
bool streams(const Walk<2>& walk, std::int64_t size) {
  constexpr std::int64_t much = std::int64_t{1} << 24;
  auto whole = reinterpret_cast<std::uintptr_t>(walk.start()[0]) % line_bytes == 0;
  std::int64_t bytes = size;
  for (std::size_t d = 0; d < walk.rank(); ++d) {
    bytes *= walk.size(d);
    whole = whole && (d == 0 || walk.strides(d)[0] * size % line_bytes == 0);
  }
  return whole && bytes >= much;
}

template <class T>
void transpose(const Walk<2>& walk, std::size_t across) {
  constexpr auto line = Transposer<T>::line;
  const std::int64_t to_step = walk.strides(across)[0];
  const std::int64_t from_step = walk.strides(0)[1];
  const bool stream = streams(walk, sizeof(T));
  walk.parallel_blocks(grain, across, block_shape(walk, across, line),
                       [&](std::int64_t, const auto& at, std::int64_t height, std::int64_t width) {
                         T* to = reinterpret_cast<T*>(at[0]);
                         const T* from = reinterpret_cast<const T*>(at[1]);
                         const auto block = stream ? Transposer<T>::template block<Write::stream>
                                                   : Transposer<T>::template block<Write::keep>;
                         block(to, to_step, from, from_step, width, height);
                       });
}

/// The rows of a block of `in` are converted as they lie, and turned over into `out`.
void convert_blocks(const Walk<2>& walk, std::size_t across, DType to, DType from) {
  const auto to_size = static_cast<std::int64_t>(size_of(to));
  const auto from_step = walk.strides(0)[1] * static_cast<std::int64_t>(size_of(from));
  const std::int64_t down = walk.strides(0)[0];
  const std::array<std::int64_t, 2> along = walk.strides(across);
  const Conversion convert(to, from);
  dispatch_size(to, [&]<class T>(std::type_identity<T>) {
    walk.parallel_blocks(
        grain, across, block_shape(walk, across, line_bytes / to_size),
        [&](std::int64_t, const auto& at, std::int64_t height, std::int64_t width) {
          alignas(line_bytes) T made[line_bytes / sizeof(T) * block_width];
          for (std::int64_t j = 0; j < height; ++j) {
            convert(reinterpret_cast<std::byte*>(made + j * width), 1, at[1] + j * from_step,
                    along[1], width);
          }
          T* const y = reinterpret_cast<T*>(at[0]);
          if (down == 1) {
            return Transposer<T>::template block<Write::keep>(y, along[0], made, width, width,
                                                              height);
          }
          for (std::int64_t i = 0; i < width; ++i) {
            for (std::int64_t j = 0; j < height; ++j) {
              y[i * along[0] + j * down] = made[j * width + i];
            }
          }
        });
  });
}

void convert_rows(const Walk<2>& walk, DType to, DType from) {
  walk.parallel_rows(
      grain, [convert = Conversion(to, from)](const auto& at, const auto& stride, std::int64_t n) {
        convert(at[0], stride[0], at[1], stride[1], n);
      });
}

}  // namespace

void copy(Ref out, Ref in) {
  if (out.layout->numel() == 0) return;  // blocks of nothing have no shape
  const bool same = out.dtype == in.dtype;
  const bool dense = out.layout->is_contiguous() && in.layout->is_contiguous();
  if (same && dense) {
    const std::int64_t size = static_cast<std::int64_t>(size_of(out.dtype));
    return move_bytes(out.data, in.data, out.layout->numel() * size);
  }
  const Walk<2> walk = dense ? Walk<2>({out, in}) : in_order_of_writing(out, in);
  const std::size_t across = dimension_of_reading(walk);
  if (same && across > 0 && walk.strides(0)[0] == 1 && walk.strides(across)[1] == 1) {
    return dispatch_size(out.dtype,
                         [&]<class T>(std::type_identity<T>) { transpose<T>(walk, across); });
  }
  if (!same && (is_narrow(out.dtype) || is_narrow(in.dtype))) {
    return convert_narrow(walk, out.dtype, in.dtype);
  }
  across > 0 ? convert_blocks(walk, across, out.dtype, in.dtype)
             : convert_rows(walk, out.dtype, in.dtype);
}

void copy_triangle(Ref out, Ref in, std::int64_t k, bool lower) {
  copy(out, in);
  const Shape& shape = out.layout->shape();
  const std::int64_t n = shape[shape.size() - 2];
  const std::int64_t m = shape.back();
  if (out.layout->numel() == 0) return;
  const auto bytes = static_cast<std::int64_t>(size_of(out.dtype));
  parallel_for(out.layout->numel() / m, std::max<std::int64_t>(1, grain / m),
               [=](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   const std::int64_t diagonal = row % n + k;
                   const std::int64_t from =
                       lower ? std::clamp<std::int64_t>(diagonal + 1, 0, m) : 0;
                   const std::int64_t to = lower ? m : std::clamp<std::int64_t>(diagonal, 0, m);
                   std::memset(out.data + (row * m + from) * bytes, 0,
                               static_cast<std::size_t>((to - from) * bytes));
                 }
               });
}

std::uint64_t element_bits(DType dtype, Scalar value, std::string_view operation) {
  return dispatch_stored(dtype, [&]<class T>(std::type_identity<T>) -> std::uint64_t {
    return std::bit_cast<Bits<T>>(value.to<T>(operation));
  });
}

void fill(Ref out, Scalar value, std::string_view operation) {
  const std::uint64_t bits = element_bits(out.dtype, value, operation);
  dispatch_size(out.dtype, [&]<class T>(std::type_identity<T>) {
    const T v = static_cast<T>(bits);
    if (out.layout->is_contiguous()) {
      T* to = out.as<T>();
      return parallel_for(
          out.layout->numel(), large / std::int64_t{sizeof(T)},
          [to, v](std::int64_t begin, std::int64_t end) { std::fill(to + begin, to + end, v); });
    }
    Walk<1>({out}).parallel_rows(grain, [v](const auto& at, const auto& stride, std::int64_t n) {
      auto* to = reinterpret_cast<T*>(at[0]);
      for (std::int64_t i = 0; i < n; ++i) to[i * stride[0]] = v;
    });
  });
}

}  // namespace tapegrad::kernels
