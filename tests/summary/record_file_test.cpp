#include "summary/record_file.hpp"

#include <filesystem>

#include "support/catch.hpp"
#include "tapegrad/error.hpp"

using namespace tapegrad;
using summary::masked_crc32c;

namespace {

/// The inverse of the framing's mask.
std::uint32_t unmasked(std::uint32_t masked) {
  const std::uint32_t rotated = masked - 0xa282ead8u;
  return rotated >> 17 | rotated << 15;
}

}  // namespace

TEST_CASE("checksums are those of RFC 3720, section B.4", "[summary]") {
  CHECK(unmasked(masked_crc32c(std::string(32, '\0'))) == 0x8a9136aau);
  CHECK(unmasked(masked_crc32c(std::string(32, '\xff'))) == 0x62a8ab43u);
  std::string ascending;
  for (char c = 0; c < 32; ++c) ascending.push_back(c);
  CHECK(unmasked(masked_crc32c(ascending)) == 0x46dd794eu);
  CHECK(unmasked(masked_crc32c("123456789")) == 0xe3069283u);
  CHECK(unmasked(masked_crc32c("")) == 0);
}

TEST_CASE("a record is its length, a checksum, its bytes and a checksum", "[summary]") {
  std::string out = "before";
  summary::append_record(out, "abc");
  REQUIRE(out.size() == 6 + 8 + 4 + 3 + 4);
  CHECK(out.substr(6, 8) == std::string("\3\0\0\0\0\0\0\0", 8));
  CHECK(out.substr(18, 3) == "abc");
}

TEST_CASE("a record file refuses an existing path and notices when it is removed", "[summary]") {
  const auto path = std::filesystem::temp_directory_path() / "tapegrad_record_file_test";
  std::filesystem::remove(path);
  {
    summary::RecordFile file(path.string());
    file.open();
    CHECK_THROWS_AS(summary::RecordFile(path.string()).open(), IoError);
    std::string record = "x";
    file.write(record);
    CHECK(record.empty());
    CHECK_NOTHROW(file.check_still_there());
    std::filesystem::remove(path);
    CHECK_THROWS_AS(file.check_still_there(), IoError);
  }
  CHECK_THROWS_AS(summary::RecordFile("/proc/none/file").open(), IoError);
}
