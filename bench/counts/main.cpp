// Runs one case of bench/overhead so that callgrind can count its instructions, which repeat where
// times don't: `counts` lists the cases, `counts CASE` runs one. counts.py does the counting.
#include <cstdio>
#include <cstring>
#include <functional>

#include "../overhead/cases.hpp"

/// What runs within this function is counted (callgrind's --toggle-collect).
extern "C" [[gnu::noinline]] void counted(const std::function<void()>& run);
void counted(const std::function<void()>& run) {
  run();
  asm volatile("");  // no jump in place of the call, which would end the function before its work
}

namespace {

/// Lists of free memory are filled, and what is computed once is there.
constexpr int warm_up = 3;
constexpr int rounds = 10;

#ifdef __clang__
constexpr const char* compiler = "clang " __clang_version__;
#else
constexpr const char* compiler = "g++ " __VERSION__;
#endif

void run(const overhead::Case& c) {
  const overhead::Work work = c.make();
  for (int i = 0; i < warm_up + rounds; ++i) {
    if (work.before) work.before();
    i < warm_up ? work.run() : counted(work.run);
    if (work.after) work.after();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 1) {
    std::printf("%s\n", compiler);
    for (const overhead::Case& c : overhead::cases()) {
      std::printf("%s %d\n", c.name, rounds * c.operations);
    }
    return 0;
  }
  for (const overhead::Case& c : overhead::cases()) {
    if (std::strcmp(c.name, arguments[1]) != 0) continue;
    run(c);
    return 0;
  }
  std::fprintf(stderr, "counts: there is no case '%s'\n", arguments[1]);
  return 2;
}
