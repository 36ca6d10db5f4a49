// The writer's thread: how much may wait for it, and where there is none.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "summary/event_files.hpp"
#include "support/errors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contents;
using test::Folder;
using test::is_refused;
using test::records;

namespace {

/// What a child process that runs `f` ends with: 0 if it returns true.
template <class F>
int in_child(F&& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // rather than wait for a thread that isn't there
    std::_Exit(f() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("what waits is limited by bytes, too", "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.flush_seconds = 3600, .max_waiting_bytes = 10000});
  const Tensor x = ones({1000});
  for (int i = 0; i < 100; ++i) writer.add_histogram("x", x, i);
  // Three of 4000 bytes may wait, and some more be on their way to the file.
  CHECK(records(contents(writer.path())).size() >= 90);
  for (int i = 0; i < 100; ++i) writer.add_text("y", std::string(5000, 'y'), i);
  CHECK(records(contents(writer.path())).size() >= 190);
  writer.flush();
  CHECK(records(contents(writer.path())).size() == 201);
}

TEST_CASE("one event larger than all that may wait is written all the same, and alone",
          "[summary]") {
  const Folder folder;
  summary::Writer writer(folder.path.string(), {.max_waiting_bytes = 1});
  const Tensor x = ones({200000});
  for (std::size_t i = 0; i < 20; ++i) {
    writer.add_histogram("x", x, 0);
    CHECK(records(contents(writer.path())).size() >= 1 + i);
  }
  writer.close();
  CHECK(records(contents(writer.path())).size() == 21);
}

TEST_CASE("the child of a fork can't write into its parent's file, and doesn't hang", "[summary]") {
  const Folder folder;
  std::optional<summary::Writer> writer(summary::Writer(folder.path.string()));
  const std::string path = writer->path();
  writer->add_scalar("x", 1, 1);
  writer->add_scalars("group", {{"a", 1}}, 1);
  // Until both threads wait: a sanitizer's locks are taken while a thread begins, and stay so in
  // the child.
  writer->flush();
  CHECK(in_child([&] {
          const bool refused = is_refused([&] { writer->add_scalar("x", 2, 2); }) &&
                               is_refused([&] { writer->flush(); }) && is_refused([&] {
                                 writer->add_embedding("x", ones({1, 1}));
                               });
          writer->close();
          summary::Writer another(folder.path.string());
          another.add_scalar("x", 3, 3);
          another.close();
          return refused && records(contents(another.path())).size() == 2;
        }) == 0);
  CHECK(in_child([&] {
          writer.reset();
          return true;
        }) == 0);
  writer->add_scalar("x", 2, 2);
  writer->close();
  CHECK(records(contents(path)).size() == 3);
}

TEST_CASE("where no thread can be made a writer says so and leaves no file", "[summary]") {
  const Folder folder;
  // In a child, as it is for the whole process: stacks larger than all addresses.
  CHECK(in_child([&] {
          pthread_attr_t attributes;
          ::pthread_attr_init(&attributes);
          ::pthread_attr_setstacksize(&attributes, std::size_t{1} << 47);
          if (::pthread_setattr_default_np(&attributes) != 0) return false;
          return is_refused([&] { summary::Writer(folder.path.string()); }) &&
                 !std::filesystem::exists(folder.path);
        }) == 0);
}
