// A row of docs/benchmarks.md: one piece of work, written for each library that can do it, in one
// place (rows/). Each library's program compiles its own part of a row: LIBRARY is OURS, TORCH,
// LIMITS or XTENSOR.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#define LIBRARY_OURS 1
#define LIBRARY_TORCH 2
#define LIBRARY_LIMITS 3
#define LIBRARY_XTENSOR 4
#define LIBRARY_NUMBER_(name) LIBRARY_##name
#define LIBRARY_NUMBER(name) LIBRARY_NUMBER_(name)
#define LIBRARY_IS(name) (LIBRARY_NUMBER(LIBRARY) == LIBRARY_##name)

// OURS(text) is the text in our program and nothing in the others; TENSORS(text) is for ours and
// torch, which spell most things alike (lib:: in library.hpp).
#if LIBRARY_IS(OURS)
#define OURS(...) __VA_ARGS__
#define TENSORS(...) __VA_ARGS__
#else
#define OURS(...)
#endif
#if LIBRARY_IS(TORCH)
#define TORCH(...) __VA_ARGS__
#define TENSORS(...) __VA_ARGS__
#else
#define TORCH(...)
#endif
#if LIBRARY_IS(LIMITS)
#define LIMIT(...) __VA_ARGS__
#else
#define LIMIT(...)
#endif
#if LIBRARY_IS(XTENSOR)
#define XTENSOR(...) __VA_ARGS__
#else
#define XTENSOR(...)
#endif
#ifndef TENSORS
#define TENSORS(...)
#endif

namespace versus {

/// `run` is timed, `before` runs ahead of each run and isn't; `operations` is how many a run has.
struct Work {
  std::function<void()> run;
  std::function<void()> before = {};
  int operations = 1;

  Work() = default;  // nothing: the library has no such work
  template <std::invocable F>
  Work(F f) : run(std::move(f)) {}
  template <std::invocable F, std::invocable B>
  Work(F f, B b, int count) : run(std::move(f)), before(std::move(b)), operations(count) {}
};

struct Row {
  std::string name;
  std::function<Work()> make;
  std::string why_slower;  ///< shown where we lose
};

struct Group {
  std::string title;
  std::vector<Row> rows;

  /// make() gives the work, or what it runs; or nothing, where the library has no such work.
  template <class Make>
  void add(std::string name, Make make, std::string why_slower = "") {
    const auto work = [make = std::move(make)]() -> Work {
      if constexpr (std::is_void_v<decltype(make())>) {
        return {};
      } else {
        return make();
      }
    };
    rows.push_back({std::move(name), work, std::move(why_slower)});
  }
};

Group overhead();
Group models();
Group programs();
Group layers();
Group sequences();
Group pointwise();
Group reductions();
Group movement();
Group products();

/// "exp, 1M"
std::string sized(std::string_view what, std::int64_t n);
constexpr std::int64_t sizes[] = {1, 1'000, 100'000, 1'000'000, 10'000'000};

/// The optimizer must believe that somebody reads it. Called by its full name where xtensor has a
/// keep(), too.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

/// How many threads the library may use from now on, and which library it is.
void use_threads(int count);
std::string version();

}  // namespace versus
