// Which loops a matrix times a vector takes, and two such products at once.
#include "kernels/gemv.hpp"

#include <algorithm>

#include "kernels/gemv_columns.hpp"
#include "kernels/gemv_parts.hpp"
#include "kernels/gemv_rows.hpp"
#include "kernels/gemv_short.hpp"

namespace tapegrad::kernels {
namespace {

template <class T>
void any(const Product<T>& p) {
  const bool by_rows = p.m == 1 || p.a_col == 1;
  if (!by_rows) return columns(p);
  if (p.k < lanes<T>) return p.m < 4 ? multiply_by_dots(p) : short_rows(p);
  p.m == 1 ? one_row(p) : Rows<T>(p).run();
}

/// Both products of a part of the rows.
template <class T>
class BlocksOf final : public Blocks {
 public:
  BlocksOf(const Rows<T>& rows, const Product<T>& columns, T* sums, std::int64_t first,
           std::int64_t last)
      : Blocks(first / rows_of_block<T>(columns.m), (last - 1) / rows_of_block<T>(columns.m) + 1),
        rows_(rows),
        columns_(columns),
        sums_(sums),
        block_(rows_of_block<T>(columns.m)),
        last_(last) {}
  void before(std::int64_t i) const override { rows_.run(i * block_, behind(i)); }
  void after(std::int64_t i) const override {
    const std::int64_t first = i * block_;
    add_columns(columns_, columns_.b, sums_, 0, columns_.m, first, behind(i) - first, true);
  }

 private:
  std::int64_t behind(std::int64_t i) const { return std::min((i + 1) * block_, last_); }

  const Rows<T>& rows_;
  const Product<T>& columns_;
  T* sums_;
  std::int64_t block_, last_;
};

template <class T>
void both(const TwoProducts<T>& p, Between between) {
  const Product<T> to_rows{p.rows, 1, p.columns, p.z, p.x, p.lead, 1, p.w, p.w_step, 0, p.onto};
  const Product<T> of_rows{p.columns, 1, p.rows, p.sums, p.x, 1, p.lead, p.r, 1, 0};
  const Rows<T> rows(to_rows);
  add_parts(of_rows, [&](T* sums, std::int64_t first, std::int64_t last) {
    between.call(between.f, BlocksOf<T>(rows, of_rows, sums, first, last));
  });
}

}  // namespace

void gemv(const Product<float>& p) { any(p); }
void gemv(const Product<double>& p) { any(p); }

template <class T>
std::int64_t rows_at_a_time(std::int64_t rows, std::int64_t columns) {
  if (columns < lanes<T> || columns >= many_columns) return 0;
  return rows > rows_of_block<T>(columns) ? rows_of_block<T>(columns) : 0;
}
template std::int64_t rows_at_a_time<float>(std::int64_t, std::int64_t);
template std::int64_t rows_at_a_time<double>(std::int64_t, std::int64_t);

void gemv_twice(const TwoProducts<float>& p, Between between) { both(p, between); }
void gemv_twice(const TwoProducts<double>& p, Between between) { both(p, between); }

}  // namespace tapegrad::kernels
