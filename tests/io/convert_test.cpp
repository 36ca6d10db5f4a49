// Arrays of types that the library doesn't have: refused, listed, and converted where that is asked
// for; and of those of 8 and 16 bits, which it has. What the bytes of a float16 stand for is
// computed from IEEE 754's definition.
#include <algorithm>
#include <cmath>
#include <limits>

#include "files.hpp"
#include "io/converted.hpp"
#include "io/zip_archive.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using namespace std::string_literals;
using io::StoredType;

namespace {

/// An .npy file.
std::string npy(const std::string& descr, const std::string& shape, const std::string& data) {
  const std::string text =
      "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + "}";
  return "\x93NUMPY\1\0"s + static_cast<char>(text.size()) + '\0' + text + data;
}

/// A safetensors file of one tensor "x" with `count` elements.
std::string safetensors(const std::string& dtype, int count, const std::string& data) {
  std::string header = R"({"x":{"dtype":")" + dtype + R"(","shape":[)" + std::to_string(count) +
                       R"(],"data_offsets":[0,)" + std::to_string(data.size()) + "]}}";
  return std::string{static_cast<char>(header.size())} + std::string(7, '\0') + header + data;
}

struct Case {
  std::string npy;  ///< without the byte order; empty where numpy has no such type
  std::string safetensors;
  std::string bytes;  ///< little-endian
  std::vector<double> values;
  DType dtype;
  bool own = true;  ///< one of the library's types
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"i1", "I8", "\x80\xff\0\x7f"s, {-128, -1, 0, 127}, int8},
      {"i2", "I16", "\0\x80\xff\xff\1\0\xff\x7f"s, {-32768, -1, 1, 32767}, int16},
      {"u2", "U16", "\0\0\xff\xff"s, {0, 65535}, int32, false},
      {"u4", "U32", "\1\0\0\0\xff\xff\xff\xff"s, {1, 4294967295}, int64, false},
      {"u8", "U64", "\0\0\0\0\1\0\0\0"s, {4294967296}, int64, false},
      {"f2", "F16", "\0\x3c\0\xc0\xff\x7b\1\0\0\x80"s, {1, -2, 65504, 0x1p-24, -0.0}, float16},
      {"", "BF16", "\x80\x3f\x49\xc0"s, {1, -3.140625}, bfloat16}};
  return all;
}

std::string turned(std::string bytes, std::size_t size) {
  for (std::size_t i = 0; i < bytes.size(); i += size) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + size));
  }
  return bytes;
}

}  // namespace

TEST_CASE("arrays of foreign types are converted when that is asked for", "[io]") {
  const Folder folder;
  const std::string path = folder / "x";
  for (const Case& each : cases()) {
    INFO(each.safetensors);
    const auto count = static_cast<int>(each.values.size());
    write_file(path, safetensors(each.safetensors, count, each.bytes));
    const Tensor x = io::load_safetensors(path, {.convert = true}).tensors["x"];
    CHECK(x.dtype() == each.dtype);
    CHECK(x.to_vector<double>() == each.values);
    if (each.own) {
      CHECK(io::load_safetensors(path).tensors["x"].to_vector<double>() == each.values);
    } else {
      CHECK(contains(io_error([&] { io::load_safetensors(path); }),
                     "tensor \"x\" has dtype \"" + each.safetensors +
                         "\", which cannot be had here; read it with {.convert = true} as " +
                         std::string(name_of(each.dtype))));
    }
    if (each.npy.empty()) continue;
    const std::string shape = "(" + std::to_string(count) + ",)";
    const std::size_t size = each.bytes.size() / each.values.size();
    for (const bool big : {false, true}) {
      const std::string descr = (big ? "'>" : "'<") + each.npy + "'";
      write_file(path, npy(descr, shape, big ? turned(each.bytes, size) : each.bytes));
      CHECK(io::load_npy(path, {.convert = true}).dtype() == each.dtype);
      CHECK(io::load_npy(path, {.convert = true}).to_vector<double>() == each.values);
      if (each.own) {
        CHECK(io::load_npy(path).to_vector<double>() == each.values);
      } else {
        CHECK(contains(io_error([&] { io::load_npy(path); }), "read it with {.convert = true} as"));
      }
    }
  }
  write_file(path, "\0\0\x09\1\0\0\0\2\xff\1"s);
  CHECK(io::load_idx(path).dtype() == int8);
  CHECK(io::load_idx(path).to_vector<int>() == std::vector<int>{-1, 1});
  write_file(path, "\0\0\x0b\1\0\0\0\2\xff\xfe\1\0"s);
  CHECK(io::load_idx(path).dtype() == int16);
  CHECK(io::load_idx(path).to_vector<int>() == std::vector<int>{-2, 256});
}

TEST_CASE("every float16 and bfloat16 is what its bits stand for", "[io]") {
  std::vector<std::uint16_t> all(65536);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint16_t>(i);
  const io::Input input{.operation = "test",
                        .name = "all",
                        .data = reinterpret_cast<std::byte*>(all.data()),
                        .size = all.size() * 2};
  const auto values = [&](StoredType type) {
    return io::converted_at(input, 0, type, {65536}, io::ByteOrder::little).to_vector<float>();
  };
  const std::vector<float> halves = values(StoredType::float16);
  const std::vector<float> brains = values(StoredType::bfloat16);
  const auto value = [](std::uint32_t bits, int exponent_bits, int fraction_bits) {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = static_cast<int>(bits >> fraction_bits) & ((1 << exponent_bits) - 1);
    const int fraction = static_cast<int>(bits) & ((1 << fraction_bits) - 1);
    const double sign = (bits & 0x8000) != 0 ? -1 : 1;
    if (exponent == 2 * bias + 1) {
      return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
    }
    const double whole = exponent == 0 ? fraction : fraction + (1 << fraction_bits);
    return sign * std::ldexp(whole, std::max(exponent, 1) - bias - fraction_bits);
  };
  const auto same = [](double a, double b) {
    return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
  };
  std::size_t wrong = 0;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (!same(halves[i], value(i, 5, 10)) || !same(brains[i], value(i, 8, 7))) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a uint64 beyond int64 is refused with its value", "[io]") {
  const Folder folder;
  const std::string most = "\xff\xff\xff\xff\xff\xff\xff\x7f"s;
  write_file(folder / "x", npy("'<u8'", "(2,)", most + "\0\0\0\0\0\0\0\x80"s));
  CHECK(contains(io_error([&] { io::load_npy(folder / "x", {.convert = true}); }),
                 "the uint64 9223372036854775808 is beyond the range of int64"));
  write_file(folder / "x", npy("'<u8'", "(1,)", most));
  CHECK(io::load_npy(folder / "x", {.convert = true}).item<std::int64_t>() ==
        std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("what can't be converted either is refused without that advice", "[io]") {
  const Folder folder;
  write_file(folder / "x", npy("'<c8'", "(1,)", "12345678"));
  for (const bool convert : {false, true}) {
    const std::string error = io_error([&] { io::load_npy(folder / "x", {.convert = convert}); });
    CHECK(contains(error, "dtype \"<c8\" cannot be had here; convert the array with astype()"));
  }
  write_file(folder / "x", safetensors("F8_E4M3", 1, "a"));
  CHECK(contains(io_error([&] { io::load_safetensors(folder / "x", {.convert = true}); }),
                 "\"F8_E4M3\", which cannot be had here; convert it to a type that it has"));
}

TEST_CASE("one array of an archive that can't be had leaves the others", "[io]") {
  const Folder folder;
  const std::string path = folder / "x";
  const std::vector<std::pair<std::string, std::string>> entries{
      {"good.npy", npy("'<f4'", "(2,)", "\0\0\x80\x3f\0\0\0\x40"s)},
      {"half.npy", npy("'<u2'", "(1,)", "\1\0"s)},
      {"text.npy", npy("'<U1'", "(1,)", "a\0\0\0"s)},
      {"record.npy", npy("[('a]', '<i2'), ('b', '<f4', (2,))]", "(1,)", "0123456789")},
      {"notes.txt", "words"}};
  std::vector<io::ZipFile> files;
  for (const auto& [name, bytes] : entries) {
    files.push_back({name, {std::as_bytes(std::span(bytes))}});
  }
  io::write_zip("test", path, path, files, false);

  CHECK(contains(io_error([&] { io::load_npz(path); }), "read it with {.convert = true}"));
  const std::string others =
      "; load the others with {.only = {their names}}: list_npz() lists them";
  CHECK(contains(io_error([&] { io::load_npz(path); }), others));
  CHECK(contains(io_error([&] { io::load_npz(path, {.convert = true}); }), others));
  CHECK(contains(io_error([&] { io::load_npz(path, {.only = {"notes.txt"}}); }), others));
  CHECK(io::load_npz(path, {.only = {"good"}})["good"].to_vector<float>() ==
        std::vector<float>{1, 2});
  const StateDict two = io::load_npz(path, {.convert = true, .only = {"half", "good"}});
  CHECK(two.size() == 2);
  CHECK(two["half"].item<float>() == 1);
  CHECK(contains(io_error([&] { io::load_npz(path, {.only = {"good", "text"}}); }), "\"<U1\""));
  CHECK(io_error([&] {
          io::load_npz(path, {.only = {"good", "none"}});
        }) == "load_npz: nothing is called \"none\": " + path);

  const std::vector<io::StoredArray> list = io::list_npz(path);
  REQUIRE(list.size() == entries.size());
  CHECK((list[0].name == "good" && list[0].dtype == "float32" && list[0].shape == Shape{2}));
  CHECK(list[0].problem.empty());
  CHECK((list[1].dtype == "uint16" && list[1].shape == Shape{1}));
  CHECK(contains(list[1].problem, "read it with {.convert = true} as int32"));
  CHECK(list[2].dtype == "<U1");
  CHECK(contains(list[3].dtype, "('a]', '<i2')"));
  CHECK(contains(list[3].problem, "an array of records cannot be had here"));
  CHECK((list[4].name == "notes.txt" && list[4].dtype.empty()));
  CHECK(contains(list[4].problem, "this is text, not an .npy array"));
}

TEST_CASE("one tensor of a file that can't be had leaves the others", "[io]") {
  const Folder folder;
  const std::string path = folder / "x";
  const std::string header = R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                             R"("a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[4,6]},)"
                             R"("c":{"dtype":"U16","shape":[],"data_offsets":[6,8]}})";
  write_file(path, std::string{static_cast<char>(header.size())} + std::string(7, '\0') + header +
                       "\0\0\0\x40"s + "ab" + "\1\0"s);
  CHECK(io::load_safetensors(path, {.only = {"b"}}).tensors["b"].item<float>() == 2);
  CHECK(io::load_safetensors(path, {.convert = true, .only = {"c"}}).tensors["c"].item<float>() ==
        1);
  CHECK(contains(io_error([&] { io::load_safetensors(path, {.convert = true}); }), "F8_E4M3"));
  CHECK(contains(io_error([&] { io::load_safetensors(path, {.convert = true}); }),
                 "; load the others with {.only = {their names}}: list_safetensors() lists them"));
  CHECK(io_error([&] { io::load_safetensors(path, {.only = {"d"}}); }) ==
        "load_safetensors: nothing is called \"d\": " + path);
  const std::vector<io::StoredArray> list = io::list_safetensors(path).tensors;
  REQUIRE(list.size() == 3);
  CHECK((list[0].name == "b" && list[0].dtype == "float32" && list[0].problem.empty()));
  CHECK((list[1].name == "a" && list[1].dtype == "F8_E4M3" && list[1].shape == Shape{2}));
  CHECK_FALSE(list[1].problem.empty());
  CHECK(list[2].dtype == "uint16");
  CHECK(contains(list[2].problem, "{.convert = true} as int32"));
}

TEST_CASE("arrays of 8 and 16 bits are saved as they are", "[io]") {
  const Folder folder;
  for (const Case& each : cases()) {
    if (!each.own) continue;
    INFO(each.safetensors);
    const auto count = static_cast<int>(each.values.size());
    const Tensor x = tensor(each.values, {.dtype = each.dtype});
    io::save_safetensors(folder / "x", {{"x", x}});
    const Tensor again = io::load_safetensors(folder / "x").tensors["x"];
    CHECK(again.dtype() == each.dtype);
    CHECK(again.to_vector<double>() == each.values);
    CHECK(read_file(folder / "x").ends_with(each.bytes));
    if (each.npy.empty()) {
      CHECK(error_of([&] { io::save_npy(folder / "y", x); }) ==
            "save_npy: numpy has no bfloat16; convert it with to(float32), or use "
            "save_safetensors()");
      continue;
    }
    io::save_npy(folder / "y", x);
    CHECK(io::load_npy(folder / "y").dtype() == each.dtype);
    const std::string bytes = read_file(folder / "y");
    CHECK(contains(bytes, (size_of(each.dtype) == 1 ? "'|" : "'<") + each.npy + "'"));
    CHECK(contains(bytes, "(" + std::to_string(count) + ",)"));
    CHECK(bytes.ends_with(each.bytes));
  }
}

TEST_CASE("a Fortran array of a foreign type keeps its order when it is converted", "[io]") {
  const Folder folder;
  const std::string text = "{'descr': '<u2', 'fortran_order': True, 'shape': (2, 3)}";
  write_file(folder / "x", "\x93NUMPY\1\0"s + static_cast<char>(text.size()) + '\0' + text +
                               "\0\0\3\0\1\0\4\0\2\0\5\0"s);
  CHECK(io::load_npy(folder / "x", {.convert = true}).to_vector<int>() ==
        std::vector<int>{0, 1, 2, 3, 4, 5});
}
