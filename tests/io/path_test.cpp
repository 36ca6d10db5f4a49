// A path with a NUL is refused wherever one is taken: the system would end it there, and mean
// another file.
#include "files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/csv.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test;

TEST_CASE("a path with a NUL is refused wherever one is taken", "[io]") {
  const Folder folder;
  const std::string path = folder / std::string("x\0.npy", 6);
  const Tensor x = ones({1});
  double number = 1;
  const auto refused = [&](const std::function<void()>& use) {
    return contains(io_error(use), ": a path with a NUL: ");
  };
  CHECK(refused([&] { io::load_npy(path); }));
  CHECK(refused([&] { io::save_npy(path, x); }));
  CHECK(refused([&] { io::load_npz(path); }));
  CHECK(refused([&] { io::save_npz(path, {{"x", x}}); }));
  CHECK(refused([&] { io::load_idx(path); }));
  CHECK(refused([&] { io::save_idx(path, x); }));
  CHECK(refused([&] { io::load_csv(path); }));
  CHECK(refused([&] { io::load_safetensors(path); }));
  CHECK(refused([&] { io::save_safetensors(path, {{"x", x}}); }));
  CHECK(refused([&] { io::Saver saver(path); }));
  CHECK(refused([&] { io::latest_checkpoint(path); }));
  CHECK(refused([&] { io::load_checkpoint_part(path, "model"); }));
  CHECK(refused([&] { io::Saver(folder.path().string()).add("number", number).restore(path); }));
  CHECK(refused([&] { summary::Writer writer(path); }));
  CHECK(refused([&] { summary::Writer writer(folder / "log", {.suffix = {"\0", 1}}); }));
  CHECK(folder.count() == 0);
}

TEST_CASE("the names of runs and the suffix of a log stay within its folder", "[io]") {
  const Folder folder;
  summary::Writer writer(folder / "log");
  const std::string name("b\0c", 3);
  CHECK(error_of([&] {
          writer.add_scalars("a", {{"good", 1}, {name, 2}}, 1);
        }) == "add_scalars: the name \"b\\x00c\" has a NUL; leave it out");
  CHECK_FALSE(std::filesystem::exists(folder / "log/a_good"));
  CHECK_FALSE(std::filesystem::exists(folder / "log/a_b"));
  CHECK(contains(error_of([&] { summary::Writer other(folder / "log", {.suffix = "/../x"}); }),
                 "the suffix \"/../x\" has a slash"));
}
