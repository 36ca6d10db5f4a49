// Expected bytes come from the format's description, or from Python's safetensors 0.8.0 where a
// test says so.
#include "tapegrad/io/safetensors.hpp"

#include <fmt/core.h>

#include "files.hpp"
#include "support/catch.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using io::load_safetensors;
using io::save_safetensors;

namespace {

std::string little_endian(std::uint64_t value) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

/// A file with this header, not padded, and that many bytes of data, all 0.
std::string file_of(const std::string& header, std::size_t data) {
  return little_endian(header.size()) + header + std::string(data, '\0');
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":{}}})", name, dtype, shape,
                     offsets);
}

std::string object(const std::string& entries) { return fmt::format("{{{}}}", entries); }

std::string refusal(const std::string& bytes) {
  return refusal_of([](const std::string& path) { return load_safetensors(path); }, bytes);
}

std::string refusal(const std::string& header, std::size_t data) {
  return refusal(file_of(header, data));
}

}  // namespace

TEST_CASE("safetensors: what was saved is loaded, of every dtype and layout", "[io]") {
  const Folder folder;
  const std::string path = folder / "x.safetensors";
  const Tensor matrix = values<double>({0, 1, 2, 3, 4, 5}).view({2, 3});
  save_safetensors(path,
                   {{"f", values<float>({1.5F, -2})},
                    {"d.t", matrix.t()},
                    {"i", values<std::int32_t>({-1, 2147483647})},
                    {"l", values<std::int64_t>({std::int64_t{1} << 62})},
                    {"u", values<std::uint8_t>({0, 255, 7})},
                    {"b", values<bool>({true, false})},
                    {"scalar", full({}, 2.5)},
                    {"none", zeros({0, 3})}},
                   {{"format", "pt"}, {"note", "a\tb"}});
  const io::Safetensors file = load_safetensors(path);
  CHECK(file.metadata == std::map<std::string, std::string>{{"format", "pt"}, {"note", "a\tb"}});
  const StateDict& got = file.tensors;
  REQUIRE(got.size() == 8);
  CHECK(file.size() == 8);
  CHECK(file.contains("f"));
  CHECK(file["f"].is_same(got["f"]));
  CHECK(file.at("f").is_same(got["f"]));
  CHECK(file.begin()->name == got.begin()->name);
  CHECK(got["f"].to_vector<float>() == std::vector<float>{1.5F, -2});
  CHECK(got["d.t"].shape() == Shape{3, 2});
  CHECK(got["d.t"].to_vector<double>() == std::vector<double>{0, 3, 1, 4, 2, 5});
  CHECK(got["i"].to_vector<std::int32_t>() == std::vector<std::int32_t>{-1, 2147483647});
  CHECK(got["l"].item<std::int64_t>() == std::int64_t{1} << 62);
  CHECK(got["u"].to_vector<std::uint8_t>() == std::vector<std::uint8_t>{0, 255, 7});
  CHECK(got["b"].to_vector<bool>() == std::vector<bool>{true, false});
  CHECK(got["scalar"].shape() == Shape{});
  CHECK(got["scalar"].item<float>() == 2.5F);
  CHECK(got["none"].shape() == Shape{0, 3});
}

// safetensors.numpy.save of the same dictionary, metadata={'k': 'v\t'}, printed by Python.
TEST_CASE("safetensors: the bytes are those of Python's package", "[io]") {
  const Folder folder;
  const std::string path = folder / "x.safetensors";
  save_safetensors(path,
                   {{"b", zeros({3})},
                    {"a", ones({2}, {.dtype = float64})},
                    {"c", values<bool>({true})},
                    {"i", values<std::int32_t>({0, 1})},
                    {"L", values<std::int64_t>({0, 1})},
                    {"u", values<std::uint8_t>({0, 1, 2})},
                    {"e", zeros({0, 3})},
                    {"s\n\"\\\x01\x7f\xC3\xA9\xF0\x9F\x98\x80/", full({}, 3.0)}},
                   {{"k", "v\t"}});
  using namespace std::string_literals;
  const std::string header =
      R"({"__metadata__":{"k":"v\t"},"L":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},)"
      R"("a":{"dtype":"F64","shape":[2],"data_offsets":[16,32]},)"
      R"("b":{"dtype":"F32","shape":[3],"data_offsets":[32,44]},)"
      R"("e":{"dtype":"F32","shape":[0,3],"data_offsets":[44,44]},)"
      "\"s\\n\\\"\\\\\\u0001\x7f\xC3\xA9\xF0\x9F\x98\x80/\":"
      R"({"dtype":"F32","shape":[],"data_offsets":[44,48]},)"
      R"("i":{"dtype":"I32","shape":[2],"data_offsets":[48,56]},)"
      R"("u":{"dtype":"U8","shape":[3],"data_offsets":[56,59]},)"
      R"("c":{"dtype":"BOOL","shape":[1],"data_offsets":[59,60]}})";
  const std::string data =
      "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\xf0\x3f"
      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0@@\0\0\0\0\1\0\0\0\0\1\2\1"s;
  CHECK(read_file(path) == "\xe8\1\0\0\0\0\0\0"s + header + data);
}

TEST_CASE("safetensors: loaded tensors look into the file and outlive its name", "[io]") {
  const Folder folder;
  const std::string path = folder / "x.safetensors";
  save_safetensors(path, {{"x", values<float>({1, 2})}});
  const std::string saved = read_file(path);
  Tensor x = load_safetensors(path).tensors["x"];
  Tensor again = load_safetensors(path).tensors["x"];
  x.fill_(7);
  CHECK(again.to_vector<float>() == std::vector<float>{1, 2});
  CHECK(read_file(path) == saved);
  save_safetensors(path, {{"x", x}});
  CHECK(again.to_vector<float>() == std::vector<float>{1, 2});
  CHECK(load_safetensors(path).tensors["x"].to_vector<float>() == std::vector<float>{7, 7});
  std::filesystem::remove(path);
  CHECK(x.to_vector<float>() == std::vector<float>{7, 7});
}

TEST_CASE("safetensors: data off their alignment are copied", "[io]") {
  const Folder folder;
  const std::string path = folder / "x.safetensors";
  const std::string header =
      object(entry("a", "U8", "[1]", "[0,1]") + "," + entry("x", "F32", "[1]", "[1,5]"));
  using namespace std::string_literals;
  write_file(path, file_of(header, 0) + "\x09\0\0\x80\x3f"s);
  const auto tensors = load_safetensors(path).tensors;
  CHECK(tensors["a"].item<std::uint8_t>() == 9);
  CHECK(tensors["x"].item<float>() == 1);
}

TEST_CASE("safetensors: the order of the header may differ from that of the data", "[io]") {
  const Folder folder;
  const std::string path = folder / "x.safetensors";
  write_file(
      path,
      file_of(
          object(entry("z", "U8", "[2]", "[1,3]") + "," + entry("a", "U8", "[1]", "[0,1]")) + "   ",
          3));
  const auto tensors = load_safetensors(path).tensors;
  CHECK(tensors.begin()->name == "z");
  CHECK(std::next(tensors.begin())->name == "a");
}

TEST_CASE("safetensors: no tensors at all is a file as well", "[io]") {
  const Folder folder;
  save_safetensors(folder / "x", {});
  CHECK(read_file(folder / "x") == little_endian(8) + "{}      ");
  CHECK(load_safetensors(folder / "x").tensors.empty());
}

TEST_CASE("safetensors: a header that is cut off or too long is refused", "[io]") {
  CHECK(contains(refusal(""), "this is an empty file, not a safetensors file"));
  CHECK(refusal("\1\0\0") == "1 bytes are too few for the length of the header: , byte 0");
  CHECK(refusal(little_endian(9) + "{}") ==
        "a header of 9 bytes in a file of 10, which was cut short: , byte 0");
  CHECK(refusal(little_endian(100'000'001) + "{}") ==
        "a header of 100000001 bytes; at most 100000000 are allowed: , byte 0");
  CHECK(contains(refusal(std::string(9, '\xff')), "this is of no kind that is known here"));
  CHECK(contains(refusal("", 0), "nothing but zeros"));
  CHECK(contains(refusal(" {}", 0), "must start with {"));
  CHECK(contains(refusal("{}\n", 0), "must end with }"));
}

TEST_CASE("safetensors: text that isn't the header's JSON is refused where it breaks", "[io]") {
  CHECK(contains(refusal("{]}", 0), "the header is not JSON at"));
  CHECK(contains(refusal("{}{}", 0), "not JSON"));
  CHECK(contains(refusal(object(entry("a\xff", "U8", "[0]", "[0,0]")), 0), "not UTF-8"));
  CHECK(contains(refusal("{" + std::string(1'000'000, '[') + "}", 0), "not JSON"));
  CHECK(contains(refusal("{\"a\":" + std::string(1'000'000, '[') + "}", 0), "has a list where"));
  std::string nested = "{";
  for (int i = 0; i < 100'000; ++i) nested += "\"a\":{";
  CHECK(contains(refusal(nested + "}", 0), "unknown key \"a\""));
  CHECK(contains(refusal("{\"a\":3}", 0), "has a number where"));
  CHECK(contains(refusal("{\"a\":null}", 0), "has null where"));
  CHECK(contains(refusal("{\"a\":\"b\"}", 0), "has text where"));
  CHECK(contains(refusal("{\"__metadata__\":{\"a\":1}}", 0), "has a number where"));
  CHECK(contains(refusal(object(entry("a", "U8", "[true]", "[0,0]")), 0), "true or false"));
  CHECK(contains(refusal(object(entry("a", "U8", "[-1]", "[0,0]")), 0), "a negative number"));
  CHECK(contains(refusal(object(entry("a", "U8", "[1.0]", "[0,1]")), 1), "isn't whole"));
  CHECK(contains(refusal(object(entry("a", "U8", "[1e30]", "[0,1]")), 1), "isn't whole"));
  CHECK(contains(refusal(object(entry("a", "U8", "[[1]]", "[0,1]")), 1), "has a list where"));
}

TEST_CASE("safetensors: names and keys must be there once", "[io]") {
  const std::string a = entry("a", "U8", "[0]", "[0,0]");
  CHECK(contains(refusal(object(a + "," + a), 0), "\"a\" appears twice"));
  CHECK(contains(refusal(R"({"__metadata__":{},"__metadata__":{}})", 0), "appears twice"));
  CHECK(contains(refusal(R"({"__metadata__":{"k":"1","k":"2"}})", 0),
                 "metadata \"k\" appears twice"));
  CHECK(contains(refusal(R"({"a":{"dtype":"U8","dtype":"U8"}})", 0), "two keys \"dtype\""));
  CHECK(contains(refusal(R"({"a":{"dtype":"U8","shape":[0]}})", 0), "lacks"));
  CHECK(contains(refusal(R"({"a":{"strides":[0]}})", 0), "unknown key \"strides\""));
}

TEST_CASE("safetensors: dtypes and ranks that can't be had are named", "[io]") {
  CHECK(contains(refusal(object(entry("a", "U16", "[1]", "[0,2]")), 2),
                 "tensor \"a\" has dtype \"U16\", which cannot be had here"));
  CHECK(contains(refusal(object(entry("a", "U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]")), 1),
                 "more than 8 numbers"));
}

TEST_CASE("safetensors: offsets must cover the data once, without holes or overlaps", "[io]") {
  const auto two = [](const std::string& first, const std::string& second) {
    return object(entry("a", "U8", "[2]", first) + "," + entry("b", "U8", "[2]", second));
  };
  CHECK(refusal(two("[0,2]", "[2,4]"), 4) == "no error");
  CHECK(contains(refusal(two("[0,2]", "[3,5]"), 5), "a hole of 1 bytes before tensor \"b\""));
  CHECK(contains(refusal(two("[0,2]", "[1,3]"), 3), "tensor \"b\" overlaps"));
  CHECK(contains(refusal(two("[0,2]", "[0,2]"), 2), "tensor \"b\" overlaps"));
  CHECK(contains(refusal(two("[0,2]", "[2,4]"), 3), "tensor \"b\" ends 1 bytes past the end"));
  CHECK(contains(refusal(two("[0,2]", "[2,4]"), 6), "2 bytes that no tensor has"));
  CHECK(contains(refusal("{}", 1), "1 bytes that no tensor has"));
  CHECK(contains(refusal(two("[2,0]", "[2,4]"), 4),
                 "data_offsets of tensor \"a\" go back from 2 to 0"));
  CHECK(contains(refusal(two("[0]", "[2,4]"), 4), "must be two numbers"));
  CHECK(contains(refusal(two("[0,1,2]", "[2,4]"), 4), "more than 2 numbers"));
}

TEST_CASE("safetensors: sizes that overflow or don't fit the bytes are refused", "[io]") {
  const auto one = [](const std::string& shape, const std::string& offsets) {
    return object(entry("a", "F32", shape, offsets));
  };
  CHECK(contains(refusal(one("[2]", "[0,7]"), 7),
                 "tensor \"a\" has 7 bytes where float32 of shape [2] need 8"));
  CHECK(contains(refusal(one("[4294967296,4294967296]", "[0,0]"), 0), "beyond all memory"));
  CHECK(contains(refusal(one("[0,4294967296,4294967296]", "[0,0]"), 0), "beyond all memory"));
  CHECK(contains(refusal(one("[18446744073709551615]", "[0,4]"), 4), "beyond all memory"));
  CHECK(contains(refusal(one("[18446744073709551616]", "[0,4]"), 4), "isn't whole"));
  CHECK(contains(refusal(one("[1]", "[18446744073709551612,18446744073709551616]"), 4), "whole"));
  CHECK(contains(refusal(one("[1]", "[18446744073709551611,18446744073709551615]"), 4), "hole"));
}

TEST_CASE("safetensors: a bool that is neither 0 nor 1 is refused at its byte", "[io]") {
  const std::string header = object(entry("a", "BOOL", "[3]", "[0,3]"));
  using namespace std::string_literals;
  CHECK(refusal(file_of(header, 0) + "\0\1\2"s) ==
        "a bool must be 0 or 1: 2: , byte " + std::to_string(8 + header.size() + 2));
}

TEST_CASE("safetensors: files that can't be read are named", "[io]") {
  const Folder folder;
  CHECK(io_error([&] { load_safetensors(folder / "no"); }) ==
        "load_safetensors: cannot open: " + (folder / "no") + ": No such file or directory");
  CHECK(io_error([&] { load_safetensors(folder.path().string()); }) ==
        "load_safetensors: this is a folder: " + folder.path().string() + "; give the file in it");
  CHECK(io_error([&] { load_safetensors("/dev/zero"); }) ==
        "load_safetensors: neither a file nor a pipe: /dev/zero");
}

TEST_CASE("safetensors: what the format can't hold isn't saved", "[io]") {
  const Folder folder;
  const std::string path = folder / "x";
  write_file(path, "old");
  const Tensor x = ones({1});
  const auto error = [&](const StateDict& tensors) {
    return io_error([&] { save_safetensors(path, tensors); });
  };
  CHECK(error({{"__metadata__", x}}) ==
        "save_safetensors: a tensor can't be named __metadata__: " + path);
  CHECK(contains(error({{"a\xff", x}}), "isn't UTF-8"));
  CHECK(read_file(path) == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("safetensors: parameters are saved without their history", "[io][autograd]") {
  const Folder folder;
  Tensor w = ones({2, 2}, {.requires_grad = true});
  save_safetensors(folder / "x", {{"w.t", w.t()}, {"y", (w * 2).sum()}});
  const auto tensors = load_safetensors(folder / "x").tensors;
  CHECK_FALSE(tensors["w.t"].requires_grad());
}
