// What a trained logistic model says, counted and printed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataset.hpp"
#include "fit.hpp"

struct Confusion {
  std::int64_t count[2][2] = {};  ///< [what it is][what the model says]

  std::int64_t rows() const { return count[0][0] + count[0][1] + count[1][0] + count[1][1]; }
  /// The part of the rows that the model gets right; nan without rows.
  double accuracy() const;
};

/// The model says 1 where its probability is above one half.
Confusion confusion_of(LogisticRegression& model, const Dataset& data);

void print_confusion(const Confusion& confusion, const Dataset& data, std::string_view part);

/// The `count` coefficients furthest from zero, with the names of their features.
void print_largest(const LogisticRegression& model, const Dataset& data, std::int64_t count);

/// name,coefficient for every feature in the file's order, then (intercept).
/// Throws std::runtime_error when the file can't be written.
void write_coefficients(const LogisticRegression& model, const Dataset& data,
                        const std::string& file);
