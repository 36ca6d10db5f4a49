// Files that live as long as a test, what is put into them, and the errors that reading them gives.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "support/errors.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test {

/// A new folder that disappears with what is in it.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tapegrad-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) {
      throw std::system_error(errno, std::generic_category(), "no folder for the test: " + pattern);
    }
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }
  std::size_t count() const {
    const std::filesystem::directory_iterator all(path_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message of the IoError that `work` throws.
template <class Work>
std::string io_error(Work&& work) {
  return error_of<IoError>(std::forward<Work>(work));
}

/// What `load` says about a file of these bytes, without its own name and the path.
template <class Load>
std::string refusal_of(Load load, const std::string& bytes) {
  const Folder folder;
  const std::string path = folder / "x";
  write_file(path, bytes);
  std::string error = io_error([&] { load(path); });
  for (std::size_t at; (at = error.find(path)) != std::string::npos;) error.erase(at, path.size());
  const std::size_t operation = error.find(": ");
  return operation == std::string::npos ? error : error.substr(operation + 2);
}

template <class T>
Tensor values(std::vector<T> v) {
  return Tensor::from_vector(std::move(v));
}

}  // namespace tapegrad::test
