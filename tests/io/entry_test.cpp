// Names of entries that would lead somewhere else than they say are refused, and named.
#include <cstdint>
#include <string>

#include "files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using namespace std::string_literals;

namespace {

struct Refused {
  std::string name;
  std::string why;
};

const std::vector<Refused>& refused() {
  static const std::vector<Refused> all{{"../b", "its name leads out of the folder"},
                                        {"a/../b", "its name leads out of the folder"},
                                        {"a/..", ""},  // with its suffix "...npy", which is a name
                                        {"..", ""},
                                        {"/abs", "its name is an absolute path"},
                                        {"a\\b", "its name has a backslash"},
                                        {"..\\b", "its name has a backslash"},
                                        {"", "its name is empty"}};
  return all;
}

/// An archive whose entry "abcd.npy" is called otherwise, in both of its places or in the last.
std::string renamed(const std::string& name, std::size_t places) {
  const Folder folder;
  io::save_npz(folder / "x", {{"abcd", ones({1})}, {"other", ones({2})}});
  std::string bytes = read_file(folder / "x");
  for (; places > 0; --places) bytes.replace(bytes.rfind("abcd.npy"), name.size(), name);
  return bytes;
}

}  // namespace

TEST_CASE("npz: an entry that leads out of its folder is not saved", "[io]") {
  const Folder folder;
  for (const auto& [entry, why] : refused()) {
    const std::string& name = entry;  // clang 14 captures no structured binding
    const std::string error = io_error([&] { io::save_npz(folder / "x", {{name, ones({1})}}); });
    CAPTURE(name, error);
    CHECK(
        contains(error, why.empty() ? "no error" : "save_npz: cannot add \"" + name + ".npy\": "));
    CHECK(contains(error, why));
  }
  io::save_npz(folder / "x", {{"a/b..c/.d", ones({1})}});
  CHECK(io::load_npz(folder / "x").contains("a/b..c/.d"));
  CHECK(folder.count() == 1);
}

TEST_CASE("npz: an entry that leads out of its folder is not loaded, but the others are", "[io]") {
  const Folder folder;
  for (const auto& [name, why] : std::vector<Refused>{{"../b.npy", "leads out of the folder"},
                                                      {"/abs.npy", "is an absolute path"},
                                                      {"a\\bc.npy", "has a backslash"}}) {
    write_file(folder / "x", renamed(name, 2));
    CHECK(contains(io_error([&] { io::load_npz(folder / "x"); }),
                   "load_npz: cannot read the entry \"" + name + "\": its name " + why));
    CHECK(io::load_npz(folder / "x", {.only = {"other"}}).size() == 1);
    CHECK(contains(io::list_npz(folder / "x")[0].problem, "its name " + why));
  }
}

TEST_CASE("npz: what an entry's name hides behind a NUL is found", "[io]") {
  const Folder folder;
  for (const std::size_t places : {1, 2}) {
    write_file(folder / "x", renamed("a.npy\0hi"s, places));
    CHECK(contains(io_error([&] { io::load_npz(folder / "x"); }),
                   "\"a.npy?hi\": its name goes on behi"));
    CHECK(io::load_npz(folder / "x", {.only = {"other"}}).size() == 1);
  }
}

TEST_CASE("npz: an archive with a second directory is refused", "[io]") {
  const Folder folder;
  io::save_npz(folder / "a", {{"x", ones({1})}});
  io::save_npz(folder / "b", {{"y", ones({2})}, {"z", ones({3})}});
  // Readers that look from the start and from the end don't see the same entries.
  write_file(folder / "x", read_file(folder / "a") + read_file(folder / "b"));
  CHECK(io_error([&] { io::load_npz(folder / "x"); }) != "no error");
}

TEST_CASE("names in other files are no paths, but they are names", "[io]") {
  const Folder folder;
  const Tensor x = ones({1});
  CHECK_THROWS_AS(StateDict({{"x", x}, {"x", x}}), Error);
  CHECK(folder.count() == 0);
  // As TensorFlow's variables are called, as nobody makes files of, and as other programs may say.
  io::save_safetensors(folder / "x", {{"/dense/kernel:0", x}, {"a\\b", x}, {"a/../b", x}, {"", x}},
                       {{"", "text"}});
  const auto loaded = io::load_safetensors(folder / "x");
  CHECK(loaded.tensors.size() == 4);
  CHECK(loaded.metadata.at("") == "text");
}
