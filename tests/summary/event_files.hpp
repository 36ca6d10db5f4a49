// Log folders and what is in event files, for the tests of the writer.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "summary/record_file.hpp"
#include "support/catch.hpp"

namespace tapegrad::test {

/// A folder of its own that is gone at the end of the test.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("tapegrad_summary_test_" + std::to_string(::getpid()));
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The records of a file, framing and checksums verified; stops at a torn one as readers do.
inline std::vector<std::string> records(const std::string& bytes) {
  std::vector<std::string> found;
  std::size_t at = 0;
  while (at + 12 <= bytes.size()) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, 8);
    if (at + 16 + length > bytes.size()) break;
    std::string framed;
    const std::string record = bytes.substr(at + 12, length);
    summary::append_record(framed, record);
    REQUIRE(framed == bytes.substr(at, framed.size()));
    found.push_back(record);
    at += framed.size();
  }
  return found;
}

}  // namespace tapegrad::test
