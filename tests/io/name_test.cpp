// A name with a NUL is refused wherever one is given, before anything is written: a reader in C
// would end it there, and take it for another.
#include "files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/summary/writer.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using namespace std::string_literals;

namespace {

const std::string name = "a\0b"s;

/// A part with a tensor of that name.
struct Named {
  Tensor x = ones({1});
  StateDict state_dict() const { return {{name, x}}; }
  void load_state_dict(const StateDict&) {}
};

}  // namespace

TEST_CASE("a name with a NUL is refused in what is saved", "[io]") {
  const Folder folder;
  const Tensor x = ones({1});
  const auto refused = [&](const std::function<void()>& use) {
    return contains(io_error(use), ": a name with a NUL, \"a?b");
  };
  CHECK(refused([&] { io::save_safetensors(folder / "x", {{name, x}}); }));
  CHECK(refused([&] { io::save_safetensors(folder / "x", {{"x", x}}, {{name, "text"}}); }));
  CHECK(refused([&] { io::save_npz(folder / "x", {{name, x}}); }));
  CHECK(refused([&] { io::Saver saver(folder / "y", {.metadata = {{name, "text"}}}); }));
  Named part;
  CHECK_THROWS_AS(io::Saver(folder / "y").add("part", part).save(1), IoError);
  CHECK_FALSE(std::filesystem::exists(folder / "y"));
  CHECK(folder.count() == 0);
  // A text isn't a name.
  io::save_safetensors(folder / "x", {{"x", x}}, {{"text", name}});
  CHECK(io::load_safetensors(folder / "x").metadata.at("text") == name);
}

TEST_CASE("a name with a NUL is refused in what is loaded", "[io]") {
  const Folder folder;
  for (const std::string header :
       {R"({"a\u0000b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
        R"({"__metadata__":{"a\u0000b":"text"}})"}) {
    write_file(folder / "x", static_cast<char>(header.size()) + std::string(7, '\0') + header);
    CHECK(contains(io_error([&] { io::load_safetensors(folder / "x"); }),
                   "a name with a NUL, \"a?b\""));
    CHECK_THROWS_AS(io::list_safetensors(folder / "x"), IoError);
  }
}

TEST_CASE("a name with a NUL is refused in what is logged", "[io]") {
  const Folder folder;
  summary::Writer writer(folder / "log");
  writer.flush();
  const std::uintmax_t before = std::filesystem::file_size(writer.path());
  const Tensor x = ones({2, 2});
  const auto refused = [&](const std::function<void()>& use) {
    return contains(error_of(use), "\"a\\x00b\" has a NUL");
  };
  CHECK(refused([&] { writer.add_scalar(name, 1, 1); }));
  CHECK(refused([&] { writer.add_scalars(name, {{"x", 1}}, 1); }));
  CHECK(refused([&] { writer.add_scalars("x", {{name, 1}}, 1); }));
  CHECK(refused([&] { writer.add_histogram(name, x, 1); }));
  CHECK(refused([&] { writer.add_image(name, x, 1); }));
  CHECK(refused([&] { writer.add_text(name, "text", 1); }));
  CHECK(refused([&] { writer.add_pr_curve(name, ones({2}), ones({2}), 1); }));
  CHECK(refused([&] { writer.add_embedding(name, x, {"x", "y"}); }));
  CHECK(refused([&] { writer.add_embedding("x", x, {"x", name}); }));
  CHECK(refused([&] { writer.add_embedding("x", x, {{name, "y"}, {{"1", "2"}, {"3", "4"}}}); }));
  CHECK(refused([&] { writer.add_hparams({{name, 1}}, {}); }));
  CHECK(refused([&] { writer.add_hparams({{"x", 1}}, {{name, 1}}); }));
  TapeRecord record;
  record.name = name;
  record.operation = "add";
  CHECK(refused([&] { writer.add_graph({record}); }));
  writer.flush();
  CHECK(std::filesystem::file_size(writer.path()) == before);
  CHECK(folder.count() == 1);
}
