#include "tapegrad/ops/pointwise/choice.hpp"

#include "kernels/copy.hpp"
#include "ops/beside.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

void check_condition(const Tensor& condition) {
  check<DTypeError>(condition.dtype() == boolean,
                    "where: the condition is {}, not bool; compare it with != 0",
                    condition.dtype());
}

struct Where {
  static constexpr std::string_view name = "where";
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;
  static constexpr Needs saves(Needs) { return save_input(0); }

  Meta result(const Tensor& condition, const Tensor& a, const Tensor& b) const {
    check_condition(condition);
    return {result_type(a, b),
            broadcast_for(name, broadcast_for(name, condition.shape(), a.shape()), b.shape())};
  }

  void into(const Tensor& out, const Tensor& condition, const Tensor& a, const Tensor& b) const {
    const DType dtype = out.dtype();
    const Shape& shape = out.shape();
    const Tensor x = converted(a, dtype);
    const Tensor y = converted(b, dtype);
    const Layout wide_condition = ref(condition).layout->broadcast_to(shape);
    const Layout wide_x = ref(x).layout->broadcast_to(shape);
    const Layout wide_y = ref(y).layout->broadcast_to(shape);
    dispatch_size(dtype, [&]<class T>(std::type_identity<T>) {
      map<T, bool, T, T>([](bool c, T p, T q) { return c ? p : q; },
                         {ref(out), with_layout(ref(condition), wide_condition),
                          with_layout(ref(x), wide_x), with_layout(ref(y), wide_y)});
    });
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor condition = s[0];
    return {Tensor{}, s.needs(1) ? where(condition, g, 0) : Tensor{},
            s.needs(2) ? where(condition, 0, g) : Tensor{}};
  }
};

/// where() with a number on one side.
template <Side side>
struct WhereBeside {
  static constexpr std::string_view name = "where";
  static constexpr bool any_layout = true;
  static constexpr bool each_element = true;
  static constexpr Needs saves(Needs) { return save_input(0); }
  Scalar number;

  void attributes(AttributeList& list) const { list(number_name<Where, side>(), number); }

  Meta result(const Tensor& condition, const Tensor& x) const {
    check_condition(condition);
    const DType dtype = promote(x.dtype(), number);
    check_fits(name, dtype, number);
    return {dtype, broadcast_for(name, condition.shape(), x.shape())};
  }

  void into(const Tensor& out, const Tensor& condition, const Tensor& x) const {
    const DType dtype = out.dtype();
    const Operand chooses(condition, boolean, out.shape());
    const Operand elements(x, dtype, out.shape());
    const std::uint64_t bits = kernels::element_bits(dtype, number, name);
    dispatch_size(dtype, [&]<class T>(std::type_identity<T>) {
      const auto choose = [y = static_cast<T>(bits)](bool c, T v) {
        return c == (side == Side::left) ? y : v;
      };
      map<T, bool, T>(choose, {ref(out), chooses.ref(), elements.ref()});
    });
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    const Tensor condition = s[0];
    return {Tensor{}, side == Side::left ? where(condition, 0, g) : where(condition, g, 0)};
  }
};

}  // namespace

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return apply(Where{}, condition, a, b);
}
Tensor where(const Tensor& condition, const Tensor& a, Scalar b) {
  return apply(WhereBeside<Side::right>{b}, condition, a);
}
Tensor where(const Tensor& condition, Scalar a, const Tensor& b) {
  check_defined("where", condition, a, b);
  return apply(WhereBeside<Side::left>{a}, condition, b);
}
Tensor where(const Tensor& condition, Scalar a, Scalar b) {
  check_defined("where", condition, a, b);
  const DType kind = promote(b.kind(), a);
  return where(condition, constant("where", kind == float64 ? float32 : kind, a), b);
}

}  // namespace tapegrad
