// Who waits for whom in a folder, and what is said about it.
#include "io/folder_lock.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include <atomic>
#include <limits>
#include <memory>
#include <thread>

#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"

using namespace tapegrad;
using namespace tapegrad::test;

namespace {

/// A process that holds the lock of a folder until the end of the scope.
class Holder {
 public:
  explicit Holder(const std::string& folder) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      const io::FolderLock lock("child", folder);
      if (::write(ready[1], "x", 1) == 1) ::pause();
      ::_exit(1);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Holder() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  pid_t process() const { return process_; }

 private:
  pid_t process_ = -1;
};

}  // namespace

TEST_CASE("one lock of a folder is held at a time", "[io][saver]") {
  const Folder folder;
  std::atomic<int> inside{0};
  std::atomic<bool> crowded{false};
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const io::FolderLock lock("test", folder.path().string());
        if (++inside != 1) crowded = true;
        std::this_thread::yield();
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(crowded);
}

TEST_CASE("who waits too long for a folder is told which process has it", "[io][saver]") {
  const Folder folder;
  const std::string path = folder.path().string();
  Counter counter(path, {.lock_seconds = 0.05});
  counter.save({1});
  const Holder holder(path);
  const std::string reason = fmt::format(
      "waited 0.05 s for the folder {}, which process {} has locked", path, holder.process());
  CHECK(io_error([&] { counter.save({2}); }) == "save: " + reason);
  CHECK(io_error([&] { counter.saver.restore_latest(); }) == "restore_latest: " + reason);
  CHECK(folder.count() == 2);  // nothing half done is left
}

TEST_CASE("who asks for the latest checkpoint waits as a Saver does", "[io][saver]") {
  const Folder folder;
  const std::string path = folder.path().string();
  Counter(path).save({1});
  CHECK(contains(error_of([&] { io::latest_checkpoint(path, {.lock_seconds = -1}); }),
                 "latest_checkpoint: lock_seconds -1; use 0 or more, or infinity"));
  const Holder holder(path);
  const std::string whom =
      fmt::format("for the folder {}, which process {} has locked", path, holder.process());
  std::vector<std::string> told;
  const io::LatestOptions options{
      .lock_seconds = 1.1, .on_wait = [&](const std::string& message) { told.push_back(message); }};
  CHECK(io_error([&] { io::latest_checkpoint(path, options); }) ==
        "latest_checkpoint: waited 1.1 s " + whom);
  CHECK(told == std::vector{"latest_checkpoint: waiting " + whom});
}

TEST_CASE("a lock of the own process is called that", "[io][saver]") {
  const Folder folder;
  const io::FolderLock lock("test", folder.path().string());
  CHECK(contains(io_error([&] { Counter(folder.path().string(), {.lock_seconds = 0}).save({1}); }),
                 fmt::format("which this process, {}, has locked", ::getpid())));
}

TEST_CASE("after a second of waiting the user is told once, and the save goes on", "[io][saver]") {
  const Folder folder;
  const std::string path = folder.path().string();
  std::vector<std::string> told;
  std::unique_ptr<Holder> holder = std::make_unique<Holder>(path);
  const pid_t process = holder->process();
  const auto on_wait = [&](const std::string& message) { told.push_back(message); };
  Counter counter(path,
                  {.lock_seconds = std::numeric_limits<double>::infinity(), .on_wait = on_wait});
  std::thread ending([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1300));
    holder.reset();
  });
  counter.save({1});
  ending.join();
  REQUIRE(told.size() == 1);
  CHECK(told[0] ==
        fmt::format("save: waiting for the folder {}, which process {} has locked", path, process));
  counter.save({2});
  CHECK(told.size() == 1);
}
