#include "kernels/attention.hpp"

#include <algorithm>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/blas_memory.hpp"
#include "kernels/copy.hpp"
#include "kernels/gemm.hpp"
#include "kernels/map.hpp"
#include "kernels/matrices.hpp"
#include "kernels/parallel.hpp"
#include "kernels/row_extreme.hpp"
#include "kernels/row_power.hpp"
#include "kernels/row_sum.hpp"

namespace tapegrad::kernels {
namespace {

// The weights of a block stay in the second level of the cache.
constexpr std::int64_t block_scores = std::int64_t{1} << 15;

/// The rows of one head in [batch, rows, heads, size].
template <class T>
struct Rows {
  T* data;
  std::int64_t row, size;
  Rows(const Ref& r, std::int64_t batch, std::int64_t head)
      : data(r.as<T>() + batch * r.layout->strides()[0] + head * r.layout->strides()[2]),
        row(r.layout->strides()[1]),
        size(r.layout->shape()[3]) {}
  T* at(std::int64_t i) const { return data + i * row; }
};

template <class T>
class OneHead {
 public:
  OneHead(const Attention& a, std::int64_t unit)
      : a_(a),
        batch_(unit / heads_of(a)),
        head_(unit % heads_of(a)),
        query_(a.query, batch_, head_),
        key_(a.key, batch_, head_),
        value_(a.value, batch_, head_) {}

  static std::int64_t heads_of(const Attention& a) { return a.query.layout->shape()[2]; }
  static std::int64_t places_of(const Attention& a) { return a.query.layout->shape()[1]; }
  static std::int64_t keys_of(const Attention& a) { return a.key.layout->shape()[1]; }
  static std::int64_t rows_of_block(const Attention& a) {
    return std::min(places_of(a), std::max<std::int64_t>(block_scores / keys_of(a), 16));
  }

  /// How many keys the queries before `end` see.
  std::int64_t seen(std::int64_t end) const {
    return a_.causal ? std::min(keys_of(a_), end) : keys_of(a_);
  }

  /// p[rows, seen] becomes the weights of the queries from `first` on, before some are dropped.
  void weights(T* p, std::int64_t first, std::int64_t rows) const {
    const std::int64_t n = seen(first + rows);
    multiply(Product<T>{rows, n, query_.size, p, query_.at(first), query_.row, 1, key_.data, 1,
                        key_.row});
    for (std::int64_t i = 0; i < rows; ++i) {
      T* const row = p + i * n;
      const std::int64_t mine = seen(first + i + 1);
      std::fill(row + mine, row + n, T(0));
      weigh(row, first + i, mine);
    }
  }

  /// out[rows, width] = p values.
  void average(T* out, std::int64_t out_row, const T* p, std::int64_t rows, std::int64_t n) const {
    multiply(
        Product<T>{rows, value_.size, n, out, p, n, 1, value_.data, value_.row, 1, false, out_row});
  }

  /// Drops what is to be dropped of the weights of these queries, or of their gradients.
  void drop(T* p, std::int64_t first, std::int64_t rows, std::int64_t n) const {
    if (!a_.kept) return;
    const T more = static_cast<T>(a_.more);
    const auto kept = [more](const auto& v, const auto& keeps) {
      return where(keeps == constant(v, 0), constant(v, 0), v * more);
    };
    for (std::int64_t i = 0; i < rows; ++i) {
      T* const row = p + i * n;
      VectorRow<T, 2>::run(kept, row, 1, {row, of_weights(*a_.kept, first + i)},
                           {1, a_.kept->layout->strides()[3]}, n);
    }
  }

  const Rows<const T>& query() const { return query_; }
  const Rows<const T>& key() const { return key_; }
  const Rows<const T>& value() const { return value_; }
  std::int64_t batch() const { return batch_; }
  std::int64_t head() const { return head_; }

 private:
  const T* of_weights(const Ref& r, std::int64_t place) const {
    const Strides& s = r.layout->strides();
    return r.as<const T>() + batch_ * s[0] + head_ * s[1] + place * s[2];
  }

  /// The softmax of a row of scores.
  void weigh(T* row, std::int64_t place, std::int64_t n) const {
    const T scale = static_cast<T>(a_.scale);
    if (a_.mask) {
      VectorRow<T, 2>::run([scale](const auto& v, const auto& m) { return v * scale + m; }, row, 1,
                           {row, of_weights(*a_.mask, place)}, {1, a_.mask->layout->strides()[3]},
                           n);
    } else {
      VectorRow<T, 1>::dense([scale](const auto& v) { return v * scale; }, row, {row}, {1}, n);
    }
    const T most = n > 0 ? row_extreme<Largest>(row, n) : T(0);
    if (most == -std::numeric_limits<T>::infinity()) {  // it sees nothing
      std::fill_n(row, n, T(0));
      return;
    }
    VectorRow<T, 1>::dense(RowPower<T>(most), row, {row}, {1}, n);
    Compensated total;
    RowSum<T>::add(total, row, n);
    const T inverse = static_cast<T>(1 / total.value());
    VectorRow<T, 1>::dense([inverse](const auto& v) { return v * inverse; }, row, {row}, {1}, n);
  }

  const Attention& a_;
  std::int64_t batch_, head_;
  Rows<const T> query_, key_, value_;
};

std::int64_t units(const Attention& a) {
  return a.query.layout->shape()[0] * a.query.layout->shape()[2];
}

/// Heads that are worth the waking of a thread.
std::int64_t pieces(const Attention& a) {
  const Shape& q = a.query.layout->shape();
  const double work = static_cast<double>(q[1]) * static_cast<double>(a.key.layout->shape()[1]) *
                      static_cast<double>(q[3] + a.value.layout->shape()[3] + 16);
  return static_cast<std::int64_t>(8 * static_cast<double>(grain) / std::max(work, 1.0)) + 1;
}

/// f(head, scratch) for each head; OpenBLAS is alone in each thread, so that its sums don't depend
/// on how many there are.
template <class T, class F>
void each_head(const Attention& a, std::int64_t room, const F& f) {
  blas_has_memory(0);  // opened, if it can be
  parallel_for(units(a), pieces(a), [&](std::int64_t begin, std::int64_t end) {
    const AloneInBlas alone;
    const Scratch<T> scratch(room);
    for (std::int64_t i = begin; i < end; ++i) f(OneHead<T>(a, i), scratch.get());
  });
}

template <class T>
void forward(Ref out, const Attention& a) {
  const std::int64_t places = OneHead<T>::places_of(a);
  const std::int64_t block = OneHead<T>::rows_of_block(a);
  each_head<T>(a, block * OneHead<T>::keys_of(a), [&](const OneHead<T>& head, T* p) {
    const Rows<T> to(out, head.batch(), head.head());
    for (std::int64_t first = 0; first < places; first += block) {
      const std::int64_t rows = std::min(block, places - first);
      const std::int64_t n = head.seen(first + rows);
      head.weights(p, first, rows);
      head.drop(p, first, rows, n);
      head.average(to.at(first), to.row, p, rows, n);
    }
  });
}

/// The gradient of scores, in the place of that of weights: p (g - sum(p g)) scale.
template <class T>
void to_scores(T* g, const T* p, std::int64_t rows, std::int64_t n, double by) {
  const T scale = static_cast<T>(by);
  for (std::int64_t i = 0; i < rows; ++i) {
    T* const row = g + i * n;
    const T* const weights = p + i * n;
    VectorRow<T, 2>::dense([](const auto& d, const auto& w) { return d * w; }, row, {row, weights},
                           {1, 1}, n);
    Compensated total;
    RowSum<T>::add(total, row, n);
    const T mean = static_cast<T>(total.value());
    VectorRow<T, 2>::dense(
        [mean, scale](const auto& d, const auto& w) { return (d - w * mean) * scale; }, row,
        {row, weights}, {1, 1}, n);
  }
}

/// What flows to a head from one block of queries. The gradients of keys and values add up.
template <class T>
struct HeadBack {
  const OneHead<T>& head;
  Rows<const T> g;
  Rows<T> to_query, to_key, to_value;
  double scale;

  void block(T* p, T* dp, std::int64_t first, std::int64_t rows) const {
    const std::int64_t n = head.seen(first + rows);
    head.weights(p, first, rows);
    const Rows<const T>& v = head.value();
    multiply(Product<T>{rows, n, v.size, dp, g.at(first), g.row, 1, v.data, 1, v.row});
    head.drop(dp, first, rows, n);
    to_scores(dp, p, rows, n, scale);
    const Rows<const T>& k = head.key();
    const Rows<const T>& q = head.query();
    multiply(Product<T>{rows, k.size, n, to_query.at(first), dp, n, 1, k.data, k.row, 1, false,
                        to_query.row});
    multiply(Product<T>{n, q.size, rows, to_key.data, dp, 1, n, q.at(first), q.row, 1, true,
                        to_key.row});
    head.drop(p, first, rows, n);
    multiply(Product<T>{n, g.size, rows, to_value.data, p, 1, n, g.at(first), g.row, 1, true,
                        to_value.row});
  }
};

template <class T>
void backward(Ref to_query, Ref to_key, Ref to_value, Ref g, const Attention& a) {
  const std::int64_t places = OneHead<T>::places_of(a);
  const std::int64_t block = OneHead<T>::rows_of_block(a);
  const std::int64_t room = block * OneHead<T>::keys_of(a);
  each_head<T>(a, 2 * room, [&](const OneHead<T>& head, T* p) {
    const std::int64_t b = head.batch(), h = head.head();
    const HeadBack<T> back{head,           {g, b, h},        {to_query, b, h},
                           {to_key, b, h}, {to_value, b, h}, a.scale};
    for (std::int64_t first = 0; first < places; first += block) {
      back.block(p, p + room, first, std::min(block, places - first));
    }
  });
}

bool is_empty(const Attention& a) {
  return a.query.layout->numel() == 0 || a.key.layout->numel() == 0 || a.value.layout->numel() == 0;
}

}  // namespace

void attention(Ref out, const Attention& a) {
  if (is_empty(a)) return fill(out, 0);
  dispatch_known_floating(out.dtype, [&]<class T>(std::type_identity<T>) { forward<T>(out, a); });
}

void attention_back(Ref to_query, Ref to_key, Ref to_value, Ref g, const Attention& a) {
  fill(to_query, 0);
  fill(to_key, 0);
  fill(to_value, 0);
  if (is_empty(a)) return;
  dispatch_known_floating(g.dtype, [&]<class T>(std::type_identity<T>) {
    backward<T>(to_query, to_key, to_value, g, a);
  });
}

}  // namespace tapegrad::kernels
