// Expected bytes follow the format's description; the gzipped one was made by Python's gzip.
#include "tapegrad/io/idx.hpp"

#include "files.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using namespace std::string_literals;
using io::load_idx;
using io::save_idx;

namespace {

std::string refusal(const std::string& bytes) {
  return refusal_of([](const std::string& path) { return load_idx(path); }, bytes);
}

std::string saved(const Tensor& x, const std::string& name = "x") {
  const Folder folder;
  save_idx(folder / name, x);
  return read_file(folder / name);
}

Tensor load(const std::string& bytes) {
  const Folder folder;
  write_file(folder / "x", bytes);
  return load_idx(folder / "x");
}

/// gzip.compress of the int32 matrix [[-2], [258]], mtime=0.
const std::string gzipped =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x63\x60\xe0\x61\x62\x60\x60\x00\x61\xc6\xff\xff\xff"
    "\xff\x03\x52\x4c\x00\x03\x8a\x9f\xe0\x14\x00\x00\x00"s;

}  // namespace

TEST_CASE("idx: sizes and elements are big-endian", "[io]") {
  CHECK(saved(values<std::uint8_t>({1, 2, 3}).view({3, 1})) == "\0\0\x08\2\0\0\0\3\0\0\0\1\1\2\3"s);
  CHECK(saved(values<std::int32_t>({-2, 258})) == "\0\0\x0c\1\0\0\0\2\xff\xff\xff\xfe\0\0\1\2"s);
  CHECK(saved(values<float>({1})) == "\0\0\x0d\1\0\0\0\1\x3f\x80\0\0"s);
  CHECK(saved(full({}, 2.5, {.dtype = float64})) == "\0\0\x0e\0@\x04\0\0\0\0\0\0"s);
}

TEST_CASE("idx: what was saved is loaded, gzipped or not", "[io]") {
  const Folder folder;
  for (const std::string name : {"x", "x.gz"}) {
    for (const DType dtype : {uint8, int32, float32, float64}) {
      const Tensor x = values<int>({1, 2, 3, 4, 5, 6}).to(dtype).view({2, 3});
      save_idx(folder / name, x.t());
      const Tensor got = load_idx(folder / name);
      CHECK(got.dtype() == dtype);
      CHECK(got.shape() == Shape{3, 2});
      CHECK(got.to_vector<int>() == std::vector<int>{1, 4, 2, 5, 3, 6});
    }
    save_idx(folder / name, zeros({0, 28, 28}, {.dtype = uint8}));
    CHECK(load_idx(folder / name).shape() == Shape{0, 28, 28});
  }
}

TEST_CASE("idx: gzip is recognised whatever the name", "[io]") {
  const Tensor x = load(gzipped);
  CHECK(x.shape() == Shape{2, 1});
  CHECK(x.to_vector<std::int32_t>() == std::vector<std::int32_t>{-2, 258});
}

TEST_CASE("idx: a gzip file may consist of several", "[io]") {
  const std::string nothing = "\x1f\x8b\x08\0\0\0\0\0\2\3\3\0\0\0\0\0\0\0\0\0"s;
  CHECK(load(gzipped + nothing).numel() == 2);
  CHECK(load(nothing + gzipped).numel() == 2);
}

TEST_CASE("idx: other element types are named", "[io]") {
  CHECK(contains(refusal("\0\0\x20\1\0\0\0\1\1\1"s), "no known type (type 0x20)"));
  CHECK(contains(io_error([] { saved(values<bool>({true})); }), "the format has no bool"));
  CHECK(contains(io_error([] { saved(values<std::int64_t>({1})); }), "the format has no int64"));
}

TEST_CASE("idx: a file that doesn't fit its header is refused", "[io]") {
  CHECK(contains(refusal(""), "this is an empty file, not an IDX file"));
  CHECK(contains(refusal("\1\0\x08\1"s), "of no kind that is known here, and not an IDX file"));
  CHECK(refusal("\0\0\x08\2\0\0\0\1"s) == "the file ends within its header: , byte 8");
  CHECK(contains(refusal("\0\0\x08\1\0\0\0\3\1\2"s),
                 "uint8 of shape [3] need 3 bytes, but 2 are there"));
  CHECK(contains(refusal("\0\0\x08\1\0\0\0\1\1\2"s), "1 bytes after the end"));
  CHECK(contains(refusal("\0\0\x08\x09"s + std::string(36, '\0')), "9 dimensions; at most 8"));
  CHECK(contains(refusal("\0\0\x0e\3"s + std::string(12, '\xff')), "beyond all memory"));
}

TEST_CASE("idx: damaged gzip data are refused", "[io]") {
  for (std::size_t length = 2; length < gzipped.size(); ++length) {
    CHECK(refusal(gzipped.substr(0, length)) != "no error");
  }
  std::string wrong_checksum = gzipped;
  wrong_checksum[gzipped.size() - 8] ^= 1;
  CHECK(contains(refusal(wrong_checksum), "damaged gzip data: incorrect data check"));
  CHECK(contains(refusal(gzipped + "x"), "cut short"));
  CHECK(contains(refusal(gzipped + "tail"), "damaged gzip data"));
  CHECK(contains(refusal(gzipped + gzipped), "more elements than the shape [2, 1] has"));
}

TEST_CASE("idx: a gzipped header isn't believed beyond what its bytes can hold", "[io]") {
  // gzip.compress(b'\0\0\x08\1\x7f\xff\xff\xff', mtime=0)
  const std::string claim =
      "\x1f\x8b\x08\0\0\0\0\0\2\3\x63\x60\xe0\x60\xac\xff\xff\xff\x3f\0\x6c\xe2\xf3\x87\x08\0\0\0"s;
  CHECK(contains(refusal(claim), "can't be packed into 28 bytes"));
}
