#include "autograd/variables.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "core/dispatch.hpp"
#include "tapegrad/autograd.hpp"

namespace tapegrad {
namespace {

template <class T>
void write_as(Tensor& x, const double* values) {
  T* data = x.mutable_data<T>();
  const Shape& shape = x.shape();
  const Strides& strides = x.strides();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    std::int64_t at = 0;
    std::int64_t rest = i;
    for (std::size_t d = shape.size(); d-- > 0;) {
      at += rest % shape[d] * strides[d];
      rest /= shape[d];
    }
    data[at] = static_cast<T>(values[i]);
  }
}

}  // namespace

Variables::Variables(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
  for (const Tensor& x : tensors_) {
    check<DTypeError>(!is_narrow(x.dtype()),
                      "gradcheck: a tensor of shape {} is {}, which rounds away what a numeric "
                      "derivative looks at; convert it with to(float64)",
                      x.shape(), x.dtype());
  }
  before_ = now_ = read();
  versions_ = versions();
}

std::vector<std::uint32_t> Variables::versions() const {
  std::vector<std::uint32_t> all;
  for (const Tensor& x : tensors_) all.push_back(x.version());
  return all;
}

std::vector<double> Variables::read() const {
  std::vector<double> all;
  for (const Tensor& x : tensors_) {
    const std::vector<double> values = x.to_vector<double>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

void Variables::write(const std::vector<double>& values) {
  const NoGrad guard;
  const double* from = values.data();
  const double* old = now_.data();
  for (Tensor& x : tensors_) {
    const std::int64_t n = x.numel();
    if (!std::equal(from, from + n, old)) {
      x.dtype() == float32 ? write_as<float>(x, from) : write_as<double>(x, from);
    }
    from += n;
    old += n;
  }
  now_ = values;
  versions_ = versions();
}

std::string element_name(const std::string& name, const Shape& shape, std::int64_t index) {
  if (shape.empty()) return name;
  std::string text;
  for (std::size_t d = shape.size(); d-- > 0;) {
    text = std::to_string(index % shape[d]) + (text.empty() ? "" : ", ") + text;
    index /= shape[d];
  }
  return name + "[" + text + "]";
}

std::string element_name(const std::vector<std::string>& names, const std::vector<Shape>& shapes,
                         std::size_t index) {
  auto left = static_cast<std::int64_t>(index);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::int64_t n = numel(shapes[k]);
    if (left < n) return element_name(names[k], shapes[k], left);
    left -= n;
  }
  return std::to_string(index);
}

}  // namespace tapegrad
