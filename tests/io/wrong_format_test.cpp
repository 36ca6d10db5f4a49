// A file of another kind than the reader's is called what it is, and what to do with it is said.
#include <functional>

#include "files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/csv.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/summary/writer.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using namespace std::string_literals;

namespace {

using Load = std::function<void(const std::string&)>;

struct Reader {
  std::string name;
  std::string reads;
  Load load;
};

const std::vector<Reader>& readers() {
  static const std::vector<Reader> all{
      {"load_npy", "an .npy array", [](const std::string& path) { io::load_npy(path); }},
      {"load_npz", "an .npz file", [](const std::string& path) { io::load_npz(path); }},
      {"load_safetensors", "a safetensors file",
       [](const std::string& path) { io::load_safetensors(path); }},
      {"load_idx", "an IDX file", [](const std::string& path) { io::load_idx(path); }},
      {"load_csv", "a table of UTF-8 text", [](const std::string& path) { io::load_csv(path); }}};
  return all;
}

struct Sample {
  std::string bytes;
  std::string is;
  std::string remedy;
  std::string reader;  ///< who takes it all the same
};

std::string utf16(const std::string& text) {
  std::string bytes;
  for (const char c : text) bytes += {c, '\0'};
  return bytes;
}

/// An archive as zip programs begin it, with this first name.
std::string zip(const std::string& name) {
  std::string bytes = "PK\3\4"s + std::string(22, '\0');
  bytes += {static_cast<char>(name.size()), '\0', '\0', '\0'};
  return bytes + name + std::string(20, 'x');
}

}  // namespace

TEST_CASE("a file of another kind is called what it is by every reader", "[io]") {
  const Folder folder;
  io::save_npy(folder / "npy", ones({2}));
  io::save_npz(folder / "npz", {{"x", ones({2})}});
  io::save_safetensors(folder / "safetensors", {{"x", ones({2})}});
  io::save_idx(folder / "idx", ones({2}));
  io::save_idx(folder / "idx.gz", ones({2}));
  const summary::Writer log(folder / "log");
  const std::vector<Sample> samples{
      {read_file(log.path()), "an event file", "tensorboard --logdir", ""},
      {read_file(folder / "npy"), "an .npy array", "load_npy() reads it", "load_npy"},
      {read_file(folder / "npz"), "an .npz file", "load_npz() reads it", "load_npz"},
      {read_file(folder / "safetensors"), "a safetensors file", "load_safetensors() reads it",
       "load_safetensors"},
      {read_file(folder / "idx"), "an IDX file", "load_idx() reads it", "load_idx"},
      {read_file(folder / "idx.gz"), "gzip-compressed data", "unpack it with gunzip", "load_idx"},
      {"a,b\n1,2\n", "text", "load_csv() reads tables", "load_csv"},
      {"\xff\xfe"s + utf16("a,b\n1,2\n"), "UTF-16 text", "iconv -f UTF-16 -t UTF-8", ""},
      {utf16("a,b\n1,2\n"), "UTF-16 text", "iconv -f UTF-16LE -t UTF-8", ""},
      {"\0"s + utf16("a,b\n1,2\n3").substr(0, 17), "UTF-16 text", "iconv", ""},
      {"\xff\xfe\0\0a\0\0\0"s, "UTF-32 text", "iconv -f UTF-32 -t UTF-8", ""},
      {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "a PNG image", "numpy.save()", ""},
      {"\xff\xd8\xff\xe0\0\x10JFIF"s, "a JPEG image", "numpy.save()", ""},
      {"\n<!DOCTYPE html>\n<html>", "an HTML page", "download that again", ""},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS",
       "git lfs pull", ""},
      {"\x80\x04\x95\x0b\0\0\0"s, "a Python pickle", "safetensors.torch.save_file()", ""},
      {zip("archive/data.pkl"), "a PyTorch checkpoint", "safetensors.torch.save_file()", ""},
      {zip("[Content_Types].xml"), "an Office document", "export it as CSV", ""},
      {"\x89HDF\r\n\x1a\n\0"s, "an HDF5 file", "numpy.save()", ""},
      {"PAR1\x15\x04\x15\0"s, "a Parquet file", "export it as CSV", ""},
      {"\x28\xb5\x2f\xfd\x04\0"s, "zstd-compressed data", "unzstd", ""},
      {std::string(257, '\0') + "ustar\0"s, "a tar archive", "tar -xf", ""}};
  for (const Sample& sample : samples) {
    write_file(folder / "x", sample.bytes);
    for (const Reader& reader : readers()) {
      INFO(reader.name << " of " << sample.is);
      const std::string error = io_error([&] { reader.load(folder / "x"); });
      if (reader.name == sample.reader) {
        CHECK(error == "no error");
      } else {
        CHECK(error.starts_with(reader.name + ": this is " + sample.is));
        CHECK(contains(error, ", not " + reader.reads + ": " + (folder / "x") + "; "));
        CHECK(contains(error, sample.remedy));
      }
    }
  }
}

TEST_CASE("text that begins as another format does is a table", "[io]") {
  const Folder folder;
  for (const std::string name : {"GIF8", "PAR1", "BZh", "GGUF", "ARROW1", "7z", "PK"}) {
    write_file(folder / "x", name + "\n1\n");
    CHECK(io::load_csv(folder / "x").name(0) == name);
  }
}

TEST_CASE("a header of safetensors may have the length of another format's first bytes", "[io]") {
  const Folder folder;
  // 0x8b1f bytes, as gzip begins.
  std::string header = "{}";
  header.resize(0x8b1f, ' ');
  write_file(folder / "x", "\x1f\x8b\0\0\0\0\0\0"s + header);
  CHECK(io::load_safetensors(folder / "x").tensors.empty());
}

TEST_CASE("csv: the error about a table with another separator names it", "[io][csv]") {
  const Folder folder;
  const auto refusal = [&](const std::string& text) {
    write_file(folder / "x", text);
    return io_error([&] {
      const io::CsvTable table = io::load_csv(folder / "x");
      table.column(table.find("b"));
    });
  };
  CHECK(contains(refusal("a;b\n1,5;2,5\n3,5;4\n"),
                 "; the cells are separated by semicolons: use {.delimiter = ';'}"));
  CHECK(contains(refusal("a;b\n1;2\n"), "separated by semicolons"));
  CHECK(contains(refusal("a\tb\n1\t2\n"), "separated by tabs: use {.delimiter = '\\t'}"));
  CHECK(contains(refusal("\"a;x\"|b\n1|2\n"), "separated by vertical bars"));
  CHECK_FALSE(contains(refusal("a,b\n1;2\n"), "separated"));
  CHECK_FALSE(contains(refusal("a\n1\n"), "separated"));
  write_file(folder / "x", "a;b\n1,5;2\n");
  const io::CsvTable table = io::load_csv(folder / "x", {.delimiter = ';'});
  CHECK(contains(io_error([&] { table.values(); }),
                 "\"1,5\" is not a number; needed as float64; write a decimal point"));
  write_file(folder / "x", "1;2\n3;4\n");
  CHECK(
      contains(io_error([&] { io::load_csv(folder / "x").values(); }), "separated by semicolons"));
}
