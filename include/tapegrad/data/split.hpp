// A dataset in parts: for training, validation and test.
#pragma once

#include <cstdint>
#include <vector>

#include "tapegrad/data/dataset.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// Parts in random order that have no example in common and all together.
///   `parts` add up to 1, and are shares: each is rounded down, and what is left goes to the first
/// parts, one to each, as in PyTorch. Or they are whole numbers that add up to the size. Throws
/// Error for others.
std::vector<Subset> random_split(const AnyDataset& dataset, const std::vector<double>& parts,
                                 std::uint64_t seed = 0);

/// The same, where each part has as many of each class as its share says: the part's size is that
/// of random_split(), and the number of a class is its share of what the parts before have left,
/// rounded up or down. labels: integers of shape [dataset.size()]. Throws Error for another number
/// of labels, ShapeError and DTypeError for what isn't a list of integers.
std::vector<Subset> stratified_split(const AnyDataset& dataset, const Tensor& labels,
                                     const std::vector<double>& parts, std::uint64_t seed = 0);

/// One of the ways to leave out a part for validation. Both are in ascending order.
struct Fold {
  Indices train;
  Indices validation;
};

struct FoldOptions {
  /// Without it, examples that follow one another come into one fold; stratified ones are dealt
  /// out in turn.
  bool shuffle = false;
  std::uint64_t seed = 0;
};

/// Of k folds each is for validation once. Their sizes differ by 1 at most, the larger ones come
/// first. Throws Error unless 2 <= k <= n.
std::vector<Fold> k_fold(std::int64_t n, std::int64_t k, const FoldOptions& options = {});

/// The same, where also the number of each class differs by 1 at most between folds. labels:
/// integers of shape [n]. Throws Error unless k is at least 2 and a class has k examples or more,
/// ShapeError and DTypeError for what isn't a list of integers.
std::vector<Fold> stratified_k_fold(const Tensor& labels, std::int64_t k,
                                    const FoldOptions& options = {});

}  // namespace data
}  // namespace tapegrad
