// Tensor: what an array is, how it is viewed, converted and changed. Mathematics is in ops/.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tapegrad/dtype.hpp"
#include "tapegrad/forward.hpp"
#include "tapegrad/item.hpp"
#include "tapegrad/keepdim.hpp"
#include "tapegrad/on_tape.hpp"
#include "tapegrad/shape.hpp"
#include "tapegrad/tensor_options.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

/// An n-dimensional array: a handle with value-like copies that share one storage, as in PyTorch.
/// A default-constructed tensor is undefined; anything but `defined()` and assignment throws.
class Tensor : public detail::OnTape {
 public:
  Tensor() = default;
  Tensor(const Tensor& other) noexcept { share(other); }
  Tensor(Tensor&& other) noexcept { take_over(other); }
  Tensor& operator=(const Tensor& other) & noexcept {
    Tensor(other).swap(*this);
    return *this;
  }
  Tensor& operator=(Tensor&& other) & noexcept {
    Tensor(std::move(other)).swap(*this);
    return *this;
  }
  /// To a temporary: x[0] = y, x[{0, Slice(1, 3)}] = 5 write into the elements, as copy_() and
  /// fill_() do.
  void operator=(const Tensor& source) &&;
  void operator=(Scalar value) &&;
  /// A variable is no place in a tensor.
  template <class T>
  requires std::is_arithmetic_v<T> Tensor& operator=(T) & {
    static_assert(!std::is_arithmetic_v<T>, "write x.fill_(value), or x = tensor(value)");
    return *this;
  }
  ~Tensor() { release(); }
  void swap(Tensor& other) noexcept { std::swap(impl_, other.impl_); }

  /// Takes over the elements without a copy (bool elements are copied: std::vector packs them).
  /// Throws ShapeError unless the shape has as many elements as there are values.
  template <Element T>
  static Tensor from_vector(std::vector<T>&& values, const Shape& shape);
  /// Shape [n].
  template <Element T>
  static Tensor from_vector(std::vector<T>&& values) {
    const auto n = static_cast<std::int64_t>(values.size());
    return from_vector(std::move(values), Shape{n});
  }
  /// Copies.
  template <Element T>
  static Tensor from_span(std::span<const T> values, const Shape& shape);
  /// Uses memory that somebody else owns; `deleter` runs when the last view is gone. `data` must
  /// stay valid until then. Row-major unless strides (in elements, not negative) are given. Throws
  /// Error for a null pointer to elements, ShapeError for strides that reach further than 64 bits
  /// count.
  template <Element T>
  static Tensor from_blob(T* data, const Shape& shape, std::function<void(void*)> deleter = {},
                          std::optional<Strides> strides = std::nullopt);

  // ---- elements ----

  /// The only element, converted; fractions are cut off for an integer T. Throws ShapeError unless
  /// there is exactly one, DTypeError when T doesn't hold it.
  template <Element T>
  T item() const;
  /// Of any other arithmetic type; or without one: int n = x.item().
  template <class T>
  requires(std::is_arithmetic_v<T> && !Element<T>) T item()
  const { return item(); }
  Item item() const;
  /// Whether the only element isn't 0: if (x.max() > 3). Throws as item(), for more elements saying
  /// what to write.
  explicit operator bool() const;
  /// First element; walk with strides() unless is_contiguous(). Throws DTypeError unless T is the
  /// element type.
  template <Element T>
  const T* data() const;
  /// As data(), and counts as an in-place change. Throws AutogradError for a tensor that the tape
  /// recorded or that requires grad (unless under NoGrad).
  template <Element T>
  T* mutable_data();
  /// All elements in row-major order, converted as by item(). Throws DTypeError when T doesn't
  /// hold one of them.
  template <Element T>
  std::vector<T> to_vector() const;
  template <class T>
  requires(std::is_arithmetic_v<T> && !Element<T>) std::vector<T> to_vector()
  const {
    std::vector<T> numbers;
    for (const auto x : to_vector<std::conditional_t<std::integral<T>, std::int64_t, double>>()) {
      numbers.push_back(static_cast<T>(Item(x)));
    }
    return numbers;
  }

  // ---- views: they share storage and are recorded ----
  // Each is a tensor of its own, also where nothing changes: a hook on it, requires_grad_() or a
  // name doesn't concern what it looks at.

  /// The same elements under another shape without a copy; one size may be -1.
  /// Throws ShapeError when the strides don't allow it (reshape copies then).
  Tensor view(const Shape& shape) const;
  template <detail::Integral... Sizes>
  requires(sizeof...(Sizes) > 1) Tensor view(Sizes... sizes)
  const { return view({sizes...}); }
  /// view() where that is possible, a copy elsewhere.
  Tensor reshape(const Shape& shape) const;
  template <detail::Integral... Sizes>
  requires(sizeof...(Sizes) > 1) Tensor reshape(Sizes... sizes)
  const { return reshape({sizes...}); }
  /// Merges the dimensions from `first` to `last`, both included.
  Tensor flatten(AsDim first = 0, AsDim last = -1) const;
  /// Dimensions `a` and `b` change places. Throws IndexError.
  Tensor transpose(AsDim a, AsDim b) const;
  /// Dimension i of the result is dimension order[i] of this. Throws ShapeError unless `order`
  /// names as many as there are, IndexError for one that is out of range or given twice.
  Tensor permute(const Dims& order) const;
  template <detail::Integral... Order>
  requires(sizeof...(Order) > 1) Tensor permute(Order... order)
  const { return permute({order...}); }
  /// Rank 0 to 2 transposed.
  Tensor t() const;
  Tensor T() const;
  /// The last two dimensions swapped.
  Tensor mT() const;
  /// One slice of `dim`, which disappears.
  Tensor select(AsDim dim, std::int64_t index) const;
  /// Elements start, start+step, ... before stop. Bounds clamp as in Python; step is positive.
  Tensor slice(AsDim dim, std::optional<std::int64_t> start = std::nullopt,
               std::optional<std::int64_t> stop = std::nullopt, std::int64_t step = 1) const;
  /// `length` elements of `dim` from `start`. Throws IndexError when they reach past the end.
  Tensor narrow(AsDim dim, std::int64_t start, std::int64_t length) const;
  /// Stretches dimensions of size 1 without a copy; -1 keeps a size.
  Tensor expand(const Shape& shape) const;
  template <detail::Integral... Sizes>
  requires(sizeof...(Sizes) > 1) Tensor expand(Sizes... sizes)
  const { return expand({sizes...}); }
  /// Drops every dimension of size 1, or just `dim` if its size is 1.
  Tensor squeeze() const;
  Tensor squeeze(std::int64_t dim) const;
  /// Those of `dims` that have size 1.
  Tensor squeeze(const Dims& dims) const;
  /// A new dimension of size 1 before `dim`; -1 stands for the end.
  Tensor unsqueeze(AsDim dim) const;
  /// PyTorch's indexing with integers, slices, `ellipsis` and `newaxis`, which give views, and with
  /// tensors, which give copies: x[{0, Slice(1, 3)}], x[mask], x[{rows, columns}]. Tensors of
  /// integers broadcast and name elements together, negative ones from the end; a mask stands for
  /// the dimensions that it has and names those where it holds. Their dimensions come where the
  /// first of them stands, or in front where something else stands between them. Derivative: g at
  /// these places, added up. Throws IndexError for what is out of range or too much, and for masks
  /// of another shape; ShapeError where tensors don't broadcast, DTypeError for tensors of
  /// fractions.
  Selection operator[](std::initializer_list<Index> indices) const;
  Selection operator[](const Tensor& index) const;
  Selection operator[](const Index& index) const;
  Tensor operator[](std::int64_t index) const { return select(0, index); }
  template <std::unsigned_integral T>
  Tensor operator[](T index) const {
    return select(0, detail::index_of("select", index));
  }
  template <class T>
  requires(std::same_as<T, bool> || std::floating_point<T>) Tensor operator[](T) const {
    static_assert(!std::is_arithmetic_v<T>, "an index is an integer, a Slice or a tensor");
    return {};
  }
  Tensor index(std::span<const Index> indices) const;
  Selection index(std::initializer_list<Index> indices) const;
  /// The rows x[0], x[1], ..., views as select() gives them: for (Tensor row : x). Throws
  /// IndexError for a tensor of rank 0.
  RowIterator begin() const;
  RowIterator end() const;

  // ---- copies and conversion: recorded ----

  /// Itself if its elements already lie row by row, else a copy.
  Tensor contiguous() const;
  /// A copy, row by row. Derivative: g.
  Tensor clone() const;
  /// Itself if it already has that type, else a converted copy. In an integer type integers wrap
  /// around modulo 2^bits; floats are cut towards zero, what lies outside becomes the nearest
  /// value, and NaN 0. In bool, whatever isn't 0 is true.
  Tensor to(DType dtype) const;

  // ---- operations ----
  // Every function of ops/ whose first argument is a tensor: x.sum(0, true) is sum(x, 0, true).
  // Made of the headers there when the library is built.

#include "tapegrad/tensor_methods.hpp"

  /// where(condition, *this, other): PyTorch's method has its condition first.
  Tensor where(const Tensor& condition, const Tensor& other) const;
  Tensor where(const Tensor& condition, Scalar other) const;

  // ---- in place ----
  // The result is written into this tensor, whose shape and dtype stay. They are recorded like any
  // operation. Pointwise functions have such forms, if their header says so: x.exp_() writes exp(x)
  // into x. Refused with AutogradError: a leaf that requires grad (use NoGrad), and views whose
  // base can't be tracked; the message names the out-of-place form.

  /// Plus, minus, times and divided by another tensor, which broadcasts to this shape, or a number.
  /// Throws ShapeError when it doesn't broadcast, DTypeError when the result is of a higher kind
  /// (integers divided, integers plus fractions) or the number doesn't fit.
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }
  Tensor& operator+=(Scalar other);
  Tensor& operator-=(Scalar other);
  Tensor& operator*=(Scalar other);
  Tensor& operator/=(Scalar other);
  /// bitwise_and_() and so on: of masks and integers.
  Tensor& operator&=(const Tensor& other) { return bitwise_and_(other); }
  Tensor& operator|=(const Tensor& other) { return bitwise_or_(other); }
  Tensor& operator^=(const Tensor& other) { return bitwise_xor_(other); }
  Tensor& operator&=(Scalar other) { return bitwise_and_(other); }
  Tensor& operator|=(Scalar other) { return bitwise_or_(other); }
  Tensor& operator^=(Scalar other) { return bitwise_xor_(other); }
  Tensor& add_(const Tensor& other);
  Tensor& sub_(const Tensor& other);
  Tensor& mul_(const Tensor& other);
  Tensor& div_(const Tensor& other);
  /// Plus and minus alpha times the other: p.add_(step, -rate).
  Tensor& add_(const Tensor& other, Scalar alpha);
  Tensor& sub_(const Tensor& other, Scalar alpha);
  Tensor& add_(Scalar other) { return *this += other; }
  Tensor& sub_(Scalar other) { return *this -= other; }
  Tensor& mul_(Scalar other) { return *this *= other; }
  Tensor& div_(Scalar other) { return *this /= other; }
  /// Broadcasts `source` into this tensor, and converts it as to() does.
  Tensor& copy_(const Tensor& source);
  /// Every element `value`; a tensor has rank 0. Throws DTypeError when it doesn't fit, ShapeError.
  Tensor& fill_(Scalar value);
  Tensor& fill_(const Tensor& value);
  /// Every element `value` where the mask holds, with the errors of masked_fill().
  Tensor& masked_fill_(const Tensor& mask, Scalar value);
  /// Gives this tensor, and its grad(), another element type. It stays the same tensor for whoever
  /// holds it, but shares storage with nothing any more. Not recorded; throws AutogradError for
  /// what isn't a leaf, DTypeError for an integer type where grad is required.
  Tensor& to_(DType dtype);
  Tensor& zero_();
  /// The elements (i, i, ...) `value`. Of a matrix with more rows than columns, with `wrap`, the
  /// diagonal begins again behind the row that it leaves out. Throws ShapeError below rank 2, and
  /// from rank 3 on unless all sizes are equal; DTypeError for a value that doesn't fit.
  Tensor& fill_diagonal_(Scalar value, bool wrap = false);

  /// Random numbers in place, recorded as copy_() is; also with a generator alone. The first two
  /// are functions of random.hpp as well.
  Tensor& uniform_(double low = 0, double high = 1, Generator& generator = default_generator());
  Tensor& normal_(double mean = 0, double std = 1, Generator& generator = default_generator());
  /// 1 with probability p, else 0: bernoulli_like() and, with a tensor of probabilities that
  /// broadcasts to this shape, bernoulli().
  Tensor& bernoulli_(detail::Real p = 0.5, Generator& generator = default_generator());
  Tensor& bernoulli_(const Tensor& p, Generator& generator = default_generator());
  /// Integers of [low, high), or [0, high), which this dtype must hold exactly: randint().
  Tensor& random_(std::int64_t low, std::int64_t high, Generator& generator = default_generator());
  /// Of density rate e^(-rate x). Throws Error unless rate > 0, DTypeError for integers.
  Tensor& exponential_(double rate = 1, Generator& generator = default_generator());
  Tensor& uniform_(Generator& generator) { return uniform_(0, 1, generator); }
  Tensor& normal_(Generator& generator) { return normal_(0, 1, generator); }
  Tensor& bernoulli_(Generator& generator) { return bernoulli_(0.5, generator); }
  Tensor& exponential_(Generator& generator) { return exponential_(1, generator); }
  Tensor& random_(std::int64_t high, Generator& generator = default_generator()) {
    return random_(0, high, generator);
  }

  /// Takes over one reference.
  static Tensor adopt(detail::TensorImpl* impl) noexcept {
    Tensor t;
    t.impl_ = impl;
    return t;
  }
};

inline const Tensor& detail::OnTape::self() const { return static_cast<const Tensor&>(*this); }
inline Tensor& detail::OnTape::self() { return static_cast<Tensor&>(*this); }

/// As numpy prints it, with dtype where it isn't the default, requires_grad and the operation.
std::string to_string(const Tensor& x);
std::ostream& operator<<(std::ostream& out, const Tensor& x);

}  // namespace tapegrad

#include "tapegrad/index.hpp"
#include "tapegrad/rows.hpp"
