// Blocks of a matrix turned over, read and written in whole cache lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tapegrad::kernels {

/// Where a block is written: `keep` through the caches, `stream` past them, which spares reading
/// what is overwritten. For `stream`, each row of the result starts on a cache line.
enum class Write { keep, stream };

/// T is an unsigned integer of the elements' size, whatever they are: they move as bytes.
/// to[i * to_step + j] = from[j * from_step + i] for i < width, j < height.
template <class T>
class Transposer {
  using Vector [[gnu::vector_size(16)]] = T;
  static constexpr std::size_t lanes = 16 / sizeof(T);
  struct Square {
    Vector rows[lanes];
  };

 public:
  /// Elements of a cache line, and of a square's side.
  static constexpr std::int64_t line = 64 / sizeof(T);
  static constexpr std::int64_t side = 16 / sizeof(T);

  template <Write write>
  static void block(T* to, std::int64_t to_step, const T* from, std::int64_t from_step,
                    std::int64_t width, std::int64_t height) {
    for (std::int64_t j = 0; j < height; j += line) {
      for (std::int64_t i = 0; i < width; i += line) {
        tile<write>(to + i * to_step + j, to_step, from + j * from_step + i, from_step,
                    std::min(line, width - i), std::min(line, height - j));
      }
    }
#if defined(__SSE2__)
    if constexpr (write == Write::stream) _mm_sfence();  // before other threads may read it
#endif
  }

  /// A block of `side` elements each way.
  static void square(T* to, std::int64_t to_step, const T* from, std::int64_t from_step) {
    Square x;
    for (std::size_t k = 0; k < lanes; ++k) {
      std::memcpy(&x.rows[k], from + static_cast<std::int64_t>(k) * from_step, sizeof(Vector));
    }
    for (std::size_t done = 1; done < lanes; done *= 2) x = interleaved(x);
    for (std::size_t k = 0; k < lanes; ++k) {
      std::memcpy(to + static_cast<std::int64_t>(k) * to_step, &x.rows[k], sizeof(Vector));
    }
  }

 private:
  /// At most one line wide and high. It is turned on the stack, because lines that are a power of
  /// two apart would drive each other out of the cache.
  template <Write write>
  static void tile(T* to, std::int64_t to_step, const T* from, std::int64_t from_step,
                   std::int64_t width, std::int64_t height) {
    constexpr std::int64_t step = side;
    if (width < step || height < step) return plain(to, to_step, from, from_step, width, height);
    alignas(64) T turned[line * line];
    const std::int64_t whole_width = width - width % step;
    const std::int64_t whole_height = height - height % step;
    for (std::int64_t j = 0; j < whole_height; j += step) {
      for (std::int64_t i = 0; i < whole_width; i += step) {
        square(turned + i * line + j, line, from + j * from_step + i, from_step);
      }
    }
    const T* low = from + whole_height * from_step;
    plain(turned + whole_height, line, low, from_step, whole_width, height - whole_height);
    plain(turned + whole_width * line, line, from + whole_width, from_step, width - whole_width,
          height);
    for (std::int64_t i = 0; i < width; ++i) {
      T* row = to + i * to_step;
      if (height == line) {
        put_line<write>(row, turned + i * line);
      } else {
        std::memcpy(row, turned + i * line, static_cast<std::size_t>(height) * sizeof(T));
      }
    }
  }

  static void plain(T* to, std::int64_t to_step, const T* from, std::int64_t from_step,
                    std::int64_t width, std::int64_t height) {
    for (std::int64_t i = 0; i < width; ++i) {
      for (std::int64_t j = 0; j < height; ++j) {
        std::memcpy(to + i * to_step + j, from + j * from_step + i, sizeof(T));
      }
    }
  }

  /// Each row with the one half a square further; as often as 2 must be doubled to `lanes`, this
  /// exchanges rows and columns.
  static Square interleaved(const Square& x) {
    constexpr auto all = std::make_index_sequence<lanes>{};
    Square result;
    for (std::size_t k = 0; k < lanes / 2; ++k) {
      const Vector a = x.rows[k];
      const Vector b = x.rows[k + lanes / 2];
      result.rows[2 * k] = zip<0>(a, b, all);
      result.rows[2 * k + 1] = zip<lanes / 2>(a, b, all);
    }
    return result;
  }

  template <std::size_t first, std::size_t... I>
  static Vector zip(Vector a, Vector b, std::index_sequence<I...>) {
    return __builtin_shufflevector(a, b, (first + I / 2 + (I % 2 == 0 ? 0 : lanes))...);
  }

  template <Write write>
  static void put_line(T* to, const T* from) {
#if defined(__SSE2__)
    if constexpr (write == Write::stream) {
      for (std::int64_t k = 0; k < 4; ++k) {
        _mm_stream_si128(reinterpret_cast<__m128i*>(to) + k,
                         _mm_load_si128(reinterpret_cast<const __m128i*>(from) + k));
      }
      return;
    }
#endif
    std::memcpy(to, from, 64);
  }
};

}  // namespace tapegrad::kernels
