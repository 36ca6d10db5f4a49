// What a network makes of names, for people: a table of who is taken for whom, and lines by name.
#pragma once

#include <string>
#include <tapegrad/tapegrad.hpp>
#include <vector>

#include "dataset.hpp"
#include "network.hpp"

/// counts: [n, n], a row for each language, a column for each that was said.
void print_confusion(const std::vector<std::string>& languages, const tapegrad::Tensor& counts);

/// For each name the likeliest languages, three at most, with their probabilities.
void print_predictions(const NameNetwork& network, const tapegrad::data::Vocabulary& alphabet,
                       const std::vector<std::string>& languages,
                       const std::vector<std::string>& names);

/// A table name,language,said,probability of the names of a test, whose logits are [n, languages].
/// Throws std::runtime_error where it can't be written.
void write_test(const std::string& path, const Names& names, const tapegrad::data::Indices& test,
                const tapegrad::Tensor& logits);
