#include "naive.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "tapegrad/shape.hpp"

namespace properties {

namespace {

template <class T>
std::string text(const std::vector<T>& values) {
  std::ostringstream out;
  for (const T& value : values) out << (out.tellp() > 0 ? ", " : "") << value;
  return "[" + out.str() + "]";
}

}  // namespace

std::int64_t count(const Ints& shape) {
  std::int64_t n = 1;
  for (const std::int64_t size : shape) n *= size;
  return n;
}

std::vector<Ints> indices(const Ints& shape) {
  std::vector<Ints> all = {{}};
  for (const std::int64_t size : shape) {
    std::vector<Ints> longer;
    for (const Ints& index : all) {
      for (std::int64_t i = 0; i < size; ++i) {
        longer.push_back(index);
        longer.back().push_back(i);
      }
    }
    all = longer;
  }
  return all;
}

std::size_t place(const Ints& shape, const Ints& index) {
  std::int64_t at = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) at = at * shape[d] + index.at(d);
  return static_cast<std::size_t>(at);
}

Ints pick_shape(std::int64_t rank, std::int64_t most) {
  Ints shape;
  for (std::int64_t d = pick(0, rank); d > 0; --d) {
    const std::int64_t size = pick(0, 16);  // one in 17 is empty
    shape.push_back(size == 0 && pick(0, 2) == 0 ? 0 : 1 + size % 4);
    if (count(shape) > most) shape.back() = 1;
  }
  return shape;
}

Numbers pick_numbers(std::size_t n) {
  Numbers numbers;
  const std::int64_t seed = pick(1, 1000);  // a choice for each would take most of the time
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t mixed = (static_cast<std::int64_t>(i) + seed) * 7919 % 1009;
    numbers.push_back(static_cast<double>(mixed % 7 - 3));
  }
  return numbers;
}

Naive whole(const Ints& shape) {
  Naive naive{shape, Ints(static_cast<std::size_t>(count(shape)))};
  for (std::size_t i = 0; i < naive.at.size(); ++i) naive.at[i] = static_cast<std::int64_t>(i);
  return naive;
}

Naive rearranged(const Naive& x, const Ints& shape, const std::function<Ints(const Ints&)>& from) {
  Naive naive{shape, {}};
  for (const Ints& index : indices(shape)) {
    naive.at.push_back(x.at.at(place(x.shape, from(index))));
  }
  return naive;
}

tg::Tensor made(const Numbers& numbers, const Ints& shape) {
  return tg::Tensor::from_vector(Numbers(numbers), shape);
}

void expect_shape(const tg::Tensor& x, const Ints& shape, const std::string& what) {
  if (x.shape() == tg::Shape(shape)) return;
  throw std::runtime_error(what + ": shape " + tg::to_string(x.shape()) + ", not " + text(shape));
}

void expect_numbers(const tg::Tensor& x, const Numbers& numbers, const std::string& what) {
  const Numbers got = x.to_vector<double>();
  if (got != numbers) throw std::runtime_error(what + ": " + text(got) + ", not " + text(numbers));
}

void expect_elements(const tg::Tensor& x, const Naive& naive, const Numbers& of,
                     const std::string& what) {
  expect_shape(x, naive.shape, what);
  Numbers numbers;
  for (const std::int64_t at : naive.at) numbers.push_back(of.at(static_cast<std::size_t>(at)));
  expect_numbers(x, numbers, what);
}

}  // namespace properties
