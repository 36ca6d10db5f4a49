// Names by the language that they come from, in a part to learn from and one for the test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tapegrad/tapegrad.hpp>
#include <vector>

struct Names {
  std::vector<std::string> languages;
  std::vector<std::string> texts;
  tapegrad::Tensor labels;  ///< [n], int64: places in `languages`
};

/// Reads each LANGUAGE.txt of a folder, UTF-8, a name on each line that isn't empty. Throws
/// std::runtime_error for a folder that isn't there or has fewer than two such files, and for files
/// with less than five names; IoError for those that can't be read.
Names read_names(const std::string& folder);

/// Which of the names are for learning and which for the test: a fifth of each language.
struct NameParts {
  tapegrad::data::Indices learned;
  tapegrad::data::Indices test;
};
NameParts parts_of(const Names& names, std::uint64_t seed);

/// Padding is 0, a character that no name of `chosen` has is 1.
tapegrad::data::Vocabulary alphabet_of(const Names& names, const tapegrad::data::Indices& chosen);

/// The numbers of a name's characters: [length], of at least one. Throws std::runtime_error, with
/// `what`, for a name that is empty or no UTF-8.
tapegrad::Tensor encoded(const tapegrad::data::Vocabulary& alphabet, std::string_view what,
                         std::string_view name);

/// Batches of names and languages, filled up with 0 and cut to `longest` characters; in order
/// without `shuffle`, else names of similar length together.
tapegrad::data::DataLoader batches_of(const Names& names, const tapegrad::data::Indices& chosen,
                                      const tapegrad::data::Vocabulary& alphabet,
                                      std::int64_t longest,
                                      const tapegrad::data::DataLoaderOptions& options);
