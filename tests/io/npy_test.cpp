// Expected bytes were printed by numpy 2.4.
#include "tapegrad/io/npy.hpp"

#include <fmt/core.h>

#include "files.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using namespace std::string_literals;
using io::load_npy;
using io::save_npy;

namespace {

/// A file of format 1.0 with this dictionary, not padded.
std::string npy(const std::string& dictionary, const std::string& data = "") {
  return "\x93NUMPY\1\0"s + static_cast<char>(dictionary.size() & 0xff) +
         static_cast<char>(dictionary.size() >> 8) + dictionary + data;
}

std::string dictionary(const std::string& descr, const std::string& shape,
                       const std::string& fortran_order = "False") {
  return fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}\n", descr,
                     fortran_order, shape);
}

Tensor load(const std::string& bytes) {
  const Folder folder;
  write_file(folder / "x.npy", bytes);
  return load_npy(folder / "x.npy");
}

std::string saved(const Tensor& x) {
  const Folder folder;
  save_npy(folder / "x.npy", x);
  return read_file(folder / "x.npy");
}

std::string refusal(const std::string& bytes) {
  return refusal_of([](const std::string& path) { return load_npy(path); }, bytes);
}

}  // namespace

TEST_CASE("npy: the bytes are those of numpy.save", "[io]") {
  const std::string matrix =
      "\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"s;
  CHECK(saved(values<float>({0, 1, 2, 3, 4, 5}).view({2, 3})) ==
        matrix + std::string(127 - matrix.size(), ' ') + "\n" +
            "\0\0\0\0\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@"s);
  const std::string scalar =
      "\x93NUMPY\1\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (), }"s;
  CHECK(saved(full({}, 2.5, {.dtype = float64})) ==
        scalar + std::string(127 - scalar.size(), ' ') + "\n\0\0\0\0\0\0\x04@"s);
  const std::string truths =
      "\x93NUMPY\1\0v\0{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }"s;
  CHECK(saved(values<bool>({true, false})) ==
        truths + std::string(127 - truths.size(), ' ') + "\n\1\0"s);
}

TEST_CASE("npy: what was saved is loaded, of every dtype", "[io]") {
  const Folder folder;
  for (const DType dtype : {boolean, uint8, int32, int64, float32, float64}) {
    const Tensor x = values<double>({0, 1, 1, 0, 1, 0}).to(dtype).view({2, 3});
    save_npy(folder / "x.npy", x.t());
    const Tensor got = load_npy(folder / "x.npy");
    CHECK(got.dtype() == dtype);
    CHECK(got.shape() == Shape{3, 2});
    CHECK(got.to_vector<double>() == std::vector<double>{0, 0, 1, 1, 1, 0});
  }
  save_npy(folder / "none.npy", zeros({0, 12}, {.dtype = int64}));
  CHECK(load_npy(folder / "none.npy").shape() == Shape{0, 12});
}

TEST_CASE("npy: the versions differ in the length of the header", "[io]") {
  const std::string text = dictionary("|u1", "(1,)");
  for (const char version : {'\2', '\3'}) {
    const std::string bytes =
        "\x93NUMPY"s + version + '\0' + static_cast<char>(text.size()) + "\0\0\0"s + text + "\x07";
    CHECK(load(bytes).item<std::uint8_t>() == 7);
  }
  CHECK(refusal("\x93NUMPY\4\0"s + "\0\0"s) == "version 4 of the format is not known: , byte 6");
}

TEST_CASE("npy: big-endian elements are turned round", "[io]") {
  CHECK(
      load(npy(dictionary(">i4", "(2,)"), "\0\0\1\2\xff\xff\xff\xfe"s)).to_vector<std::int32_t>() ==
      std::vector<std::int32_t>{258, -2});
  CHECK(load(npy(dictionary(">f8", "()"), "@\x04\0\0\0\0\0\0"s)).item<double>() == 2.5);
  CHECK(load(npy(dictionary(">u1", "()"), "\x09")).item<std::uint8_t>() == 9);
}

TEST_CASE("npy: Fortran order comes as strides", "[io]") {
  const Tensor x = load(npy(dictionary("|u1", "(2, 3)", "True"), "\0\3\1\4\2\5"s));
  CHECK(x.shape() == Shape{2, 3});
  CHECK(x.strides() == Strides{1, 2});
  CHECK(x.to_vector<int>() == std::vector<int>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("npy: the dictionary may be written in any of Python's ways", "[io]") {
  for (const std::string text :
       {"{\"shape\":(1,2),\"descr\":\"|u1\",\"fortran_order\":False}",
        "{ 'fortran_order' : False , 'descr' : '|u1' , 'shape' : ( 1 , 2 , ) } \n\n",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1L, 2L), }"}) {
    CHECK(load(npy(text, "ab")).shape() == Shape{1, 2});
  }
}

TEST_CASE("npy: other dtypes are named", "[io]") {
  CHECK(contains(refusal(npy(dictionary("<u2", "(1,)"), "ab")), "dtype \"<u2\" cannot be had"));
  for (const std::string descr : {"<c8", "|S5", "<U2", "|O", "|i3", "<M8[s]", "|f4", "", "f4"}) {
    CHECK(contains(refusal(npy(dictionary(descr, "(1,)"))), "\"" + descr + "\" cannot be had"));
  }
  CHECK(contains(refusal(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }")),
                 "an array of records cannot be had here"));
}

TEST_CASE("npy: a header that numpy doesn't write is refused", "[io]") {
  CHECK(contains(refusal(""), "this is an empty file, not an .npy array"));
  CHECK(
      contains(refusal("\x93NUMPX\1\0"s), "of no kind that is known here, and not an .npy array"));
  CHECK(refusal("\x93NUMPY\1") == "the file ends within its header: , byte 7");
  CHECK(refusal("\x93NUMPY\1\0\1"s) == "the file ends within its header: , byte 8");
  CHECK(refusal("\x93NUMPY\2\0\xff\xff\xff\xff"s) ==
        "a header of 4294967295 bytes, of which 0 are there: , byte 8");
  const std::string good = dictionary("|u1", "(1,)");
  CHECK(refusal(npy(good, "a")) == "no error");
  CHECK(contains(refusal(npy(good + "x", "a")), "text after the header"));
  CHECK(contains(refusal(npy("{'descr': '|u1'}", "a")), "lacks descr, fortran_order or shape"));
  CHECK(contains(refusal(npy("{'descr': '|u1', 'descr': '|u1'}")), "repeated key \"descr\""));
  CHECK(contains(refusal(npy("{'strides': (1,)}")), "unknown or repeated key \"strides\""));
  CHECK(contains(refusal(npy("{'descr': '|u1")), "never closed"));
  CHECK(contains(refusal(npy("{'descr' '|u1'}")), "lacks a \":\""));
  CHECK(contains(refusal(npy("")), "lacks a \"{\""));
  CHECK(contains(refusal(npy(dictionary("|u1", "(1)"), "a")), "must be a tuple"));
  CHECK(contains(refusal(npy(dictionary("|u1", "[1]"), "a")), "lacks a \"(\""));
  CHECK(contains(refusal(npy(dictionary("|u1", "(-1,)"), "a")), "isn't a whole number"));
  CHECK(contains(refusal(npy(dictionary("|u1", "(1,)", "None"), "a")), "neither True nor False"));
}

TEST_CASE("npy: shapes that don't fit the bytes are refused", "[io]") {
  CHECK(contains(refusal(npy(dictionary("<f4", "(2,)"), "1234567")),
                 "float32 of shape [2] need 8 bytes, but 7 are there"));
  CHECK(contains(refusal(npy(dictionary("<f4", "(2,)"), "123456789")),
                 "1 bytes after the end of the array"));
  CHECK(contains(refusal(npy(dictionary("<f4", "(4294967296, 4294967296)"))), "beyond all memory"));
  CHECK(contains(refusal(npy(dictionary("<f4", "(0, 9223372036854775807)"))), "beyond all memory"));
  CHECK(contains(refusal(npy(dictionary("<f4", "(18446744073709551616,)"))), "below 2^64"));
  CHECK(contains(refusal(npy(dictionary("|u1", "(1,1,1,1,1,1,1,1,1)"), "a")), "more than 8"));
  CHECK(contains(refusal(npy(dictionary("|b1", "(2,)"), "\1\2")), "a bool must be 0 or 1: 2"));
}

TEST_CASE("npy: changing what was loaded leaves the file alone", "[io]") {
  const Folder folder;
  save_npy(folder / "x.npy", ones({3}));
  load_npy(folder / "x.npy").fill_(5);
  CHECK(load_npy(folder / "x.npy").to_vector<float>() == std::vector<float>{1, 1, 1});
}
