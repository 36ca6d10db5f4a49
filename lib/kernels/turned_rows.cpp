#include "kernels/turned_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/layout.hpp"
#include "kernels/parallel.hpp"
#include "kernels/transpose.hpp"

namespace tapegrad::kernels {
namespace {

/// Of a block: elements along dimension 0, and rows.
constexpr std::int64_t width = 128;
constexpr std::int64_t height = 32;
/// Bytes that a batch has at most.
constexpr std::int64_t batch = 64;

class TurnedRows {
 public:
  explicit TurnedRows(const Operands& all) : all_(all) {
    for (std::size_t d = 1; across_ == 0 && d < all.rank; ++d) {
      for (std::size_t k = 1; k < all.count; ++k) {
        if (stride(d, k) == 1 && stride(0, k) > 1) across_ = d;
      }
    }
  }

  /// The output's rows have no gaps, and each input's haven't either, repeat an element, or are to
  /// be turned. Small blocks cost more than their elements.
  bool pay() const {
    constexpr std::int64_t few = 8;
    if (across_ == 0 || all_.count > most_joined_inputs + 1 || stride(0, 0) != 1) return false;
    if (all_.sizes[0] < few || all_.sizes[across_] < few) return false;
    for (std::size_t k = 1; k < all_.count; ++k) {
      if (stride(0, k) != 1 && stride(0, k) != 0 && !turns(k)) return false;
    }
    return true;
  }

  void run(const void* f, DenseCall call) const {
    std::array<std::int64_t, max_rank> count;
    std::int64_t blocks = 1;
    for (std::size_t d = 0; d < all_.rank; ++d) {
      count[d] = (all_.sizes[d] - 1) / length(d) + 1;
      blocks *= count[d];
    }
    parallel_for(blocks, std::max<std::int64_t>(1, grain / (width * height)),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t b = begin; b < end; ++b) {
                     std::array<std::int64_t, max_rank> first;
                     std::int64_t rest = b;
                     for (std::size_t d = 0; d < all_.rank; ++d) {
                       first[d] = rest % count[d] * length(d);
                       rest /= count[d];
                     }
                     block(f, call, first);
                   }
                 });
  }

 private:
  std::int64_t stride(std::size_t d, std::size_t k) const {
    return all_.strides[d * all_.count + k];
  }
  bool turns(std::size_t k) const { return stride(across_, k) == 1 && stride(0, k) > 1; }
  std::int64_t length(std::size_t d) const { return d == 0 ? width : d == across_ ? height : 1; }

  void block(const void* f, DenseCall call, const std::array<std::int64_t, max_rank>& first) const {
    const std::int64_t n = std::min(width, all_.sizes[0] - first[0]);
    const std::int64_t rows = std::min(height, all_.sizes[across_] - first[across_]);
    alignas(64) std::byte made[most_joined_inputs][width * height * sizeof(double)];
    std::array<std::byte*, most_joined_inputs + 1> at;
    std::array<std::int64_t, most_joined_inputs + 1> step;  // bytes from row to row
    std::array<std::int64_t, most_joined_inputs> advance;
    for (std::size_t k = 0; k < all_.count; ++k) {
      at[k] = all_.start[k];
      for (std::size_t d = 0; d < all_.rank; ++d) at[k] += first[d] * stride(d, k) * all_.element;
      step[k] = stride(across_, k) * all_.element;
      if (k == 0) continue;
      advance[k - 1] = stride(0, k) == 0 ? 0 : 1;
      if (!turns(k)) continue;
      turn(at[k], stride(0, k), rows, n, made[k - 1]);
      at[k] = made[k - 1];
      step[k] = n * all_.element;
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      std::array<const std::byte*, most_joined_inputs> in;
      for (std::size_t k = 1; k < all_.count; ++k) {
        in[k - 1] = advance[k - 1] == 1 ? at[k] : repeated(at[k], made[k - 1]);
      }
      call(f, at[0], in.data(), advance.data(), n);
      for (std::size_t k = 0; k < all_.count; ++k) at[k] += step[k];
    }
  }

  void turn(const std::byte* from, std::int64_t step, std::int64_t rows, std::int64_t n,
            std::byte* to) const {
    const auto turn = [&]<class Bits>(Bits* y) {
      Transposer<Bits>::template block<Write::keep>(y, n, reinterpret_cast<const Bits*>(from), step,
                                                    rows, n);
    };
    all_.element == 4 ? turn(reinterpret_cast<std::uint32_t*>(to))
                      : turn(reinterpret_cast<std::uint64_t*>(to));
  }

  const std::byte* repeated(const std::byte* x, std::byte* to) const {
    for (std::int64_t i = 0; i < batch; i += all_.element) {
      std::memcpy(to + i, x, static_cast<std::size_t>(all_.element));
    }
    return to;
  }

  const Operands& all_;
  std::size_t across_ = 0;  // the dimension along which an input is to be turned
};

}  // namespace

bool run_turned_rows(const Operands& operands, const void* f, DenseCall call) {
  const TurnedRows rows(operands);
  if (!rows.pay()) return false;
  rows.run(f, call);
  return true;
}

}  // namespace tapegrad::kernels
