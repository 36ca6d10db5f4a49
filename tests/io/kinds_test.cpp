// What each reader says of each kind of file that people give it: what it is, and what to do.
#include <functional>

#include "files.hpp"
#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/csv.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using namespace std::string_literals;

namespace {

struct Reader {
  std::string name;
  std::string reads;
  std::function<void(const std::string&)> load;
};

std::vector<Reader> readers() {
  const std::string safetensors = "a safetensors file";
  return {{"load_npy", "an .npy array", [](auto& path) { io::load_npy(path); }},
          {"load_npz", "an .npz file", [](auto& path) { io::load_npz(path); }},
          {"list_npz", "an .npz file", [](auto& path) { io::list_npz(path); }},
          {"load_safetensors", safetensors, [](auto& path) { io::load_safetensors(path); }},
          {"list_safetensors", safetensors, [](auto& path) { io::list_safetensors(path); }},
          {"restore", safetensors, [](auto& path) { Counter("none").saver.restore(path); }},
          {"load_checkpoint_part", safetensors,
           [](auto& path) { io::load_checkpoint_part(path, "model"); }},
          {"load_idx", "an IDX file", [](auto& path) { io::load_idx(path); }},
          {"load_csv", "a table of UTF-8 text", [](auto& path) { io::load_csv(path); }}};
}

struct Kind {
  std::string bytes;
  std::string is;
  std::string remedy;
};

/// Letters of `width` bytes, which code points below 256 are.
std::string wide(const std::string& letters, std::size_t width, bool big) {
  std::string bytes;
  for (const char letter : letters) {
    const std::string zeros(width - 1, '\0');
    bytes += big ? zeros + letter : letter + zeros;
  }
  return bytes;
}

/// A header of a RIFF file: four bytes for a length.
std::string riff(const std::string& kind) { return "RIFF\x24\0\0\0"s + kind + "fmt \x10\0\0\0"s; }

// The first bytes as the programs write them: bzip2, xz, lzma, zlib by Python's modules, the others
// by the descriptions of their formats.
std::vector<Kind> kinds() {
  const std::string table = "name,\xe9t\xe9\n1,2\n3,4\n";  // Latin-1
  const std::string whole = "was it written or fetched whole?";
  return {{"", "an empty file", whole},
          {"\0"s, "nothing but zeros", whole},
          {std::string(5000, '\0'), "nothing but zeros", whole},
          {"BZh91AY&SY\x02\xb9"s, "bzip2-compressed data", "bunzip2"},
          {"\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46"s, "xz-compressed data", "unxz"},
          {"\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x30\x8b"s,
           "LZMA-compressed data", "unlzma"},
          {"\x1f\x9d\x90\x61\x58\x88"s, "data of Unix compress (.Z)", "uncompress"},
          {"\x28\xb5\x2f\xfd\x20\x08\x41"s, "zstd-compressed data", "unzstd"},
          {"\x04\x22\x4d\x18\x64\x40\xa7"s, "LZ4-compressed data", "unlz4"},
          {"\x78\x9c\x4b\xd4\x49\xe2"s, "zlib-compressed data", "zlib.decompress()"},
          {"LZIP\x01\x0c\x00"s, "lzip-compressed data", "lzip -d"},
          {"7z\xbc\xaf\x27\x1c\0\4"s, "a 7-Zip archive", "7z x"},
          {"Rar!\x1a\x07\x01\0"s, "a RAR archive", "unrar"},
          {wide(table, 2, false), "UTF-16 text without a byte order mark", "iconv -f UTF-16LE"},
          {wide(table, 2, true), "UTF-16 text without a byte order mark", "iconv -f UTF-16BE"},
          {wide(table, 4, false), "UTF-32 text without a byte order mark", "iconv -f UTF-32LE"},
          {wide(table, 4, true), "UTF-32 text without a byte order mark", "iconv -f UTF-32BE"},
          {"\xff\xfe" + wide(table, 2, false), "UTF-16 text,", "iconv -f UTF-16 -t UTF-8"},
          {"\xfe\xff" + wide(table, 2, true), "UTF-16 text,", "iconv -f UTF-16 -t UTF-8"},
          {"{\"a\": [1, 2]}\n", "JSON", "pandas"},
          {"[[1, 2],\n [3, 4]]\n", "JSON", "numpy.save()"},
          {" [1, 2]", "JSON", "pandas"},
          {"{\"name\": \"\xc3\xa9t\xc3\xa9\"}\n{\"name\": \"x\"}\n", "JSON", "pandas"},
          {"\xef\xbb\xbf{}", "JSON", "pandas"},
          {"<?xml version=\"1.0\"?>\n<a/>", "an XML document", "as CSV"},
          {"<html lang=\"en\"><head>", "an HTML page", "download that again"},
          {"\xef\xbb\xbf\n<!doctype HTML>", "an HTML page", "download that again"},
          {"GIF89a\1\0\1\0\x80\0\0"s, "a GIF image", "numpy.save()"},
          {"BM\x46\0\0\0\0\0\0\0"s, "a BMP image", "numpy.save()"},
          {"II*\0\x08\0\0\0"s, "a TIFF image", "numpy.save()"},
          {riff("WEBP"), "a WebP image", "numpy.save()"},
          {riff("WAVE"), "a sound file", "numpy.save()"},
          {"\0\0\0\x20"
           "ftypisom\0\0\2\0"s,
           "a film or a HEIF image", "numpy.save()"},
          {"\x80\x02\x8a\x0al\xfc\x9c\x46"s, "a Python pickle", "safetensors.torch.save_file()"},
          {"\x01\x8f\x03\x82\x55\x10\x99\xee\x07"s, "of no kind that is known here", whole}};
}

}  // namespace

TEST_CASE("every reader says what a file of another kind is, and what to do", "[io]") {
  const Folder folder;
  for (const Kind& kind : kinds()) {
    write_file(folder / "x", kind.bytes);
    for (const Reader& reader : readers()) {
      // A table may be in any encoding in which commas are what they are in ASCII.
      const bool any_text = reader.name == "load_csv" && kind.is.starts_with("of no kind");
      if (any_text) continue;
      INFO(reader.name << " of " << kind.is);
      const std::string error = io_error([&] { reader.load(folder / "x"); });
      const bool damaged_archive = contains(error, ": no zip archive: ");  // junk may come before
      if (!damaged_archive) {
        CHECK(error.starts_with(reader.name + ": this is " + kind.is));
        CHECK(contains(error, " not " + reader.reads + ": " + (folder / "x") + "; "));
      }
      CHECK(contains(error, folder / "x"));
      CHECK(contains(error, kind.remedy));
    }
  }
}

TEST_CASE("text that isn't JSON or a page, and in any encoding, is a table", "[io]") {
  const Folder folder;
  for (const std::string name :
       {"[a]", "{a}", "<x", "[time]", "[nullable]", "\xe9t\xe9", "\xc3\xa9t\xc3\xa9", "MM"}) {
    write_file(folder / "x", name + ",b\n1,2\n");
    CHECK(io::load_csv(folder / "x").name(0) == name);
  }
}

TEST_CASE("text in which there are zero bytes is no table, unless they separate the cells",
          "[io][csv]") {
  const Folder folder;
  write_file(folder / "x", "a\0b\n1\0002\n"s);
  CHECK(contains(io_error([&] { io::load_csv(folder / "x"); }),
                 "load_csv: this is of no kind that is known here, and not a table of UTF-8 text"));
  CHECK(io::load_csv(folder / "x", {.delimiter = '\0'}).column(1).item<double>() == 2);
}

TEST_CASE("what is packed by gzip is named, too", "[io]") {
  const Folder folder;
  // gzip.compress(b"a,b\n1,2\n", mtime=0)
  write_file(folder / "x",
             "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\xd4\x49\xe2\x32\xd4\x31\xe2\x02\x00"
             "\x7b\x07\x97\x0a\x08\x00\x00\x00"s);
  CHECK(contains(io_error([&] { io::load_idx(folder / "x"); }),
                 "load_idx: this is gzip-compressed data, with text in it, not an IDX file: " +
                     (folder / "x") + "; unpack it with gunzip: load_csv() reads tables"));
}

TEST_CASE("what is in an archive under the name of an array is named, too", "[io]") {
  const Folder folder;
  io::save_npz(folder / "x", {{"a", zeros({40}, {.dtype = uint8})}});
  std::string bytes = read_file(folder / "x");
  const std::size_t at = bytes.find("\x93NUMPY");
  bytes.replace(at, 8, "\x89PNG\r\n\x1a\n");
  write_file(folder / "x", bytes);
  // The checksum comes first.
  CHECK(contains(io_error([&] { io::load_npz(folder / "x"); }), "cannot read the entry \"a.npy\""));
}
