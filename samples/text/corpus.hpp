// A text as numbers of characters, and windows of it to learn from and to be tested on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tapegrad/tapegrad.hpp>
#include <vector>

struct Corpus {
  tapegrad::data::Vocabulary vocabulary;  ///< all characters of the text, the frequent ones first
  tapegrad::Tensor learned;               ///< [n], int64: nine tenths of the text
  tapegrad::Tensor held_out;              ///< [m], int64: the rest
};

/// Reads a UTF-8 text, whose lines may end by LF or CRLF. Throws IoError for what can't be opened,
/// std::runtime_error for what is no text and for one that has no window for the test.
Corpus read_corpus(const std::string& path, std::int64_t window);

/// Stretches of `window` numbers, each with the numbers that follow. One for each multiple of the
/// window; where an epoch begins each of them is drawn from the window behind, so that other
/// characters come first each time.
class DrawnWindows : public tapegrad::data::Dataset {
 public:
  DrawnWindows(tapegrad::Tensor numbers, std::int64_t window);
  std::int64_t size() const override;

 protected:
  tapegrad::data::Example example(std::int64_t index, tapegrad::Generator& random) const override;

 private:
  tapegrad::Tensor numbers_;
  std::int64_t window_;
};

/// The same at the multiples themselves.
tapegrad::data::TensorDataset fixed_windows(const tapegrad::Tensor& numbers, std::int64_t window);

/// The numbers of the characters of `text`. Throws std::runtime_error, with `what`, for a character
/// that the vocabulary doesn't have and for what is no UTF-8.
std::vector<std::int64_t> numbers_of(const tapegrad::data::Vocabulary& vocabulary,
                                     std::string_view what, std::string_view text);
