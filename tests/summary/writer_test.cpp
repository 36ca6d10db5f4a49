#include "tapegrad/summary/writer.hpp"

#include <protozero/pbf_reader.hpp>

#include "summary/event_files.hpp"
#include "tapegrad/tapegrad.hpp"

using namespace tapegrad;
using test::contents;
using test::Folder;
using test::records;
namespace fs = std::filesystem;

namespace {

struct Scalar32 {
  std::int64_t step = 0;
  std::string tag;
  float value = 0;
  bool complete = false;
};

void read_value(protozero::pbf_reader value, Scalar32& s) {
  while (value.next()) {
    if (value.tag() == 1) {
      s.tag = value.get_string();
    } else if (value.tag() == 2) {
      s.value = value.get_float();
      s.complete = true;
    } else {
      value.skip();
    }
  }
}

/// The scalars of a file, by the published field numbers.
std::vector<Scalar32> scalars(const fs::path& path) {
  std::vector<Scalar32> found;
  for (const std::string& record : records(contents(path))) {
    Scalar32 s;
    protozero::pbf_reader event(record);
    while (event.next()) {
      if (event.tag() == 2) {
        s.step = event.get_int64();
      } else if (event.tag() == 5) {
        protozero::pbf_reader values = event.get_message();
        values.next(1);
        read_value(values.get_message(), s);
      } else {
        event.skip();
      }
    }
    if (s.complete) found.push_back(s);
  }
  return found;
}

}  // namespace

TEST_CASE("every scalar comes back bit for bit and in order", "[summary]") {
  const Folder folder;
  std::string path;
  {
    summary::Writer writer(folder.path.string());
    path = writer.path();
    for (int i = 0; i < 1000; ++i) writer.add_scalar("loss", 1.0 / (i + 3), i - 5);
  }
  const std::vector<Scalar32> found = scalars(path);
  REQUIRE(found.size() == 1000);
  for (int i = 0; i < 1000; ++i) {
    const Scalar32& s = found[static_cast<std::size_t>(i)];
    CHECK((s.step == i - 5 && s.tag == "loss" && s.value == static_cast<float>(1.0 / (i + 3))));
  }
}

TEST_CASE("flush makes what was added readable, and a torn last record hides nothing",
          "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600});
  writer.add_scalar("a", 1, 1);
  writer.add_scalar("a", 2, 2);
  writer.flush();
  CHECK(scalars(writer.path()).size() == 2);
  const std::string bytes = contents(writer.path());
  for (std::size_t cut = 1; cut < 30; ++cut) {
    CHECK(records(bytes.substr(0, bytes.size() - cut)).size() == 2);
  }
}

TEST_CASE("what was added is in the file after flush_seconds without a flush", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 0.02});
  writer.add_scalar("a", 1, 1);
  for (int i = 0; i < 500 && scalars(writer.path()).empty(); ++i) ::usleep(10000);
  CHECK(scalars(writer.path()).size() == 1);
}

TEST_CASE("a full queue waits for the disk and loses nothing", "[summary]") {
  const Folder folder;
  std::string path;
  {
    summary::Writer writer(folder.path.string(), {.flush_seconds = 3600, .max_waiting = 3});
    path = writer.path();
    for (int i = 0; i < 100; ++i) writer.add_scalar("a", i, i);
  }
  CHECK(scalars(path).size() == 100);
}

TEST_CASE("writers in one folder have files of their own", "[summary]") {
  const Folder folder;
  summary::Writer a(folder.path.string());
  summary::Writer b(folder.path.string(), {.suffix = ".test"});
  CHECK(a.path() != b.path());
  CHECK(b.path().ends_with(".test"));
}

TEST_CASE("add_scalars writes one run for each name", "[summary]") {
  const Folder folder;
  {
    summary::Writer writer(folder.path.string());
    writer.add_scalars("loss/all", {{"train", 1}, {"test", 2}}, 7);
    writer.add_scalars("loss/all", {{"train", 3}}, 8);
  }
  const fs::path run = folder.path / "loss_all_train";
  REQUIRE(fs::exists(run));
  CHECK(scalars(fs::directory_iterator(run)->path()).size() == 2);
  CHECK(fs::exists(folder.path / "loss_all_test"));
}

TEST_CASE("a histogram is of the values at the time of the call", "[summary]") {
  const Folder folder;
  std::string path;
  {
    summary::Writer writer(folder.path.string());
    path = writer.path();
    Tensor x = zeros({4});
    writer.add_histogram("x", x, 0);
    x.fill_(5);
  }
  const std::vector<std::string> found = records(contents(path));
  REQUIRE(found.size() == 2);
  protozero::pbf_reader event(found[1]);
  REQUIRE(event.next(5));
  protozero::pbf_reader values = event.get_message();
  REQUIRE(values.next(1));
  protozero::pbf_reader value = values.get_message();
  REQUIRE(value.next(5));
  protozero::pbf_reader histogram = value.get_message();
  REQUIRE(histogram.next(2));
  CHECK(histogram.get_double() == 0);
}

TEST_CASE("a lost file is an error that names it, and stays one", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  fs::remove_all(folder.path);
  writer.add_scalar("a", 1, 1);
  std::string message;
  try {
    writer.flush();
  } catch (const IoError& error) {
    message = error.what();
  }
  CHECK(message.find(writer.path()) != std::string::npos);
  CHECK_THROWS_AS(writer.add_scalar("a", 2, 2), IoError);
}

TEST_CASE("a tag holds one kind of data, as TensorBoard shows only one", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  writer.add_scalar("weight", 1, 1);
  CHECK_NOTHROW(writer.add_scalar("weight", 2, 2));
  CHECK_THROWS_WITH(writer.add_histogram("weight", ones({2}), 1),
                    Catch::Contains("the tag \"weight\" has scalars already; give the histogram "
                                    "another"));
  CHECK_NOTHROW(writer.add_histogram("weight/all", ones({2}), 1));
  CHECK_THROWS_AS(writer.add_text("weight/all", "words", 1), Error);
}

TEST_CASE("a writer refuses what it can't show", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  CHECK_THROWS_AS(writer.add_image("x", zeros({2, 4, 4}), 0), ShapeError);
  CHECK_THROWS_AS(writer.add_image("x", zeros({3, 0, 4}), 0), ShapeError);
  CHECK_THROWS_AS(writer.add_image("x", zeros({4, 4}, {.dtype = int64}), 0), DTypeError);
  CHECK_THROWS_AS(writer.add_pr_curve("x", zeros({2}), zeros({3}), 0), ShapeError);
  CHECK_THROWS_AS(writer.add_pr_curve("x", full({1}, 0.5), zeros({1}), 0), Error);
  CHECK_THROWS_AS(writer.add_pr_curve("x", zeros({1}), full({1}, 1.5), 0), Error);
  writer.close();
  CHECK_THROWS_AS(writer.add_scalar("x", 1, 0), Error);
  CHECK_NOTHROW(writer.close());
  CHECK_THROWS_AS(summary::Writer("/proc/none"), IoError);
}
