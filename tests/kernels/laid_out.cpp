#include "laid_out.hpp"

#include <algorithm>
#include <numeric>

#include "core/dispatch.hpp"
#include "tapegrad/dtype.hpp"
#include "tapegrad/shape.hpp"

namespace tapegrad::test {
namespace {

std::int64_t pick(std::mt19937& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

}  // namespace

Shape random_shape(std::mt19937& random) {
  constexpr std::int64_t sizes[] = {1, 2, 3, 4, 5, 7, 33, 300};
  Shape shape;
  std::int64_t count = 1;
  for (std::int64_t rank = pick(random, 0, 5); rank > 0; --rank) {
    std::int64_t size = sizes[pick(random, 0, 7)];
    if (count * size > 4000) size = 2;
    if (pick(random, 0, 40) == 0) size = 0;
    count *= std::max<std::int64_t>(size, 1);
    shape.push_back(size);
  }
  return shape;
}

LaidOut::LaidOut(std::mt19937& random, DType dtype, const Shape& shape, Repeats repeats)
    : dtype_(dtype) {
  std::vector<std::size_t> order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  if (pick(random, 0, 1) == 0) std::shuffle(order.begin(), order.end(), random);
  Strides strides(shape.size(), 0);
  std::int64_t room = 1;
  for (const std::size_t d : order) {
    if (repeats == Repeats::some && pick(random, 0, 3) == 0) continue;
    const std::int64_t step = pick(random, 0, 3) == 0 ? 2 : 1;
    strides[d] = room * step;
    room *= std::max<std::int64_t>(shape[d], 1) * step;
  }
  first_ = static_cast<std::size_t>(pick(random, 0, 3));
  layout_ = Layout(shape, strides, 0);
  const std::size_t count = first_ + static_cast<std::size_t>(room);
  bytes_.resize(count * size_of(dtype));
  dispatch(dtype, [&]<class T>(std::type_identity<T>) {
    T* elements = reinterpret_cast<T*>(bytes_.data());
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = static_cast<double>(pick(random, std::is_unsigned_v<T> ? 0 : -9, 9));
      elements[i] = static_cast<T>(std::is_floating_point_v<T> ? value / 2 : value);
    }
  });
}

xt::xarray<double> LaidOut::values() const {
  return dispatch(dtype_, [&]<class T>(std::type_identity<T>) {
    const xt::xarray<double> result = xt::cast<double>(view<T>());
    return result;
  });
}

std::vector<double> listed(const xt::xarray<double>& x) {
  return std::vector<double>(x.begin(), x.end());
}

}  // namespace tapegrad::test
