#include "data/classes.hpp"

#include <map>
#include <numeric>

#include "core/check.hpp"

namespace tapegrad::data {

std::vector<Indices> by_class(std::string_view operation, const Tensor& labels) {
  check_defined(operation, labels);
  check<ShapeError>(labels.dim() == 1, "{}: labels are a list, of shape [n], got shape {}",
                    operation, labels.shape());
  check<DTypeError>(!is_floating(labels.dtype()), "{}: labels are integers, got {}", operation,
                    labels.dtype());
  check<Error>(labels.numel() > 0, "{}: the list of labels is empty", operation);
  std::map<std::int64_t, Indices> classes;
  std::int64_t index = 0;
  for (const std::int64_t label : labels.to_vector<std::int64_t>()) {
    classes[label].push_back(index++);
  }
  std::vector<Indices> result;
  for (auto& [label, indices] : classes) result.push_back(std::move(indices));
  return result;
}

Indices first(std::int64_t n) {
  Indices all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

void shuffle(Indices& indices, Generator& random) {
  const auto n = static_cast<std::int64_t>(indices.size());
  Indices places = randperm(n, {}, random).to_vector<std::int64_t>();
  for (std::int64_t& place : places) place = indices[static_cast<std::size_t>(place)];
  indices = std::move(places);
}

}  // namespace tapegrad::data
