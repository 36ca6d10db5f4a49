// numpy's own archives are read in tests/interop; these are what we write, and damaged ones.
#include "files.hpp"
#include "support/catch.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using io::load_npz;
using io::save_npz;

namespace {

StateDict some() {
  return {{"weight", values<float>({1, 2, 3, 4}).view({2, 2})}, {"steps", full({}, 7)}};
}

std::string archive(bool compress) {
  const Folder folder;
  save_npz(folder / "x.npz", some(), {.compress = compress});
  return read_file(folder / "x.npz");
}

std::string refusal(const std::string& bytes) {
  return refusal_of([](const std::string& path) { return load_npz(path); }, bytes);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

TEST_CASE("npz: what was saved is loaded in its order, stored and deflated", "[io]") {
  const Folder folder;
  for (const bool compress : {false, true}) {
    save_npz(folder / "x.npz", some(), {.compress = compress});
    const StateDict got = load_npz(folder / "x.npz");
    REQUIRE(got.size() == 2);
    CHECK(got.begin()->name == "weight");
    CHECK(got["weight"].shape() == Shape{2, 2});
    CHECK(got["weight"].to_vector<float>() == std::vector<float>{1, 2, 3, 4});
    CHECK(got["steps"].dtype() == int64);
    CHECK(got["steps"].item<int>() == 7);
    CHECK(folder.count() == 1);
  }
}

TEST_CASE("npz: equal tensors give equal files", "[io]") {
  CHECK(archive(false) == archive(false));
  CHECK(archive(true) == archive(true));
}

TEST_CASE("npz: zeros shrink when they are compressed", "[io]") {
  const Folder folder;
  save_npz(folder / "x.npz", {{"x", zeros({100, 1000})}}, {.compress = true});
  CHECK(std::filesystem::file_size(folder / "x.npz") < 4000);
  CHECK(load_npz(folder / "x.npz")["x"].shape() == Shape{100, 1000});
}

TEST_CASE("npz: no arrays at all is an archive as well", "[io]") {
  const Folder folder;
  save_npz(folder / "x.npz", {});
  CHECK(load_npz(folder / "x.npz").empty());
}

TEST_CASE("npz: what the format can't hold isn't saved", "[io]") {
  const Folder folder;
  const std::string path = folder / "x.npz";
  write_file(path, "old");
  const Tensor x = ones({1});
  const auto error = [&](const std::string& name) {
    return io_error([&] { save_npz(path, {{name, x}}); });
  };
  CHECK(contains(error("a\xff"), "save_npz: cannot add"));
  CHECK(contains(error("a\xff"), "Invalid argument"));
  CHECK(contains(error(std::string("a\0b", 3)), "a name with a NUL, \"a?b.npy\""));
  CHECK(contains(error(std::string(65'532, 'a')), "a name of 65536 bytes"));
  CHECK(read_file(path) == "old");
  CHECK(folder.count() == 1);
  CHECK(error(std::string(65'531, 'a')) == "no error");
  CHECK(load_npz(path).contains(std::string(65'531, 'a')));
}

TEST_CASE("npz: a file that is no archive is refused", "[io]") {
  CHECK(contains(refusal(""), "this is an empty file, not an .npz file"));
  CHECK(contains(refusal("PK"), "this is text, not an .npz file"));
  const std::string whole = archive(false);
  CHECK(contains(refusal(whole.substr(0, whole.size() - 30)), "no zip archive"));
}

TEST_CASE("npz: a damaged array is found by its checksum", "[io]") {
  const std::string bytes = replaced(archive(false), std::string("\0\0\x80\x3f", 4), "abcd");
  CHECK(contains(refusal(bytes), "cannot read the entry \"weight.npy\": CRC error"));
}

TEST_CASE("npz: an entry that isn't an array, or a second one of a name, is refused", "[io]") {
  CHECK(contains(refusal(replaced(archive(false), "steps.npy", "steps.txt")),
                 "the entry \"steps.txt\" is no .npy array"));
  const Folder folder;
  save_npz(folder / "x", {{"a", ones({1})}, {"b", ones({1})}});
  CHECK(contains(refusal(replaced(read_file(folder / "x"), "b.npy", "a.npy")),
                 "two entries named \"a.npy\""));
}
