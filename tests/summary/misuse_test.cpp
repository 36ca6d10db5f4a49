// Arguments that a writer refuses at the call, in whose name, before anything is written.
#include <filesystem>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "summary/event_files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;
using test::Folder;
namespace fs = std::filesystem;

namespace {

struct Refused {
  std::string says;
  std::function<void(summary::Writer&)> call;
};

void check_refused(const std::vector<Refused>& all) {
  const Folder folder;
  summary::Writer writer(folder.path.string());
  writer.flush();
  const auto before = std::filesystem::file_size(writer.path());
  for (const Refused& each : all) {
    const std::string message = error_of([&] { each.call(writer); });
    CAPTURE(message);
    CHECK(message.starts_with(each.says));
  }
  writer.flush();
  CHECK(std::filesystem::file_size(writer.path()) == before);
  const fs::directory_iterator there(folder.path);
  CHECK(std::distance(begin(there), end(there)) == 1);
}

TapeRecord record(DType dtype, const Shape& shape = {2}) {
  TapeRecord result;
  result.name = "x";
  result.operation = "leaf";
  result.dtype = dtype;
  result.shape = shape;
  return result;
}

using Writer = summary::Writer;

}  // namespace

TEST_CASE("empty tags and names are refused in the name of who was called", "[summary][misuse]") {
  const Tensor x = ones({2, 2});
  check_refused({
      {"add_scalar: the tag is empty", [](Writer& w) { w.add_scalar("", 1, 1); }},
      {"add_scalars: the tag is empty",
       [](Writer& w) {
         w.add_scalars("", {{"x", 1}}, 1);
       }},
      {"add_scalars: the name is empty",
       [](Writer& w) {
         w.add_scalars("x", {{"", 1}}, 1);
       }},
      {"add_histogram: the tag is empty", [&](Writer& w) { w.add_histogram("", x, 1); }},
      {"add_image: the tag is empty", [&](Writer& w) { w.add_image("", x, 1); }},
      {"add_text: the tag is empty", [](Writer& w) { w.add_text("", "text", 1); }},
      {"add_pr_curve: the tag is empty", [&](Writer& w) { w.add_pr_curve("", x, x, 1); }},
      {"add_embedding: the tag is empty", [&](Writer& w) { w.add_embedding("", x); }},
      {"add_hparams: the name is empty",
       [](Writer& w) {
         w.add_hparams({{"", 1}}, {});
       }},
      {"add_hparams: the tag is empty",
       [](Writer& w) {
         w.add_hparams({}, {{"", 1}});
       }},
      {"summary: the name of the folder is empty", [](Writer&) { Writer other(""); }},
      {"trace_update: the name of the operation is empty",
       [&](Writer&) { trace_update("", x, x); }},
      {"trace_update: the name of the operation is empty",
       [&](Writer&) { trace([&] { trace_update("", x, x); }); }},
  });
}

TEST_CASE("a time that no reader shows as a date is refused", "[summary][misuse]") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  std::vector<Refused> all;
  for (const double time : {std::numeric_limits<double>::quiet_NaN(), inf, -inf, -1.0, 1.7e12}) {
    all.push_back({"add_scalar: wall_time ", [=](Writer& w) { w.add_scalar("x", 1, 1, time); }});
  }
  check_refused(all);
  const Folder folder;
  Writer writer(folder.path.string());
  writer.add_scalar("x", 1, 1, 0.0);
  writer.add_scalar("x", 1, 2, 253402300799.0);
}

TEST_CASE("two values for one curve, setting or metric are refused", "[summary][misuse]") {
  check_refused({
      {"add_scalars: \"a\" and \"a\" of \"loss\" are one curve",
       [](Writer& w) {
         w.add_scalars("loss", {{"a", 1}, {"b", 2}, {"a", 3}}, 1);
       }},
      {"add_scalars: \"a/b\" and \"a_b\" of \"loss\" are one curve",
       [](Writer& w) {
         w.add_scalars("loss", {{"a/b", 1}, {"a_b", 2}}, 1);
       }},
      {"add_hparams: two values for \"lr\"",
       [](Writer& w) {
         w.add_hparams({{"lr", 1}, {"lr", 2}}, {});
       }},
      {"add_hparams: two values for the metric \"loss\"",
       [](Writer& w) {
         w.add_hparams({}, {{"loss", 1}, {"loss", 2}});
       }},
  });
  const Folder folder;
  Writer writer(folder.path.string());
  for (int step = 0; step < 2; ++step) writer.add_scalars("loss", {{"a/b", 1}, {"c", 2}}, step);
  CHECK_THROWS_AS(writer.add_scalars("loss", {{"a_b", 1}}, 2), Error);
  writer.add_scalars("loss_a", {{"b", 1}}, 2);  // another tag in the same run
}

TEST_CASE("records that are no operations are refused", "[summary][misuse]") {
  check_refused({
      {"add_graph: DType(77) is no element type",
       [](Writer& w) { w.add_graph({record(static_cast<DType>(77))}); }},
      {"add_graph: \"x\" has the shape [2, -2]",
       [](Writer& w) {
         w.add_graph({record(float32, {2, -2})});
       }},
  });
}
