// Saving refuses an undefined tensor before anything is written.
#include <filesystem>

#include "io/files.hpp"
#include "support/undefined_rows.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

TEST_CASE("what saves a tensor refuses an undefined one, and makes no file", "[io][undefined]") {
  const test::Folder folder;
  const Tensor none;
  io::Saver saver(folder / "runs");
  test::check_undefined({
      {"save_npy", 2, [&] { io::save_npy(folder / "x.npy", none); }},
      {"save_idx", 2, [&] { io::save_idx(folder / "x.idx", none); }},
      {"Saver.add", 2, [&] { saver.add("x", none); }},
  });
  CHECK(std::filesystem::is_empty(folder.path()));
}
