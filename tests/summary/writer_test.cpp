#include "tapegrad/summary/writer.hpp"

#include <ctime>
#include <limits>
#include <protozero/pbf_reader.hpp>

#include "summary/event_files.hpp"
#include "support/errors.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::contents;
using test::error_of;
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
  CHECK(contains(error_of<IoError>([&] { writer.flush(); }), writer.path()));
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

TEST_CASE("text that isn't UTF-8 is refused, as it would end the file for TensorBoard",
          "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  const std::string bad = "bad \xff\xfe";
  CHECK_THROWS_WITH(writer.add_scalar(bad, 1, 1),
                    Catch::Contains("add_scalar: the tag \"bad \\xff\\xfe\" is not UTF-8"));
  CHECK_THROWS_AS(writer.add_scalar(bad, 1, 1), Error);
  CHECK_THROWS_AS(writer.add_histogram(bad, ones({2}), 1), Error);
  CHECK_THROWS_AS(writer.add_image(bad, ones({2, 2}), 1), Error);
  CHECK_THROWS_AS(writer.add_pr_curve(bad, ones({2}), ones({2}), 1), Error);
  CHECK_THROWS_AS(writer.add_text(bad, "words", 1), Error);
  CHECK_THROWS_AS(writer.add_text("words", bad, 1), Error);
  CHECK_THROWS_AS(writer.add_scalars("loss", {{"good", 1}, {bad, 1}}, 1), Error);
  CHECK_THROWS_AS(writer.add_scalars(bad, {{"good", 1}}, 1), Error);
  CHECK_THROWS_AS(writer.add_hparams({{bad, 1}}, {}), Error);
  CHECK_THROWS_AS(writer.add_hparams({{"name", bad}}, {}), Error);
  CHECK_THROWS_AS(writer.add_hparams({{"name", 1}}, {{bad, 1}}), Error);
  CHECK_THROWS_AS(writer.add_graph({{bad, "leaf", float32, {}}}), Error);
  CHECK_THROWS_AS(writer.add_graph({{"x", bad, float32, {}}}), Error);
  CHECK_THROWS_AS(writer.add_embedding(bad, ones({1, 1})), Error);
  CHECK_THROWS_AS(writer.add_embedding("x", ones({1, 1}), {bad}), Error);
  writer.close();
  CHECK(records(contents(writer.path())).size() == 1);
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("a writer that was moved from says so, and may be closed", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  const summary::Writer other = std::move(writer);
  CHECK_THROWS_WITH(writer.add_scalar("x", 1, 1), Catch::Contains("was moved"));
  CHECK_THROWS_AS(writer.path(), Error);
  CHECK_THROWS_AS(writer.flush(), Error);
  CHECK_THROWS_AS(writer.add_embedding("x", ones({1, 1})), Error);
  CHECK_NOTHROW(writer.close());
}

TEST_CASE("what is added after close is an error, also where it needs no event file", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  writer.close();
  CHECK_THROWS_AS(writer.add_embedding("x", ones({1, 1})), Error);
  CHECK_THROWS_AS(writer.add_histograms(nn::ReLU(), 1), Error);
  CHECK_THROWS_AS(writer.add_scalars("x", {}, 1), Error);
  CHECK_THROWS_AS(writer.add_hparams({}, {}), Error);
  CHECK_THROWS_AS(writer.add_graph({}), Error);
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("options that mean nothing are refused before a file is made", "[summary]") {
  const Folder folder;
  const std::string path = folder.path.string();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double seconds : {0.0, -1.0, nan}) {
    CHECK_THROWS_AS(summary::Writer(path, {.flush_seconds = seconds}), Error);
  }
  CHECK_THROWS_WITH(summary::Writer(path, {.max_waiting = 0}),
                    Catch::Contains("max_waiting 0; use 1 or more"));
  CHECK_THROWS_AS(summary::Writer(path, {.max_waiting_bytes = 0}), Error);
  CHECK_FALSE(fs::exists(folder.path));
}

TEST_CASE("a writer that never flushes by itself sleeps until it is asked", "[summary]") {
  const Folder folder;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double seconds : {infinity, 1e10, 1e300, 1e-300}) {
    const std::clock_t before = std::clock();
    summary::Writer writer(folder.path.string(), {.flush_seconds = seconds});
    writer.add_scalar("x", 1, 1);
    ::usleep(100000);
    CHECK(std::clock() - before < CLOCKS_PER_SEC / 20);
    CHECK(scalars(writer.path()).size() == (seconds > 1 ? 0 : 1));
    writer.flush();
    CHECK(scalars(writer.path()).size() == 1);
  }
}

TEST_CASE("hyperparameters are flags, numbers of any type and texts", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  const std::size_t layers = 3;
  const double inf = std::numeric_limits<double>::infinity();
  writer.add_scalar("accuracy", 0.5, 0);
  writer.add_text("note", "words", 0);
  CHECK_THROWS_WITH(writer.add_hparams({{"lr", inf}}, {}), Catch::Contains("\"lr\" is inf"));
  CHECK_THROWS_AS(writer.add_hparams({{"lr", 1}, {"lr", 2}}, {}), Error);
  CHECK_THROWS_AS(writer.add_hparams({}, {{"accuracy", 1}, {"note", 1}}), Error);
  writer.flush();
  CHECK(records(contents(writer.path())).size() == 3);  // nothing of what was refused
  writer.add_hparams({{"batch", 32}, {"layers", layers}, {"lr", 0.1f}, {"fast", true}, {"s", "t"}},
                     {{"accuracy", 0.75}});
  CHECK_THROWS_WITH(writer.add_hparams({{"batch", 64}}, {}), Catch::Contains("already"));
  CHECK(std::get<double>(summary::Hparam(32).value()) == 32);
  CHECK(std::get<bool>(summary::Hparam(true).value()));
  CHECK(std::get<std::string>(summary::Hparam("adam").value()) == "adam");
}
