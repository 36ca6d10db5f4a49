// What a folder may have in the place of a checkpoint or of the list: it is passed over, and said.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/dtype.hpp"
#include "tapegrad/io/saver.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
namespace fs = std::filesystem;

namespace {

std::string name_of(int step) { return fmt::format("ckpt-{}.safetensors", step); }

std::string list_of(const std::vector<std::string>& paths) {
  std::string text = "model_checkpoint_path: \"" + paths.back() + "\"\n";
  for (const std::string& path : paths) {
    text += "all_model_checkpoint_paths: \"" + path + "\"\n";
  }
  return text;
}

/// The step that the folder gives back, and why newer ones were passed over.
struct Outcome {
  std::int64_t step = -1;
  std::vector<std::string> reasons;
};

Outcome restore(const Folder& folder) {
  Counter counter(folder.path().string());
  const auto restored = counter.saver.restore_latest();
  if (!restored) return {};
  Outcome outcome{counter.step, {}};
  for (const io::PassedOver& each : restored->passed_over) outcome.reasons.push_back(each.reason);
  return outcome;
}

/// Rights count for the super-user, too, within this scope.
class WithoutRoot {
 public:
  WithoutRoot() : root_(::geteuid() == 0) {
    if (root_) REQUIRE(::seteuid(65534) == 0);
  }
  ~WithoutRoot() {
    if (root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  bool root_;
};

double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

TEST_CASE("checkpoints with each other's names are passed over", "[io][saver]") {
  const Folder folder;
  Counter counter(folder.path().string());
  counter.save({1, 2, 3});
  fs::rename(folder / name_of(2), folder / "x");
  fs::rename(folder / name_of(3), folder / name_of(2));
  fs::rename(folder / "x", folder / name_of(3));
  const Outcome outcome = restore(folder);
  CHECK(outcome.step == 1);
  REQUIRE(outcome.reasons.size() == 2);
  CHECK(outcome.reasons[0] == "restore: saved at step 2, not 3 as its name says: " +
                                  (folder / name_of(3)) + "; was it renamed?");
  CHECK(contains(outcome.reasons[1], "saved at step 3, not 2"));
  CHECK(contains(io_error([&] { counter.saver.restore(folder / name_of(3)); }), "saved at step 2"));
  CHECK(contains(io_error([&] { io::load_checkpoint_part(folder / name_of(3), "step"); }),
                 "load_checkpoint_part: saved at step 2"));
  // Under a name that says no step it is what it is.
  fs::rename(folder / name_of(3), folder / "best.safetensors");
  CHECK(counter.saver.restore(folder / "best.safetensors").step == 2);
}

TEST_CASE("what stands in the place of the newest checkpoint is passed over", "[io][saver]") {
  const Folder folder;
  Counter(folder.path().string()).save({1, 2});
  const std::string newest = folder / name_of(2);
  fs::remove(newest);
  std::string reason = "it isn't there";
  SECTION("nothing") {}
  SECTION("a folder") {
    fs::create_directory(newest);
    reason = "it is a folder";
  }
  SECTION("a pipe, which would be waited for") {
    REQUIRE(::mkfifo(newest.c_str(), 0600) == 0);
    reason = "it is no regular file";
  }
  SECTION("a link to itself") {
    fs::create_symlink(newest, newest);
    reason = "Too many levels of symbolic links";
  }
  SECTION("a link to nothing") { fs::create_symlink("none", newest); }
  const Outcome outcome = restore(folder);
  CHECK(outcome.step == 1);
  CHECK(outcome.reasons == std::vector{"restore: " + reason + ": " + newest});
  CHECK(io::latest_checkpoint(folder.path().string()) == folder / name_of(1));
}

TEST_CASE("a listed checkpoint that is gone doesn't let a run begin anew", "[io][saver]") {
  const Folder folder;
  Counter(folder.path().string()).save({1});
  fs::remove(folder / name_of(1));
  CHECK(contains(io_error([&] { restore(folder); }), "none of the 1 checkpoints can be used"));
  CHECK_FALSE(io::latest_checkpoint(folder.path().string()));
}

TEST_CASE("a list that can't be read is passed over, and the steps say what is the newest",
          "[io][saver]") {
  const Folder folder;
  Counter(folder.path().string()).save({7, 3});
  REQUIRE(restore(folder).step == 3);
  const std::string list = folder / "checkpoint";
  std::string reason;
  SECTION("a folder") {
    fs::remove(list);
    fs::create_directory(list);
    reason = "it is a folder";
  }
  SECTION("a pipe") {
    fs::remove(list);
    REQUIRE(::mkfifo(list.c_str(), 0600) == 0);
    reason = "it is no regular file";
  }
  SECTION("a link to itself") {
    fs::remove(list);
    fs::create_symlink(list, list);
    reason = "Too many levels of symbolic links";
  }
  SECTION("a torn one") {
    fs::resize_file(list, 30);
    reason = "it breaks off, or isn't a list of checkpoints";
  }
  const Outcome outcome = restore(folder);
  CHECK(outcome.step == 7);
  CHECK(outcome.reasons == std::vector{"restore: " + reason + ": " + list});
}

TEST_CASE("a list that may not be read is passed over", "[io][saver]") {
  const Folder folder;
  Counter(folder.path().string()).save({7, 3});
  ::chmod(folder.path().c_str(), 0755);
  ::chmod((folder / "checkpoint").c_str(), 0);
  const WithoutRoot guard;
  const Outcome outcome = restore(folder);
  CHECK(outcome.step == 7);
  CHECK(outcome.reasons == std::vector{"restore: Permission denied: " + (folder / "checkpoint")});
}

TEST_CASE("an entry of the list that leaves the folder is refused", "[io][saver]") {
  const Folder folder;
  const Folder other;
  Counter(folder.path().string()).save({1});
  Counter(other.path().string()).save({2});
  const std::string outside = other / name_of(2);
  const std::string up = "../" + other.path().filename().string() + "/" + name_of(2);
  for (const std::string& entry : {outside, up, "./x/../" + up, std::string("..")}) {
    write_file(folder / "checkpoint", list_of({name_of(1), entry}));
    const Outcome outcome = restore(folder);
    CHECK(outcome.step == 1);
    REQUIRE(outcome.reasons.size() == 1);
    CHECK(outcome.reasons[0].starts_with("restore: its path leaves the folder: "));
    CHECK(io::latest_checkpoint(folder.path().string()) == folder / name_of(1));
  }
  write_file(folder / "checkpoint", list_of({name_of(1), name_of(1) + "\\000.old"}));
  CHECK(restore(folder).reasons ==
        std::vector{"restore: its path has a NUL: " + name_of(1) + "?.old"});
  // A whole path of a file in the folder doesn't leave it.
  write_file(folder / "checkpoint", list_of({folder / name_of(1)}));
  CHECK(restore(folder).step == 1);
  CHECK(restore(folder).reasons.empty());
}

TEST_CASE("the time that a list takes grows as the list does", "[io][saver]") {
  const Folder folder;
  Counter(folder.path().string()).save({0});
  // Quadratic time would grow 64 times as much.
  const auto seconds = [&](int entries) {
    std::vector<std::string> all{name_of(0)};
    for (int step = 1; step < entries; ++step) all.push_back(name_of(step));
    write_file(folder / "checkpoint", list_of(all));
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 3; ++i) {
      const double start = processor_seconds();
      REQUIRE(restore(folder).reasons.size() == all.size() - 1);
      least = std::min(least, processor_seconds() - start);
    }
    return least;
  };
  const double few = seconds(2000);
  CHECK(seconds(16000) < 24 * few);
}

TEST_CASE("of very many checkpoints that can't be used a few are named", "[io][saver]") {
  const Folder folder;
  std::vector<std::string> all;
  for (int step = 0; step < 1000; ++step) all.push_back(name_of(step));
  write_file(folder / "checkpoint", list_of(all));
  const std::string error = io_error([&] { restore(folder); });
  CHECK(contains(error, "none of the 1000 checkpoints can be used"));
  CHECK(contains(error, "and 990 more"));
  CHECK(error.size() < 2000);
}
