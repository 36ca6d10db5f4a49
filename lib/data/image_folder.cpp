#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "core/check.hpp"
#include "tapegrad/data/images.hpp"
#include "tapegrad/ops/create.hpp"

namespace tapegrad::data {
namespace {

namespace fs = std::filesystem;

/// What is directly in a folder and not hidden, in the order of the names' bytes.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  std::vector<fs::path> entries;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!entry->path().filename().string().starts_with('.')) entries.push_back(entry->path());
  }
  check<IoError>(!error, "ImageFolder: cannot read the folder: {}: {}", folder.string(),
                 error.message());
  std::sort(entries.begin(), entries.end(), [](const fs::path& a, const fs::path& b) {
    return a.filename().native() < b.filename().native();
  });
  return entries;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  const bool is = fs::is_directory(path, error);
  check<IoError>(!error, "ImageFolder: cannot look at: {}: {}", path.string(), error.message());
  return is;
}

bool is_image(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

/// The images in and below a folder. A link to a folder above it ends where paths are too long.
void collect(const fs::path& folder, std::vector<std::string>& paths) {
  for (const fs::path& entry : entries_of(folder)) {
    if (is_folder(entry)) {
      collect(entry, paths);
    } else if (is_image(entry)) {
      paths.push_back(entry.string());
    }
  }
}

}  // namespace

ImageFolder::ImageFolder(const std::string& root, Channels channels) : channels_(channels) {
  std::vector<std::string> names;
  for (const fs::path& folder : entries_of(root)) {
    if (!is_folder(folder)) continue;
    collect(folder, paths_);
    check<IoError>(paths_.size() > labels_.size(),
                   "ImageFolder: no .png, .jpg or .jpeg for the class {}: {}",
                   folder.filename().string(), folder.string());
    labels_.resize(paths_.size(), static_cast<std::int64_t>(names.size()));
    names.push_back(folder.filename().string());
  }
  check<IoError>(!names.empty(), "ImageFolder: no folders, one for each class, in {}", root);
  classes_ = LabelEncoder(std::move(names));
}

Tensor ImageFolder::labels() const { return Tensor::from_vector(std::vector(labels_)); }

Example ImageFolder::example(std::int64_t index, Generator&) const {
  const auto place = static_cast<std::size_t>(index);
  return {load_image(paths_[place], channels_), full({}, labels_[place])};
}

}  // namespace tapegrad::data
