// What a writer holds, for the files that its operations are written in.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/check.hpp"
#include "summary/event_queue.hpp"
#include "summary/utf8.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/summary/writer.hpp"

namespace tapegrad::summary {

/// Kinds of data, of which TensorBoard shows one under a tag.
enum class Kind { scalar, histogram, image, text, curve };

inline std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::scalar:
      return "scalar";
    case Kind::histogram:
      return "histogram";
    case Kind::image:
      return "image";
    case Kind::text:
      return "text";
    case Kind::curve:
      break;
  }
  return "curve";
}

/// Which function adds it.
inline std::string_view adder_of(Kind kind) {
  switch (kind) {
    case Kind::scalar:
      return "add_scalar";
    case Kind::histogram:
      return "add_histogram";
    case Kind::image:
      return "add_image";
    case Kind::text:
      return "add_text";
    case Kind::curve:
      break;
  }
  return "add_pr_curve";
}

/// Tensor operations of the writer's own: a trace that is going on doesn't list them.
template <class F>
void untraced(F&& f) {
  if (tracing()) {
    trace(std::forward<F>(f));  // of which the outer one sees nothing
  } else {
    f();
  }
}

/// Names of values, by run and tag.
using Curves = std::map<std::pair<std::string, std::string>, std::string>;

struct Writer::Impl {
  std::string directory;
  WriterOptions options;
  std::string path;
  std::unique_ptr<EventQueue> queue;                // null once closed
  std::map<std::string, Writer, std::less<>> runs;  // of add_scalars
  std::map<std::string, Kind, std::less<>> kinds;   // of data, by tag
  Curves curves;                                    // of add_scalars
  bool has_hparams = false;

  Impl(const std::string& directory, const WriterOptions& options, Begin begin);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { close_queue(queue); }

  EventQueue& open() const {
    check<Error>(queue != nullptr, "summary: {} is closed; make another writer", path);
    check<Error>(queue->in_owner_process(),
                 "summary: {} belongs to the process that this one was forked from; make another "
                 "writer",
                 path);
    return *queue;
  }

  /// Throws Error in `operation`'s name if the tag can't have this kind of data.
  void check_tag(std::string_view operation, std::string_view tag, Kind kind) const {
    const auto found = kinds.find(tag);
    if (found == kinds.end()) return check_name(operation, "tag", tag);
    check<Error>(found->second == kind, "{}: the tag \"{}\" has {}s already; give the {} another",
                 operation, tag, name_of(found->second), name_of(kind));
  }

  // On the path of every scalar: one search of a tag that is known.
  void claim(std::string_view tag, Kind kind) {
    const auto found = kinds.lower_bound(tag);
    if (found != kinds.end() && found->first == tag && found->second == kind) [[likely]]
      return;
    check_tag(adder_of(kind), tag, kind);
    kinds.emplace_hint(found, tag, kind);
  }
};

}  // namespace tapegrad::summary
