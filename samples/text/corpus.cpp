#include "corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tg = tapegrad;

namespace {

/// The characters of all lines, with their ends.
std::vector<std::string> characters_of(const std::string& path) {
  const tg::data::TextLines lines(path);
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < lines.size(); ++i) {
    const std::string line = lines.text(i);
    try {
      const std::vector<std::string> characters = tg::data::characters(line);
      all.insert(all.end(), characters.begin(), characters.end());
    } catch (const tg::Error& error) {
      throw std::runtime_error(fmt::format("{}:{}: {}", path, i + 1, error.what()));
    }
    all.emplace_back("\n");
  }
  return all;
}

std::int64_t windows_in(const tg::Tensor& numbers, std::int64_t window) {
  return (numbers.size(0) - 1) / window;
}

}  // namespace

Corpus read_corpus(const std::string& path, std::int64_t window) {
  const std::vector<std::string> characters = characters_of(path);
  const auto count = static_cast<std::int64_t>(characters.size());
  const std::int64_t learned = count - count / 10;
  if (count / 10 <= window) {
    throw std::runtime_error(
        fmt::format("{}: {} characters; a tenth of them is held out, which must be more than a "
                    "window of {}",
                    path, count, window));
  }
  tg::data::TokenCounts counts;
  tg::data::count(counts, characters);
  auto vocabulary = tg::data::Vocabulary::build(counts, {.specials = {}, .unknown = std::nullopt});
  const tg::Tensor numbers = vocabulary.encode(characters);
  return {std::move(vocabulary), numbers.narrow(0, 0, learned),
          numbers.narrow(0, learned, count - learned)};
}

DrawnWindows::DrawnWindows(tg::Tensor numbers, std::int64_t window)
    : numbers_(std::move(numbers)), window_(window) {}

std::int64_t DrawnWindows::size() const { return windows_in(numbers_, window_); }

tg::data::Example DrawnWindows::example(std::int64_t index, tg::Generator& random) const {
  const auto drawn = tg::randint(window_, {}, {}, random).item<std::int64_t>();
  const std::int64_t begin = std::min(index * window_ + drawn, numbers_.size(0) - 1 - window_);
  return {numbers_.narrow(0, begin, window_), numbers_.narrow(0, begin + 1, window_)};
}

tg::data::TensorDataset fixed_windows(const tg::Tensor& numbers, std::int64_t window) {
  const std::int64_t count = windows_in(numbers, window);
  const auto from = [&](std::int64_t begin) {
    return numbers.narrow(0, begin, count * window).view({count, window});
  };
  return tg::data::TensorDataset(from(0), from(1));
}

std::vector<std::int64_t> numbers_of(const tg::data::Vocabulary& vocabulary, std::string_view what,
                                     std::string_view text) {
  std::vector<std::int64_t> numbers;
  try {
    for (const std::string& one : tg::data::characters(text)) {
      if (!vocabulary.contains(one)) {
        throw std::runtime_error(
            fmt::format("{}: the text that was learned has no character \"{}\"", what, one));
      }
      numbers.push_back(vocabulary.index(one));
    }
  } catch (const tg::Error& error) {
    throw std::runtime_error(fmt::format("{}: {}", what, error.what()));
  }
  return numbers;
}
