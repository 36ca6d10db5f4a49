#include "kernels/sum.hpp"

#include <cmath>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/row_sum.hpp"
#include "kernels/walk.hpp"

namespace tapegrad::kernels {
namespace {

struct Extent {
  std::int64_t size;
  std::int64_t in_stride;
  std::int64_t out_stride;
};

/// Dimensions by falling stride in the input, so that memory is read in its order.
class Extents {
 public:
  void add(const Extent& e) {
    std::size_t at = count_++;
    for (; at > 0 && list_[at - 1].in_stride < e.in_stride; --at) list_[at] = list_[at - 1];
    list_[at] = e;
  }
  bool empty() const { return count_ == 0; }
  const Extent& innermost() const { return list_[count_ - 1]; }
  Layout in() const { return layout(&Extent::in_stride); }
  Layout out() const { return layout(&Extent::out_stride); }

 private:
  Layout layout(std::int64_t Extent::*stride) const {
    Shape shape;
    Strides strides;
    for (std::size_t i = 0; i < count_; ++i) {
      shape.push_back(list_[i].size);
      strides.push_back(list_[i].*stride);
    }
    return Layout(shape, strides, 0);
  }

  std::array<Extent, max_rank> list_;
  std::size_t count_ = 0;
};

/// The dimensions of a sum: those of size 1 dropped, those that repeat elements counted.
struct Plan {
  Extents kept;
  Extents reduced;
  std::int64_t repeats = 1;

  Plan(const Layout& in, const Layout& out, const Axes& gone) {
    std::size_t o = out.rank();
    const bool keeps = out.rank() == in.rank();
    for (std::size_t d = in.rank(); d-- > 0;) {
      if (!gone[d] || keeps) --o;
      const std::int64_t size = in.shape()[d];
      const std::int64_t stride = in.strides()[d];
      if (size == 1) continue;
      if (!gone[d]) {
        kept.add({size, stride, out.strides()[o]});
      } else if (stride == 0) {
        repeats *= size;
      } else {
        reduced.add({size, stride, 0});
      }
    }
  }
  /// Neighbours in memory belong to different sums.
  bool by_columns() const {
    if (kept.empty() || kept.innermost().in_stride == 0) return false;
    return reduced.empty() || kept.innermost().in_stride < reduced.innermost().in_stride;
  }
};

/// Integers wrap around.
struct Wrapping {
  std::uint64_t total = 0;
  void add(std::uint64_t x) { total += x; }
  std::uint64_t value() const { return total; }
};

template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, Compensated, Wrapping>;

template <class T>
using Wide = decltype(Sum<T>::total);

// ---- along memory: one sum after another ----

template <class T>
void add_row(Sum<T>& sum, const T* x, std::int64_t stride, std::int64_t n) {
  if constexpr (std::is_integral_v<T>) {
    std::uint64_t total = 0;
    for (std::int64_t i = 0; i < n; ++i) total += static_cast<std::uint64_t>(x[i * stride]);
    sum.add(total);
  } else if (n < 16) {
    double even = 0;
    double odd = 0;
    std::int64_t i = 0;
    for (; i + 2 <= n; i += 2) {
      even += static_cast<double>(x[i * stride]);
      odd += static_cast<double>(x[(i + 1) * stride]);
    }
    if (i < n) even += static_cast<double>(x[i * stride]);
    sum.add(even + odd);
  } else if (stride == 1) {
    RowSum<T>::add(sum, x, n);
  } else {
    constexpr std::int64_t chunk = 512;
    alignas(64) T gathered[chunk];
    for (std::int64_t i = 0; i < n; i += chunk) {
      const std::int64_t m = std::min(chunk, n - i);
      for (std::int64_t j = 0; j < m; ++j) gathered[j] = x[(i + j) * stride];
      RowSum<T>::add(sum, gathered, m);
    }
  }
}

// ---- across memory: neighbouring sums at once ----

/// The sums of up to `limit` columns, a group of rows at a time.
template <class T>
class Columns {
 public:
  static constexpr std::int64_t limit = 256;

  explicit Columns(std::int64_t count) : count_(count) {}

  void add_rows(const T* x, std::int64_t column_stride, std::int64_t row_stride, std::int64_t n) {
    if (column_stride == 1 && row_stride == count_ && 2 * count_ <= narrow && n > narrow) {
      const std::int64_t taken = add_joined(x, n);
      x += taken * row_stride;
      n -= taken;
    }
    while (n > 0) {
      const std::int64_t rows = std::min(block_rows, n);
      if (column_stride == 1) {
        add_block(x, std::integral_constant<std::int64_t, 1>{}, row_stride, rows);
      } else {
        add_block(x, column_stride, row_stride, rows);
      }
      x += rows * row_stride;
      n -= rows;
    }
  }
  Wide<T> value(std::int64_t column) const { return sums_[at(column)].value(); }

 private:
  // As many rows as RowSum adds before it widens.
  static constexpr std::int64_t group = std::is_same_v<T, float> ? 4 : 2;
  static constexpr std::int64_t block_rows = 256 * group;
  static constexpr std::int64_t narrow = 64;

  static std::size_t at(std::int64_t column) { return static_cast<std::size_t>(column); }

  /// Short rows without gaps between them, several joined to a longer one.
  std::int64_t add_joined(const T* x, std::int64_t n) {
    const std::int64_t together = narrow / count_;
    Columns joined(together * count_);
    joined.add_rows(x, 1, joined.count_, n / together);
    for (std::int64_t j = 0; j < joined.count_; ++j) sums_[at(j % count_)].add(joined.value(j));
    return n / together * together;
  }

  void add_block(const T* x, auto column_stride, std::int64_t row_stride, std::int64_t n) {
    std::array<Wide<T>, static_cast<std::size_t>(limit)> part;
    std::fill_n(part.begin(), count_, Wide<T>(0));
    std::int64_t i = 0;
    if constexpr (std::is_floating_point_v<T>) {
      for (; i + group <= n; i += group) {
        const T* rows[group];
        for (std::int64_t r = 0; r < group; ++r) rows[r] = x + (i + r) * row_stride;
        for (std::int64_t j = 0; j < count_; ++j) {
          const std::int64_t c = j * column_stride;
          T meet = rows[0][c] + rows[1][c];
          if constexpr (group == 4) meet += rows[2][c] + rows[3][c];
          part[at(j)] += static_cast<Wide<T>>(meet);
        }
      }
    }
    for (; i < n; ++i) {
      const T* row = x + i * row_stride;
      for (std::int64_t j = 0; j < count_; ++j) {
        part[at(j)] += static_cast<Wide<T>>(row[j * column_stride]);
      }
    }
    for (std::int64_t j = 0; j < count_; ++j) sums_[at(j)].add(part[at(j)]);
  }

  std::int64_t count_;
  std::array<Sum<T>, static_cast<std::size_t>(limit)> sums_;
};

// ---- all sums ----

template <class T>
using Result = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;

template <class T>
Result<T> finished(Wide<T> total, std::int64_t repeats, double divisor) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<std::int64_t>(total * static_cast<std::uint64_t>(repeats));
  } else {
    const double all = total * static_cast<double>(repeats);
    return static_cast<T>(divisor == 1 ? all : all / divisor);
  }
}

/// The sum once more where its parts have left the range of T or double.
template <class T>
T finished_again(const Walk<1>& inner, std::byte* from, std::int64_t repeats, double divisor) {
  LongCompensated sum;
  inner.rows_from({from}, [&](const auto& row, const auto& step, std::int64_t m) {
    const T* x = reinterpret_cast<const T*>(row[0]);
    for (std::int64_t i = 0; i < m; ++i) sum.add(static_cast<long double>(x[i * step[0]]));
  });
  return static_cast<T>(sum.value() * static_cast<long double>(repeats) / divisor);
}

template <class T>
void run(const Plan& plan, Ref out, Ref in, double divisor) {
  const Layout out_layout = plan.kept.out();
  const Layout kept = plan.kept.in();
  const Layout reduced = plan.reduced.in();
  const Walk<1> inner({with_layout(in, reduced)});
  const bool by_columns = plan.by_columns();
  const std::int64_t tile = by_columns ? Columns<T>::limit : 1;
  // Sums in one piece of a thread's work.
  const std::int64_t together = tile * std::max<std::int64_t>(1, grain / (reduced.numel() * tile));
  Walk<2>({with_layout(out, out_layout), with_layout(in, kept)})
      .rows([&](const auto& at, const auto& stride, std::int64_t n) {
        auto* to = reinterpret_cast<Result<T>*>(at[0]);
        parallel_for(n, together, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; i += tile) {
            std::byte* from = at[1] + i * stride[1] * static_cast<std::int64_t>(sizeof(T));
            const auto finish = [&](std::int64_t j, Wide<T> total) {
              Result<T>& result = to[(i + j) * stride[0]];
              result = finished<T>(total, plan.repeats, divisor);
              if constexpr (std::is_floating_point_v<T>) {
                if (std::isfinite(total)) [[likely]]
                  return;
                std::byte* first = from + j * stride[1] * static_cast<std::int64_t>(sizeof(T));
                result = finished_again<T>(inner, first, plan.repeats, divisor);
              }
            };
            if (by_columns) {
              const std::int64_t count = std::min(tile, end - i);
              Columns<T> columns(count);
              inner.rows_from({from}, [&](const auto& row, const auto& step, std::int64_t m) {
                columns.add_rows(reinterpret_cast<const T*>(row[0]), stride[1], step[0], m);
              });
              for (std::int64_t j = 0; j < count; ++j) finish(j, columns.value(j));
            } else {
              Sum<T> sum;
              inner.rows_from({from}, [&](const auto& row, const auto& step, std::int64_t m) {
                add_row<T>(sum, reinterpret_cast<const T*>(row[0]), step[0], m);
              });
              finish(0, sum.value());
            }
          }
        });
      });
}

/// All of some elements that lie side by side.
struct WholeSum {
  std::int64_t n;
  double divisor;
};
template <class T>
bool sum_whole(const void* state, std::byte* out, const std::byte* const* in) {
  const auto [n, divisor] = *static_cast<const WholeSum*>(state);
  Sum<T> sum;
  add_row<T>(sum, reinterpret_cast<const T*>(in[0]), 1, n);
  const double total = sum.value();
  *reinterpret_cast<T*>(out) = finished<T>(total, 1, divisor);
  return std::isfinite(total);
}

}  // namespace

Ready ready_sum(DType dtype, const Layout& out, const Layout& in, double divisor) {
  const bool is_whole = in.is_contiguous() && in.numel() > 0 && out.numel() == 1;
  if (!is_whole || (dtype != float32 && dtype != float64)) return {};
  return {dtype == float32 ? &sum_whole<float> : &sum_whole<double>, WholeSum{in.numel(), divisor}};
}

void sum(Ref out, Ref in, const Axes& gone, double divisor) {
  const std::int64_t count = in.layout->numel();
  if (count == 0) return fill(out, is_floating(out.dtype) ? 0 / divisor : 0.0);
  dispatch(in.dtype, [&]<class T>(std::type_identity<T>) {
    if (in.layout->is_contiguous() && out.layout->numel() == 1) {
      Sum<T> total;
      add_row<T>(total, in.as<T>(), 1, count);
      Result<T>& result = *out.as<Result<T>>();
      result = finished<T>(total.value(), 1, divisor);
      if constexpr (std::is_floating_point_v<T>) {
        if (std::isfinite(total.value())) [[likely]]
          return;
        result = finished_again<T>(Walk<1>({in}), in.data, 1, divisor);
      }
    } else {
      run<T>(Plan(*in.layout, *out.layout, gone), out, in, divisor);
    }
  });
}

}  // namespace tapegrad::kernels
