// Which checkpoints stay, which is the newest, and what happens when the folder is not as a Saver
// left it.
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include <atomic>
#include <set>
#include <thread>

#include "io/atomic_file.hpp"
#include "io/folder_lock.hpp"
#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/io/saver.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using io::latest_checkpoint;
using io::Saver;

namespace {

/// The names in a folder, without the state file.
std::set<std::string> names(const Folder& folder) {
  std::set<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    result.insert(entry.path().filename().string());
  }
  result.erase("checkpoint");
  return result;
}

std::set<std::string> files(std::initializer_list<int> steps) {
  std::set<std::string> result;
  for (const int step : steps) result.insert(fmt::format("ckpt-{}.safetensors", step));
  return result;
}

std::int64_t latest_step(const Folder& folder) {
  Counter counter(folder.path().string());
  const auto restored = counter.saver.restore_latest();
  return restored ? counter.step : -1;
}

/// Makes a file look as if it had been written so many seconds ago.
void set_age(const std::string& path, int seconds) {
  using Time = std::filesystem::file_time_type;
  std::filesystem::last_write_time(path, Time::clock::now() - std::chrono::seconds(seconds));
}

const std::string state_of_3_and_7 =
    "model_checkpoint_path: \"ckpt-7.safetensors\"\n"
    "all_model_checkpoint_paths: \"ckpt-3.safetensors\"\n"
    "all_model_checkpoint_paths: \"ckpt-7.safetensors\"\n";

}  // namespace

TEST_CASE("the folder is made, with a list of what is in it", "[io][saver]") {
  const Folder folder;
  Counter counter(folder / "a/b//c/");
  counter.save({3, 7});
  CHECK(read_file(folder / "a/b/c/checkpoint") == state_of_3_and_7);
  CHECK(latest_checkpoint(folder / "a/b/c") == folder / "a/b/c/ckpt-7.safetensors");
}

TEST_CASE("max_to_keep checkpoints stay, also of earlier Savers", "[io][saver]") {
  const Folder folder;
  Counter(folder.path().string(), {.max_to_keep = 3}).save({1, 2, 3, 4});
  CHECK(names(folder) == files({2, 3, 4}));
  Counter(folder.path().string(), {.max_to_keep = 2}).save({5});
  CHECK(names(folder) == files({4, 5}));
  Counter(folder.path().string(), {.max_to_keep = 0}).save({6, 7, 8, 9, 10, 11});
  CHECK(names(folder).size() == 8);
  Counter(folder.path().string()).save({12});
  CHECK(names(folder) == files({8, 9, 10, 11, 12}));
}

TEST_CASE("multiples of keep_every stay for ever", "[io][saver]") {
  const Folder folder;
  Counter counter(folder.path().string(), {.max_to_keep = 1, .keep_every = 10});
  counter.save({0, 5, 10, 15, 20, 25});
  CHECK(names(folder) == files({0, 10, 20, 25}));
  CHECK(latest_step(folder) == 25);
}

TEST_CASE("a step that is saved again is replaced and is the newest", "[io][saver]") {
  const Folder folder;
  Counter counter(folder.path().string(), {.max_to_keep = 2});
  counter.save({1, 2});
  counter.step = 100;
  CHECK(counter.saver.save(1) == folder / "ckpt-1.safetensors");
  CHECK(names(folder) == files({1, 2}));
  CHECK(latest_step(folder) == 100);
  counter.save({3});
  CHECK(names(folder) == files({1, 3}));
}

TEST_CASE("a run that went back to a lower step saves the newest checkpoints", "[io][saver]") {
  const Folder folder;
  Counter counter(folder.path().string(), {.max_to_keep = 2});
  counter.save({100, 200, 50});
  CHECK(names(folder) == files({200, 50}));
  CHECK(latest_step(folder) == 50);
}

TEST_CASE("an empty or missing folder has no checkpoint", "[io][saver]") {
  const Folder folder;
  CHECK_FALSE(latest_checkpoint(folder.path().string()));
  CHECK_FALSE(latest_checkpoint(folder / "none"));
  CHECK(latest_step(folder) == -1);
  CHECK_FALSE(Counter(folder / "none").saver.restore_latest());
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
}

TEST_CASE("without a whole state file the highest step is the newest", "[io][saver]") {
  const Folder folder;
  Counter(folder.path().string()).save({9, 10, 3});
  REQUIRE(latest_step(folder) == 3);
  const std::string text = read_file(folder / "checkpoint");
  const std::size_t first_line = text.find('\n') + 1;
  for (std::size_t size = 0; size < first_line - 1; ++size) {
    write_file(folder / "checkpoint", text.substr(0, size));
    INFO("the first " << size << " bytes of the state file");
    REQUIRE(latest_step(folder) == 10);
  }
  std::filesystem::remove(folder / "checkpoint");
  CHECK(latest_step(folder) == 10);
  Counter(folder.path().string(), {.max_to_keep = 2}).save({11});
  CHECK(names(folder) == files({10, 11}));
  CHECK(latest_step(folder) == 11);
}

TEST_CASE("a checkpoint that the state file doesn't name yet is the newest", "[io][saver]") {
  const Folder folder;
  Counter counter(folder.path().string());
  counter.save({3, 7});
  const std::string before = read_file(folder / "checkpoint");
  counter.save({8});
  write_file(folder / "checkpoint", before);  // as a crash between the two renames leaves it
  set_age(folder / "checkpoint", 2);
  set_age(folder / "ckpt-8.safetensors", 1);
  CHECK(latest_step(folder) == 8);
  counter.save({5});
  set_age(folder / "checkpoint", 2);
  CHECK(latest_step(folder) == 5);
}

TEST_CASE("a state file written by hand says what is the newest", "[io][saver]") {
  const Folder folder;
  Counter counter(folder.path().string());
  counter.save({3, 7});
  for (const char* name : {"ckpt-3.safetensors", "ckpt-7.safetensors"}) set_age(folder / name, 9);
  write_file(folder / "checkpoint", "model_checkpoint_path: \"./ckpt-3.safetensors\"\n");
  CHECK(latest_step(folder) == 3);
  std::filesystem::create_directory(folder / "best");
  std::filesystem::copy(folder / "ckpt-3.safetensors", folder / "best/b\"\n");
  write_file(folder / "checkpoint", "model_checkpoint_path: \"best/b\\\"\\n\"\n");
  CHECK(latest_checkpoint(folder.path().string()) == folder / "best/b\"\n");
  write_file(folder / "checkpoint", "model_checkpoint_path: \"" + (folder / "best/gone") + "\"\n");
  CHECK(latest_step(folder) == 7);
}

TEST_CASE("files of others in the folder stay and aren't counted", "[io][saver]") {
  const Folder folder;
  for (const char* name :
       {"ckpt-.safetensors", "ckpt-01.safetensors", "ckpt-x.safetensors", "ckpt--3.safetensors",
        "ckpt-99999999999999999999.safetensors", "model.safetensors", ".tapegrad-saver-notes",
        ".tapegrad-saver-x1.tmp"}) {
    write_file(folder / name, "");
  }
  std::filesystem::create_directory(folder / "ckpt-5.safetensors");
  Counter(folder.path().string(), {.max_to_keep = 1}).save({1, 2});
  CHECK(names(folder).size() == 10);
  CHECK(latest_step(folder) == 2);
}

TEST_CASE("the temporary files of killed processes are removed, not those of living ones",
          "[io][saver]") {
  const Folder folder;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    io::AtomicFile file("test", folder / "ckpt-7.safetensors", ".tapegrad-saver-");
    file.write("half");
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  Counter counter(folder.path().string());
  counter.save({1});
  CHECK(names(folder).size() == 2);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  CHECK(names(folder).size() == 2);
  counter.save({2});
  CHECK(names(folder) == files({1, 2}));
}

TEST_CASE("Savers of several threads share a folder", "[io][saver]") {
  const Folder folder;
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id) {
    threads.emplace_back([&folder, id] {
      Counter counter(folder.path().string(), {.max_to_keep = 3});
      for (int i = 0; i < 20; ++i) counter.save({i * 4 + id});
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(names(folder).size() == 3);
  CHECK(latest_step(folder) >= 0);
  const auto path = latest_checkpoint(folder.path().string());
  REQUIRE(path);
  CHECK(
      contains(read_file(folder / "checkpoint"), std::filesystem::path(*path).filename().string()));
}

TEST_CASE("a save gives its file a name when no other save is about to list the folder",
          "[io][saver]") {
  const Folder folder;
  auto other = std::make_unique<io::FolderLock>("test", folder.path().string());
  std::thread saving([&] { Counter(folder.path().string()).save({1}); });
  // Long enough for a save that doesn't wait.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(files({1}) != names(folder));
  other.reset();
  saving.join();
  CHECK(files({1}) == names(folder));
}

TEST_CASE("folders that can't be used give errors with their path", "[io][saver]") {
  const Folder folder;
  write_file(folder / "file", "text");
  CHECK(io_error([&] { Counter(folder / "file").save({1}); }) ==
        "save: not a folder: " + (folder / "file"));
  CHECK(io_error([&] { Counter(folder / "file/below").save({1}); }) ==
        "save: not a folder: " + (folder / "file"));
  CHECK(io_error([&] { latest_checkpoint(folder / "file"); }) ==
        "latest_checkpoint: not a folder: " + (folder / "file"));
  CHECK(io_error([&] { Counter(folder / "file").saver.restore_latest(); }) ==
        "restore_latest: not a folder: " + (folder / "file"));
  // The kernel's own folders refuse new files, also from root.
  CHECK(io_error([] {
          Counter("/proc/none").save({1});
        }).starts_with("save: cannot make the folder: /proc/none: "));
  CHECK(io_error([] {
          Counter("/proc").save({1});
        }).starts_with("save: cannot create: /proc/ckpt-1.safetensors: "));
}

TEST_CASE("a folder in the place of the list is said, and nothing is lost", "[io][saver]") {
  const Folder folder;
  Run run;
  io::Saver saver = saver_of(run, folder);
  saver.save(1);
  std::filesystem::remove(folder / "checkpoint");
  std::filesystem::create_directory(folder / "checkpoint");
  CHECK(contains(io_error([&] { saver.save(2); }), "it can't be listed"));
  CHECK(saver.restore_latest()->step == 2);
}

TEST_CASE("a reader never meets a checkpoint that a writer removes", "[io][saver]") {
  const Folder folder;
  double number = 0;
  io::Saver writer(folder.path().string(), {.max_to_keep = 1});
  writer.add("number", number);
  writer.save(0);
  std::atomic<bool> done = false;
  std::string problem;
  std::thread reading([&] {
    double read = 0;
    io::Saver reader(folder.path().string());
    reader.add("number", read);
    for (double newest = 0; !done && problem.empty(); newest = read) {
      try {
        const auto restored = reader.restore_latest();
        if (!restored || !restored->passed_over.empty()) problem = "passed over";
        if (read < newest) problem = "went back";
      } catch (const Error& error) {
        problem = error.what();
      }
    }
  });
  for (int step = 1; step <= 60; ++step) {
    number = step;
    writer.save(step);
  }
  done = true;
  reading.join();
  CHECK(problem.empty());
}
