// That no damage to a checkpoint goes unnoticed. The checksum's expected value comes from a loop
// over bits, after the definition of CRC-32 in ISO 3309.
#include <fmt/core.h>

#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/dtype.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using io::Saver;

namespace {

std::uint32_t crc32_bit_by_bit(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

/// A small checkpoint, in `folder`.
struct Small {
  std::int64_t step = 12;
  Saver saver;
  std::string path;
  std::string bytes;

  explicit Small(const Folder& folder) : saver(folder.path().string(), {.metadata = {{"k", "v"}}}) {
    saver.add("step", step);
    path = saver.save(12);
    bytes = read_file(path);
    step = 0;
  }

  std::string refusal_of(const std::string& damaged) {
    write_file(path, damaged);
    return io_error([&] { saver.restore(path); });
  }
};

}  // namespace

TEST_CASE("the checksum is the CRC-32 of the file with zeros in its place", "[io][saver]") {
  const Folder folder;
  const Small small(folder);
  const std::string name = ",\"tapegrad.crc32\":\"";
  const std::size_t at = small.bytes.find(name) + name.size();
  std::string zeroed = small.bytes;
  zeroed.replace(at, 8, "00000000");
  CHECK(small.bytes.substr(at, 8) == fmt::format("{:08x}", crc32_bit_by_bit(zeroed)));
}

TEST_CASE("any flipped bit of a checkpoint is found", "[io][saver]") {
  const Folder folder;
  Small small(folder);
  for (std::size_t i = 0; i < small.bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = small.bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const std::string error = small.refusal_of(damaged);
      INFO("byte " << i << ", bit " << bit);
      REQUIRE(error.starts_with("restore: "));
      REQUIRE(contains(error, small.path));
    }
  }
  CHECK(small.step == 0);
  CHECK(small.refusal_of(small.bytes) == "no error");
  CHECK(small.step == 12);
}

TEST_CASE("a checkpoint that is cut or has more at its end is found", "[io][saver]") {
  const Folder folder;
  Small small(folder);
  for (std::size_t size = 0; size < small.bytes.size(); ++size) {
    INFO("the first " << size << " bytes");
    REQUIRE(small.refusal_of(small.bytes.substr(0, size)).starts_with("restore: "));
  }
  CHECK(contains(small.refusal_of(small.bytes + '\0'), "damaged"));
  CHECK(small.step == 0);
}

TEST_CASE("a file of two checkpoints is found", "[io][saver]") {
  const Folder folder;
  Run run;
  Saver saver(folder.path().string());
  run.add_to(saver);
  run.train(1);
  const std::string one = read_file(saver.save(1));
  run.train(1);
  const std::string two = read_file(saver.save(2));
  REQUIRE(one.size() == two.size());
  write_file(folder / "mixed", one.substr(0, one.size() - 8) + two.substr(two.size() - 8));
  const std::string error = io_error([&] { saver.restore(folder / "mixed"); });
  CHECK(error.starts_with("restore: damaged: its checksum is "));
}

TEST_CASE("files that Saver didn't write are refused by name", "[io][saver]") {
  const Folder folder;
  std::int64_t step = 0;
  Saver saver(folder.path().string());
  saver.add("step", step);
  const std::string path = folder / "x.safetensors";
  io::save_safetensors(path, {{"step", zeros({}, {.dtype = int64})}});
  CHECK(io_error([&] { saver.restore(path); }) ==
        "restore: no checksum: " + path +
            "; it was damaged or not written by Saver: load_safetensors() reads files of others");
  CHECK(contains(io_error([&] { saver.restore(folder / "none"); }), "No such file"));
  CHECK(contains(io_error([&] { saver.restore(folder.path().string()); }), "this is a folder"));
}

TEST_CASE("the newest intact checkpoint is restored, with the reasons why", "[io][saver]") {
  const Folder folder;
  Run run;
  Saver saver(folder.path().string());
  run.add_to(saver);
  for (int i = 1; i <= 4; ++i) {
    run.train(1);
    saver.save(i);
  }
  std::string damaged = read_file(folder / "ckpt-4.safetensors");
  damaged.back() ^= 1;
  write_file(folder / "ckpt-4.safetensors", damaged);
  write_file(folder / "ckpt-3.safetensors", "");
  const std::optional<io::Restored> restored = saver.restore_latest();
  REQUIRE(restored);
  CHECK(restored->step == 2);
  CHECK(run.step == 2);
  REQUIRE(restored->passed_over.size() == 2);
  CHECK(restored->passed_over[0].path == folder / "ckpt-4.safetensors");
  CHECK(contains(restored->passed_over[0].reason, "damaged"));
  CHECK(restored->passed_over[1].path == folder / "ckpt-3.safetensors");
  CHECK(contains(restored->passed_over[1].reason, "this is an empty file"));
  write_file(folder / "ckpt-2.safetensors", "");
  write_file(folder / "ckpt-1.safetensors", "");
  const std::string error = io_error([&] { saver.restore_latest(); });
  CHECK(error.starts_with("restore_latest: none of the 4 checkpoints can be used: "));
  CHECK(contains(error, "ckpt-1.safetensors"));
}
