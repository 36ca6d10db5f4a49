// What a model must know of its data: which number stands for which text, what stands for a value
// that is missing, and by what columns were scaled. It is fitted on the part for training, and kept
// with the model: a Saver takes it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/data/numbered_texts.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// What becomes of a text that wasn't there when the encoder was fitted.
enum class UnknownLabel {
  refused,
  own_index  ///< all of them get one index, behind those of the classes
};

/// Texts, such as labels or the categories of a column, and their numbers 0, 1, ...
///   load_state_dict() also fits an encoder that knew nothing before; Saver::restore(), which
/// wants all sizes to be the same, takes one that was fitted on the same data:
/// labels.load_state_dict(io::load_checkpoint_part(path, "labels")) fits any.
class LabelEncoder {
 public:
  LabelEncoder() : LabelEncoder(std::vector<std::string>()) {}
  /// Number i stands for text i. Throws Error for a text that comes twice.
  explicit LabelEncoder(std::vector<std::string> classes,
                        UnknownLabel unknown = UnknownLabel::refused);
  /// The different texts, in the order of their bytes, as scikit-learn's LabelEncoder has them.
  /// Throws Error for an empty list.
  static LabelEncoder fit(std::span<const std::string> texts,
                          UnknownLabel unknown = UnknownLabel::refused);

  /// The texts that were fitted.
  const std::vector<std::string>& classes() const { return texts_.all(); }
  UnknownLabel unknown() const { return unknown_; }
  /// How many numbers there are: one more than texts where unknown ones have an index.
  std::int64_t size() const { return texts_.size() + (unknown_index() ? 1 : 0); }

  /// Throws Error, with some of the texts that there are, for an unknown one unless these have an
  /// index.
  std::int64_t index(std::string_view text) const { return texts_.index(text, unknown_index()); }
  /// int64 of shape [n].
  Tensor encode(std::span<const std::string> texts) const {
    return texts_.encode(texts, unknown_index());
  }
  /// "?" for the index of unknown texts. Throws IndexError for a number that is out of range.
  std::string text(std::int64_t index) const { return texts_.text(index, unknown_index()); }
  /// The texts of all elements, in row-major order. Throws DTypeError unless they are integers.
  std::vector<std::string> decode(const Tensor& indices) const {
    return texts_.decode(indices, unknown_index());
  }

  StateDict state_dict() const;
  /// Throws Error for a state that isn't one of these, and stays as it was.
  void load_state_dict(const StateDict& state);

 private:
  std::optional<std::int64_t> unknown_index() const;

  detail::NumberedTexts texts_;
  UnknownLabel unknown_;
};

/// Each feature less its mean, divided by its standard deviation (of the population), as
/// scikit-learn's StandardScaler: a feature that doesn't vary is divided by 1, NaN stands for no
/// value and stays.
///   Features lie along `dim`, counted from the end, so that what was fitted on a batch fits one
/// example as well: -1 for the columns of a table, -3 for the channels of images.
class StandardScaler {
 public:
  /// Throws IndexError unless dim is negative.
  explicit StandardScaler(std::int64_t dim = -1);

  /// Takes mean and deviation of x: [..., features, ...]. Throws ShapeError where x hasn't such a
  /// dimension and DTypeError for integers; Error for a feature without any finite value, or with
  /// an infinite one.
  StandardScaler& fit(const Tensor& x);
  /// Shape and dtype of x. Throws Error before fit(), ShapeError for another number of features,
  /// DTypeError for integers.
  Tensor transform(const Tensor& x) const;
  /// What transform() was given.
  Tensor inverse(const Tensor& x) const;

  /// float64 of shape [features]; undefined before fit().
  const Tensor& mean() const { return mean_; }
  const Tensor& scale() const { return scale_; }

  /// Empty before fit().
  StateDict state_dict() const;
  /// Throws Error for a state that isn't one of these, and stays as it was.
  void load_state_dict(const StateDict& state);

 private:
  std::int64_t dim_;
  Tensor mean_;
  Tensor scale_;
};

/// What stands for the values that a feature lacks.
enum class Fill {
  mean,
  median  ///< of an even number of values the mean of the middle two
};

/// NaN, which stands for no value, becomes the mean or the median of the feature's values, as in
/// scikit-learn's SimpleImputer. isnan(x) says where that was, if a model is to know it too.
///   x: [..., features], the columns of a table.
class Imputer {
 public:
  explicit Imputer(Fill fill = Fill::median);

  /// Takes the mean or median of each feature. Throws ShapeError for rank 0, DTypeError for
  /// integers, Error for a feature without any value or with an infinite one.
  Imputer& fit(const Tensor& x);
  /// Shape and dtype of x. Derivative: g where there was a value, 0 elsewhere. Throws Error before
  /// fit(), ShapeError for another number of features, DTypeError for integers.
  Tensor transform(const Tensor& x) const;

  /// float64 of shape [features]; undefined before fit().
  const Tensor& values() const { return values_; }

  /// Empty before fit().
  StateDict state_dict() const;
  /// Throws Error for a state that isn't one of these, and stays as it was.
  void load_state_dict(const StateDict& state);

 private:
  Fill fill_;
  Tensor values_;
};

}  // namespace data
}  // namespace tapegrad
