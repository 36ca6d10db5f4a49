// Contractions by their definition.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

/// The sum that defines einsum(), over each assignment of the labels' values.
inline Tensor naive(const std::vector<std::string>& terms, const std::string& result,
                    const std::vector<Tensor>& x) {
  std::map<char, std::int64_t> size;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t d = 0; d < terms[i].size(); ++d) {
      size[terms[i][d]] = std::max(size[terms[i][d]], x[i].shape()[d]);
    }
  }
  std::int64_t all = 1;
  for (const auto& entry : size) all *= entry.second;
  Shape shape;
  for (const char label : result) shape.push_back(size[label]);
  std::vector<double> sums(static_cast<std::size_t>(numel(shape)), 0);
  std::vector<std::vector<double>> values;
  for (const Tensor& one : x) values.push_back(one.to_vector<double>());
  for (std::int64_t n = 0; n < all; ++n) {
    std::map<char, std::int64_t> at;
    std::int64_t rest = n;
    for (const auto& entry : size) {
      at[entry.first] = rest % entry.second;
      rest /= entry.second;
    }
    const auto place = [&](const std::string& term, const Shape& of) {
      std::int64_t place = 0;
      for (std::size_t d = 0; d < term.size(); ++d) {
        place = place * of[d] + (of[d] == 1 ? 0 : at[term[d]]);
      }
      return static_cast<std::size_t>(place);
    };
    double product = 1;
    for (std::size_t i = 0; i < x.size(); ++i) product *= values[i][place(terms[i], x[i].shape())];
    sums[place(result, shape)] += product;
  }
  return Tensor::from_vector(std::move(sums), shape);
}

}  // namespace tapegrad::test
