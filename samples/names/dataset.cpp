#include "dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace tg = tapegrad;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t fewest = 5;  // so that each part has one

std::vector<fs::path> files_of(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".txt" && entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  if (error) throw std::runtime_error(fmt::format("{}: {}", folder, error.message()));
  if (files.size() < 2) {
    throw std::runtime_error(
        fmt::format("{}: {} files LANGUAGE.txt; at least two are needed", folder, files.size()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> characters_of(std::string_view what, std::string_view name) {
  try {
    return tg::data::characters(name);
  } catch (const tg::Error& error) {
    throw std::runtime_error(fmt::format("{}: {}", what, error.what()));
  }
}

std::vector<std::string> names_in(const std::string& path) {
  const tg::data::TextLines lines(path);
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < lines.size(); ++i) {
    std::string name = lines.text(i);
    characters_of(fmt::format("{}:{}", path, i + 1), name);
    if (!name.empty()) names.push_back(std::move(name));
  }
  if (std::ssize(names) < fewest) {
    throw std::runtime_error(
        fmt::format("{}: {} names; a language needs {} or more", path, names.size(), fewest));
  }
  return names;
}

}  // namespace

Names read_names(const std::string& folder) {
  Names all;
  std::vector<std::int64_t> labels;
  for (const fs::path& file : files_of(folder)) {
    std::vector<std::string> names = names_in(file.string());
    labels.insert(labels.end(), names.size(), std::ssize(all.languages));
    all.languages.push_back(file.stem().string());
    std::move(names.begin(), names.end(), std::back_inserter(all.texts));
  }
  all.labels = tg::Tensor::from_vector(std::move(labels));
  return all;
}

NameParts parts_of(const Names& names, std::uint64_t seed) {
  const tg::data::TensorDataset all(names.labels);
  const auto parts = tg::data::stratified_split(all, names.labels, {0.8, 0.2}, seed);
  return {parts[0].indices(), parts[1].indices()};
}

tg::data::Vocabulary alphabet_of(const Names& names, const tg::data::Indices& chosen) {
  tg::data::TokenCounts counts;
  for (const std::int64_t i : chosen) {
    const std::string& name = names.texts[static_cast<std::size_t>(i)];
    tg::data::count(counts, characters_of("a name", name));
  }
  return tg::data::Vocabulary::build(counts);
}

tg::Tensor encoded(const tg::data::Vocabulary& alphabet, std::string_view what,
                   std::string_view name) {
  if (name.empty()) throw std::runtime_error(fmt::format("{}: a name without a character", what));
  return alphabet.encode(characters_of(what, name));
}

tg::data::DataLoader batches_of(const Names& names, const tg::data::Indices& chosen,
                                const tg::data::Vocabulary& alphabet, std::int64_t longest,
                                const tg::data::DataLoaderOptions& options) {
  std::vector<tg::data::Example> examples;
  tg::data::Buckets buckets;
  for (const std::int64_t i : chosen) {
    tg::Tensor x = encoded(alphabet, "a name", names.texts[static_cast<std::size_t>(i)]);
    buckets.lengths.push_back(x.size(0));
    examples.push_back({std::move(x), names.labels.select(0, i)});
  }
  tg::data::DataLoaderOptions all = options;
  all.padding = tg::data::Padding{.longest = longest};
  if (options.shuffle) all.buckets = std::move(buckets);
  return tg::data::DataLoader(tg::data::ListDataset(std::move(examples)), std::move(all));
}
