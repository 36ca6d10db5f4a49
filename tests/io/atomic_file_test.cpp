#include "io/atomic_file.hpp"

#include <sys/stat.h>

#include "files.hpp"
#include "support/catch.hpp"
#include "support/full_disk.hpp"
#include "tapegrad/ops/create.hpp"

using tapegrad::io::AtomicFile;
using namespace tapegrad::test;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat facts {};
  ::stat(path.c_str(), &facts);
  return facts.st_mode & 07777;
}

}  // namespace

TEST_CASE("a file appears under its name when it is committed", "[io]") {
  const Folder folder;
  AtomicFile file("test", folder / "a");
  file.write("one");
  file.write("two");
  CHECK_FALSE(std::filesystem::exists(folder / "a"));
  file.commit();
  CHECK(read_file(folder / "a") == "onetwo");
  CHECK(folder.count() == 1);
}

TEST_CASE("bytes that were written can be replaced before the commit", "[io]") {
  const Folder folder;
  AtomicFile file("test", folder / "a");
  file.write("head, ");
  file.overwrite(1, "EA");
  file.write("tail");
  file.commit();
  CHECK(read_file(folder / "a") == "hEAd, tail");
}

TEST_CASE("a file that was replaced by name is committed, also after others were removed", "[io]") {
  const Folder folder;
  AtomicFile file("test", folder / "a");
  write_file(folder / "other", "by name");
  std::filesystem::rename(folder / "other", file.temporary_path());
  AtomicFile::remove_abandoned(folder.path().string(), ".another-");
  file.commit();
  CHECK(read_file(folder / "a") == "by name");
  CHECK(folder.count() == 1);
}

TEST_CASE("without a commit the old file stays and nothing is left over", "[io]") {
  const Folder folder;
  write_file(folder / "a", "old");
  { AtomicFile("test", folder / "a").write("new"); }
  CHECK(read_file(folder / "a") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("a full disk leaves the old file and nothing else", "[io]") {
  const Folder folder;
  write_file(folder / "a", "old");
  const std::string error = io_error([&] {
    AtomicFile file("test", folder / "a");
    const FullDisk full(1000);
    file.write(std::string(3000, 'x'));
  });
  CHECK(error == "test: cannot write: " + (folder / "a") + ": File too large");
  CHECK(read_file(folder / "a") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("replacing a file keeps its permissions, a new one follows the umask", "[io]") {
  const Folder folder;
  write_file(folder / "a", "old");
  ::chmod((folder / "a").c_str(), 0640);
  const mode_t mask = ::umask(027);
  for (const char* name : {"a", "b"}) {
    AtomicFile file("test", folder / name);
    file.commit();
  }
  ::umask(mask);
  CHECK(mode_of(folder / "a") == 0640);
  CHECK(mode_of(folder / "b") == 0640);
  CHECK(read_file(folder / "a").empty());
}

TEST_CASE("writing through a symbolic link replaces its target", "[io]") {
  const Folder folder;
  std::filesystem::create_directory(folder / "far");
  write_file(folder / "far/a", "old");
  std::filesystem::create_symlink("far/a", folder / "link");
  AtomicFile file("test", folder / "link");
  file.write("new");
  file.commit();
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(read_file(folder / "far/a") == "new");
}

TEST_CASE("a folder, a device and a missing folder can't be written", "[io]") {
  const Folder folder;
  CHECK(io_error([&] { AtomicFile("test", folder.path().string()); }) ==
        "test: not a file that can be replaced: " + folder.path().string() +
            "; give another path, or move it away");
  CHECK(io_error([&] { AtomicFile("test", "/dev/null"); }) ==
        "test: not a file that can be replaced: /dev/null; give another path, or move it away");
  CHECK(io_error([&] { AtomicFile("test", folder / "no/a"); }) ==
        "test: cannot create: " + (folder / "no/a") + ": No such file or directory");
}
