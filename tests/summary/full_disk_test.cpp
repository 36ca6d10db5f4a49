// A log whose disk is full goes on by itself when there is space again, and says what it lost.
#include "support/full_disk.hpp"

#include <unistd.h>

#include <cstdint>
#include <protozero/pbf_reader.hpp>

#include "summary/event_files.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::contents;
using test::error_of;
using test::Folder;
using test::FullDisk;
using test::records;

namespace {

/// The steps of a file's events, which must all be whole.
std::vector<std::int64_t> steps(const std::string& path) {
  const std::string bytes = contents(path);
  std::vector<std::int64_t> found;
  std::size_t whole = 0;
  for (const std::string& record : records(bytes)) {
    whole += record.size() + 16;
    protozero::pbf_reader event(record);
    while (event.next()) {
      if (event.tag() == 2) {
        found.push_back(event.get_int64());
      } else {
        event.skip();
      }
    }
  }
  CHECK(whole == bytes.size());
  return found;
}

std::vector<std::int64_t> range(std::int64_t end) {
  std::vector<std::int64_t> all;
  for (std::int64_t step = 0; step < end; ++step) all.push_back(step);
  return all;
}

std::size_t size_of(const std::string& path) { return std::filesystem::file_size(path); }

}  // namespace

TEST_CASE("a log goes on where it was when its disk has space again", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600});
  for (int step = 0; step < 3; ++step) writer.add_scalar("loss", step, step);
  writer.flush();
  // So that the second of the next records doesn't fit, whichever its bytes.
  for (std::size_t room : {40, 55, 70}) {
    const std::size_t before = steps(writer.path()).size();
    {
      const FullDisk full(size_of(writer.path()) + room);
      for (int i = 0; i < 5; ++i) {
        const auto step = static_cast<std::int64_t>(before) + i;
        writer.add_scalar("loss", 0, step);
      }
      for (int i = 0; i < 2; ++i) {
        const std::string error = error_of([&] { writer.flush(); });
        CHECK(contains(error, writer.path() + " can't be written: File too large"));
        CHECK(contains(error, "what waits is kept and tried again"));
      }
      CHECK(steps(writer.path()).size() < before + 5);
      CHECK_THROWS_AS(writer.close(), IoError);
    }
    CHECK_NOTHROW(writer.flush());
    CHECK(steps(writer.path()) == range(static_cast<std::int64_t>(before) + 5));
  }
  CHECK_NOTHROW(writer.close());
}

TEST_CASE("no flush is needed for a log to go on", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 0.01});
  {
    const FullDisk full(size_of(writer.path()) + 10);
    writer.add_scalar("loss", 0, 0);
    ::usleep(100000);
    CHECK(steps(writer.path()).empty());
  }
  for (int i = 0; i < 500 && steps(writer.path()).empty(); ++i) ::usleep(10000);
  CHECK(steps(writer.path()) == range(1));
}

TEST_CASE("events without room while the disk is full are lost, and that is said once",
          "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600, .max_waiting = 4});
  {
    const FullDisk full(size_of(writer.path()));
    writer.add_scalar("loss", 0, 0);
    CHECK_THROWS_AS(writer.flush(), IoError);
    // Four wait behind the one that is on its way; nobody waits for the disk.
    for (int step = 1; step < 10; ++step) writer.add_scalar("loss", 0, step);
    CHECK(contains(error_of([&] { writer.flush(); }),
                   "5 events of the steps 5 to 9 had no room meanwhile and are lost"));
    // What was said isn't said again; that the disk is full still holds.
    const std::string error = error_of([&] { writer.flush(); });
    CHECK(contains(error, "File too large; what waits is kept and tried again"));
    CHECK_FALSE(contains(error, "lost"));
  }
  CHECK_NOTHROW(writer.flush());
  CHECK(steps(writer.path()) == range(5));
  writer.add_scalar("loss", 0, 10);
  CHECK_NOTHROW(writer.close());
  CHECK(steps(writer.path()) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 10});
}

TEST_CASE("what waits for a full disk is limited by bytes, too", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600, .max_waiting_bytes = 10000});
  const Tensor x = ones({1000});
  {
    const FullDisk full(size_of(writer.path()));
    writer.add_text("y", "short", 0);
    CHECK_THROWS_AS(writer.flush(), IoError);
    for (int step = 1; step < 100; ++step) writer.add_histogram("x", x, step);
  }
  // Three of 4000 bytes are the first that make more than 10,000 with the text.
  const std::string error = error_of([&] { writer.flush(); });
  CHECK(contains(error, "96 events of the steps 4 to 99"));
  CHECK(contains(error, "the others are in it"));
  CHECK(steps(writer.path()) == range(4));
}

TEST_CASE("a batch that is cut short on a full disk is continued", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600});
  const std::string text(300000, 'x');
  {
    const FullDisk full(1500000);  // within the second piece of a mebibyte
    for (int step = 0; step < 10; ++step) writer.add_text("t", text, step);
    CHECK_THROWS_AS(writer.flush(), IoError);
    CHECK(steps(writer.path()) == range(4));
  }
  writer.close();
  CHECK(steps(writer.path()) == range(10));
}

TEST_CASE("the curves of add_scalars go on, too, and each says what it lost", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600, .max_waiting = 2});
  writer.add_scalars("loss", {{"train", 1}, {"test", 2}}, 0);
  writer.flush();
  {
    const FullDisk full(10);
    for (int step = 1; step < 6; ++step) {
      writer.add_scalars("loss", {{"train", 1}, {"test", 2}}, step);
      if (step == 1) CHECK_THROWS_AS(writer.flush(), IoError);
    }
  }
  const std::string error = error_of([&] { writer.flush(); });
  CHECK(contains(error, "loss_train/"));
  CHECK(contains(error, "loss_test/"));
  CHECK(contains(error, "2 events of the steps 4 to 5"));
  CHECK_NOTHROW(writer.flush());
  CHECK_NOTHROW(writer.close());
}

TEST_CASE("a log that can't begin leaves no file", "[summary]") {
  const Folder folder;
  const FullDisk full(10);
  CHECK_THROWS_AS(summary::Writer(folder.path.string()), IoError);
  CHECK_FALSE(std::filesystem::exists(folder.path));
}
