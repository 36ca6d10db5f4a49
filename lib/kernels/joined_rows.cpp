#include "kernels/joined_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/parallel.hpp"

namespace tapegrad::kernels {
namespace {

/// Bytes of each input that are computed with at once.
constexpr std::int64_t room = 2 * longest_joined_row * std::int64_t{sizeof(float)};

class JoinedRows {
 public:
  explicit JoinedRows(const Operands& all) : all_(all), length_(all.sizes[0]) {}

  /// The output has no gaps within dimensions 0 and 1, and each input either hasn't, or repeats a
  /// row or elements.
  bool pay() const {
    if (length_ * all_.element > room / 2 || all_.sizes[1] < 4) return false;
    if (all_.count > most_joined_inputs + 1 || !dense(0)) return false;
    for (std::size_t k = 1; k < all_.count; ++k) {
      if (!dense(k) && !is_row(k) && !is_column(k)) return false;
    }
    return true;
  }

  void run(const void* f, DenseCall call) const {
    const std::int64_t rows = std::min(all_.sizes[1], room / (length_ * all_.element));
    const std::int64_t parts = (all_.sizes[1] - 1) / rows + 1;
    std::int64_t outer = 1;
    for (std::size_t d = 2; d < all_.rank; ++d) outer *= all_.sizes[d];
    parallel_for(outer * parts, std::max<std::int64_t>(1, grain / (rows * length_)),
                 [&](std::int64_t begin, std::int64_t end) {
                   alignas(64) std::byte written[most_joined_inputs][room];
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t from = i % parts * rows;
                     const std::int64_t n = std::min(rows, all_.sizes[1] - from);
                     part(f, call, {i / parts, from, n, i == begin || from == 0}, written);
                   }
                 });
  }

 private:
  struct Part {
    std::int64_t outer;  // the number of the matrix of dimensions 0 and 1
    std::int64_t from;   // its first row
    std::int64_t rows;
    bool first;  // of a thread in this matrix
  };

  std::int64_t stride(std::size_t d, std::size_t k) const {
    return all_.strides[d * all_.count + k];
  }
  bool dense(std::size_t k) const { return stride(0, k) == 1 && stride(1, k) == length_; }
  /// One row for all.
  bool is_row(std::size_t k) const { return stride(0, k) == 1 && stride(1, k) == 0; }
  /// An element for each row, which is written anew for each part: that pays for shorter ones only.
  bool is_column(std::size_t k) const {
    return stride(0, k) == 0 && length_ * all_.element <= room / 4;
  }

  std::byte* start(std::size_t k, const Part& part) const {
    std::int64_t place = part.from * stride(1, k);
    std::int64_t rest = part.outer;
    for (std::size_t d = 2; d < all_.rank; ++d) {
      place += rest % all_.sizes[d] * stride(d, k);
      rest /= all_.sizes[d];
    }
    return all_.start[k] + place * all_.element;
  }

  void part(const void* f, DenseCall call, const Part& part, std::byte (*written)[room]) const {
    std::array<const std::byte*, most_joined_inputs> in;
    std::array<std::int64_t, most_joined_inputs> advance;
    advance.fill(1);
    for (std::size_t k = 1; k < all_.count; ++k) {
      const std::byte* const x = start(k, part);
      in[k - 1] = dense(k) ? x : written[k - 1];
      if (is_column(k)) {
        spread(x, stride(1, k) * all_.element, part.rows, written[k - 1]);
      } else if (is_row(k) && part.first) {
        repeat(x, part.rows, written[k - 1]);
      }
    }
    call(f, start(0, part), in.data(), advance.data(), part.rows * length_);
  }

  void repeat(const std::byte* x, std::int64_t rows, std::byte* to) const {
    const std::int64_t bytes = length_ * all_.element;
    for (std::int64_t i = 0; i < rows; ++i) {
      std::memcpy(to + i * bytes, x, static_cast<std::size_t>(bytes));
    }
  }

  void spread(const std::byte* x, std::int64_t step, std::int64_t rows, std::byte* to) const {
    if (all_.element == 4) return spread_elements<std::uint32_t>(x, step, rows, to);
    spread_elements<std::uint64_t>(x, step, rows, to);
  }
  template <class Bits>
  void spread_elements(const std::byte* x, std::int64_t step, std::int64_t rows,
                       std::byte* to) const {
    auto* next = reinterpret_cast<Bits*>(to);
    for (std::int64_t i = 0; i < rows; ++i) {
      Bits element;
      std::memcpy(&element, x + i * step, sizeof(Bits));
      next = std::fill_n(next, length_, element);
    }
  }

  const Operands& all_;
  const std::int64_t length_;
};

}  // namespace

bool run_joined_rows(const Operands& operands, const void* f, DenseCall call) {
  const JoinedRows rows(operands);
  if (!rows.pay()) return false;
  rows.run(f, call);
  return true;
}

}  // namespace tapegrad::kernels
