// What is new while the disk is full, curves of add_scalars() and embeddings, comes into the log
// when there is space again, as all that waits does, and leaves nothing behind if there never is.
#include <algorithm>
#include <fstream>
#include <optional>

#include "summary/event_files.hpp"
#include "support/errors.hpp"
#include "support/full_disk.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::contents;
using test::error_of;
using test::Folder;
using test::FullDisk;
using test::records;
namespace fs = std::filesystem;

namespace {

/// Paths below a folder, sorted, without the log's own file.
std::vector<std::string> below(const Folder& folder, const summary::Writer& writer) {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder.path)) {
    if (entry.path() == writer.path()) continue;
    found.push_back(entry.path().lexically_relative(folder.path).string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::size_t records_in(const fs::path& folder) {
  std::size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    count += records(contents(entry.path())).size();
  }
  return count;
}

}  // namespace

TEST_CASE("a curve that begins while the disk is full is in the log later", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600});
  {
    const FullDisk full(10);
    for (int step = 0; step < 3; ++step) writer.add_scalars("loss", {{"new", 1}}, step);
    for (int i = 0; i < 2; ++i) {
      const std::string error = error_of([&] { writer.flush(); });
      CHECK(contains(error, "loss_new/"));
      CHECK(contains(error, "can't be written: File too large; what waits is kept"));
    }
  }
  CHECK_NOTHROW(writer.flush());
  CHECK(records_in(folder.path / "loss_new") == 4);  // the first says the version
  CHECK_NOTHROW(writer.close());
}

TEST_CASE("what a curve loses while the disk is full is said once", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600, .max_waiting = 2});
  {
    const FullDisk full(10);
    for (int step = 0; step < 5; ++step) writer.add_scalars("loss", {{"new", 1}}, step);
    CHECK(contains(error_of([&] { writer.flush(); }), "3 events of the steps 2 to 4"));
    CHECK_FALSE(contains(error_of([&] { writer.flush(); }), "events of the steps"));
  }
  CHECK_NOTHROW(writer.flush());
  CHECK(records_in(folder.path / "loss_new") == 3);
}

TEST_CASE("a curve that never gets space leaves no folder", "[summary]") {
  const Folder folder;
  std::optional<summary::Writer> writer;
  writer.emplace(folder.path.string());
  {
    const FullDisk full(10);
    writer->add_scalars("loss", {{"new", 1}}, 0);
    CHECK_THROWS_AS(writer->close(), IoError);
    writer.reset();
  }
  CHECK_FALSE(fs::exists(folder.path / "loss_new"));
}

TEST_CASE("a curve whose folder can't be made for another reason is refused at once", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  std::ofstream(folder.path / "loss_file") << "x";
  CHECK(contains(error_of([&] { writer.add_scalars("loss", {{"file", 1}}, 0); }), "not a folder"));
  CHECK(contains(error_of([&] {
                   writer.add_scalars("loss", {{std::string(300, 'x'), 1}}, 0);
                 }),
                 "File name too long"));
  CHECK_NOTHROW(writer.close());
}

TEST_CASE("an embedding of a full disk is in the log later, and scalars beside it", "[summary]") {
  const Folder folder;
  const Tensor points = ones({3, 2});
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600});
  {
    const FullDisk full(10);
    CHECK_NOTHROW(writer.add_embedding("e", points, {"a", "b", "c"}));
    CHECK(below(folder, writer).empty());
    CHECK(contains(error_of([&] { writer.flush(); }),
                   "add_embedding: cannot write: " + (folder.path / "projector").string()));
    CHECK(below(folder, writer).empty());
  }
  // The later of two with one tag and step stays, although the disk has space for it first.
  CHECK_NOTHROW(writer.add_embedding("e", zeros({1, 2}), {"z"}));
  CHECK_NOTHROW(writer.flush());
  CHECK(below(folder, writer) ==
        std::vector<std::string>{"projector", "projector/e", "projector/e/00000",
                                 "projector/e/00000/metadata.tsv", "projector/e/00000/tensors.tsv",
                                 "projector_config.pbtxt"});
  CHECK(contents(folder.path / "projector/e/00000/metadata.tsv") == "z\n");
  writer.add_embedding("f", points);
  CHECK(fs::exists(folder.path / "projector/f/00000/tensors.tsv"));  // at once
  CHECK_NOTHROW(writer.close());
}

TEST_CASE("an embedding that waits keeps no scalars from the log", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600});
  writer.flush();
  {
    const FullDisk full(400);  // enough for scalars, not for the table
    writer.add_embedding("e", ones({1000, 2}));
    writer.add_scalar("loss", 1, 1);
    CHECK_THROWS_AS(writer.flush(), IoError);
    CHECK(records(contents(writer.path())).size() == 2);
  }
  CHECK_NOTHROW(writer.flush());
  CHECK(fs::exists(folder.path / "projector/e/00000/tensors.tsv"));
}

TEST_CASE("an embedding without room is lost, and that is said once", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600, .max_waiting = 1});
  {
    const FullDisk full(10);
    writer.add_embedding("e", ones({3, 2}), std::vector<std::string>{}, 7);
    CHECK_THROWS_AS(writer.flush(), IoError);
    writer.add_embedding("e", ones({3, 2}), std::vector<std::string>{}, 8);
    CHECK(contains(error_of([&] { writer.flush(); }), "1 events of the steps 8 to 8"));
    CHECK_FALSE(contains(error_of([&] { writer.flush(); }), "events of the steps"));
  }
  CHECK_NOTHROW(writer.flush());
  CHECK(fs::exists(folder.path / "projector/e/00007/tensors.tsv"));
  CHECK_FALSE(fs::exists(folder.path / "projector/e/00008"));
}
