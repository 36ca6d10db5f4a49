// What else may stand in a folder of checkpoints: very many names, links, and things in the way.
#include "io/checkpoint_files.hpp"

#include <sys/stat.h>
#include <time.h>

#include <fmt/core.h>

#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/full_disk.hpp"
#include "tapegrad/io/saver.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
namespace fs = std::filesystem;

namespace {

std::string name_of(int step) { return fmt::format("ckpt-{}.safetensors", step); }

void write_list(const Folder& folder, const std::vector<std::string>& paths) {
  std::string text = "model_checkpoint_path: \"" + paths.back() + "\"\n";
  for (const std::string& path : paths) {
    text += "all_model_checkpoint_paths: \"" + path + "\"\n";
  }
  write_file(folder / "checkpoint", text);
}

template <class F>
double processor_seconds(F&& work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  const double start = now();
  work();
  return now() - start;
}

}  // namespace

TEST_CASE("100,000 names in a list are reported in a moment", "[io][saver]") {
  const Folder folder;
  Counter counter(folder.path().string());
  counter.save({0});
  std::string form = "{}";
  std::string problem = "it isn't there";
  SECTION("as Saver gives them") {}
  SECTION("in a folder below") { form = "below/{}"; }
  SECTION("beyond the folder") {
    form = "../{}";
    problem = "its path leaves the folder";
  }
  const auto seconds_to_restore = [&](std::size_t count) {
    std::vector<std::string> all{name_of(0)};
    for (std::size_t step = 1; step <= count; ++step) {
      all.push_back(fmt::format(fmt::runtime(form), name_of(static_cast<int>(step))));
    }
    write_list(folder, all);
    return processor_seconds([&] {
      const auto restored = counter.saver.restore_latest();
      REQUIRE(restored);
      CHECK(restored->step == 0);
      REQUIRE(restored->passed_over.size() == count);
      const std::string path = (fs::path(folder.path()) / all[count - 1]).lexically_normal();
      CHECK(restored->passed_over[1].path == path);
      CHECK(restored->passed_over[1].reason == "restore: " + problem + ": " + path);
    });
  };
  const double few = seconds_to_restore(20'000);
  const double many = seconds_to_restore(100'000);
  CHECK(many < 12 * few);  // 5 times as a rule; where each name is compared with each, 25 times
  CHECK(processor_seconds([&] { counter.save({1}); }) < 5 * many);
  CHECK(counter.saver.restore_latest()->passed_over.empty());
}

TEST_CASE("a checkpoint that a symbolic link has outside the folder is passed over",
          "[io][saver]") {
  const Folder folder;
  const Folder other;
  Counter(folder.path().string()).save({1});
  Counter(other.path().string()).save({2});
  std::string newest = name_of(2);
  SECTION("in a linked folder") {
    fs::create_directory_symlink(other.path(), folder / "linked");
    newest = "linked/" + newest;
  }
  SECTION("in a linked folder, under a name of the user's") {
    fs::rename(other / newest, other / "best");
    fs::create_directory_symlink(other.path(), folder / "linked");
    newest = "linked/best";
  }
  SECTION("a linked file") { fs::create_symlink(other / newest, folder / newest); }
  SECTION("a linked file that no list names") {
    fs::create_symlink(other / newest, folder / newest);
    fs::remove(folder / "checkpoint");
    newest.clear();
  }
  if (!newest.empty()) write_list(folder, {name_of(1), newest});
  Counter counter(folder.path().string());
  const auto restored = counter.saver.restore_latest();
  REQUIRE(restored);
  CHECK(restored->step == 1);
  REQUIRE(restored->passed_over.size() == 1);
  CHECK(restored->passed_over[0].reason.starts_with(
      "restore: a symbolic link leads out of the folder: " + folder.path().string() + "/"));
  CHECK(io::latest_checkpoint(folder.path().string()) == folder / name_of(1));
}

TEST_CASE("links within a folder of checkpoints, and to it, are followed", "[io][saver]") {
  const Folder folder;
  fs::create_directories(folder / "real/old");
  fs::create_directory_symlink("real", folder / "linked");
  Counter counter(folder / "linked");
  counter.save({1, 2});
  fs::rename(folder / "real/" + name_of(2), folder / "real/old/x");
  fs::create_symlink("old/x", folder / "real/" + name_of(2));
  const auto restored = counter.saver.restore_latest();
  REQUIRE(restored);
  CHECK(restored->step == 2);
  CHECK(restored->passed_over.empty());
}

TEST_CASE("a save replaces a link, not what it leads to", "[io][saver]") {
  const Folder folder;
  const Folder other;
  write_file(other / "x", "precious");
  for (const std::string& name : {name_of(1), std::string("checkpoint")}) {
    fs::create_symlink(other / "x", folder / name);
  }
  Counter counter(folder.path().string());
  counter.save({1});
  CHECK(read_file(other / "x") == "precious");
  CHECK(counter.saver.restore_latest()->step == 1);
}

TEST_CASE("a save says what stands in the place of the list, and saves the checkpoint",
          "[io][saver]") {
  const Folder folder;
  const std::string list = folder / "checkpoint";
  std::string what = "no regular file is";
  SECTION("a folder") {
    fs::create_directory(list);
    what = "a folder is";
  }
  SECTION("a pipe") { REQUIRE(::mkfifo(list.c_str(), 0600) == 0); }
  Counter counter(folder.path().string());
  for (const int step : {1, 2}) {
    CHECK(io_error([&] { counter.save({step}); }) ==
          "save: " + (folder / name_of(step)) + " is saved, but it can't be listed, because " +
              what + " where the list belongs: " + list + "; move that away");
    CHECK(counter.saver.restore_latest()->step == step);
  }
  fs::rename(list, folder / "away");
  counter.save({3});
  CHECK(counter.saver.restore_latest()->passed_over.empty());
}

TEST_CASE("a folder in the place of a checkpoint is refused at each save of that step",
          "[io][saver]") {
  const Folder folder;
  fs::create_directory(folder / name_of(1));
  Counter counter(folder.path().string());
  CHECK(io_error([&] { counter.save({1}); }) ==
        "save: not a file that can be replaced: " + (folder / name_of(1)) +
            "; give another path, or move it away");
  CHECK(folder.count() == 1);
  counter.save({2});
  CHECK(counter.saver.restore_latest()->step == 2);
}

TEST_CASE("a save that fails leaves no folders that it made", "[io][saver]") {
  const Folder folder;
  fs::create_directory(folder / "a");
  Counter counter(folder / "a/b/c");
  {
    const FullDisk full(10);
    CHECK_THROWS_AS(counter.save({1}), IoError);
  }
  CHECK(fs::is_empty(folder / "a"));
  // Neither those that it made before one can't be made.
  CHECK_THROWS_AS(Counter(folder / "a/b/" + std::string(300, 'x')).save({1}), IoError);
  CHECK(fs::is_empty(folder / "a"));
  counter.save({1});
  CHECK(counter.saver.restore_latest()->step == 1);
}
