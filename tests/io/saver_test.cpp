// What a Saver gives back, and what can't be added to one. Expected values come from runs that were
// never interrupted, and names and layout from the format's description.
#include "tapegrad/io/saver.hpp"

#include <cstring>

#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/full_disk.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using io::Saver;

namespace {

std::string bits(double x) {
  std::string text(sizeof x, '\0');
  std::memcpy(text.data(), &x, sizeof x);
  return text;
}

}  // namespace

TEST_CASE("a restored run goes on exactly as the uninterrupted one", "[io][saver]") {
  const Folder folder;
  Run whole(1);
  whole.train(7);
  Run first(1);
  first.train(4);
  const std::string path = saver_of(first, folder).save(first.step);
  CHECK(path == folder / "ckpt-4.safetensors");
  Run second(99);
  const io::Restored restored = saver_of(second, folder).restore(path);
  CHECK(restored.step == 4);
  CHECK(restored.path == path);
  CHECK(second.step == 4);
  CHECK(second.bytes() == first.bytes());
  second.train(3);
  CHECK(second.bytes() == whole.bytes());
}

TEST_CASE("a checkpoint is a safetensors file with the parts' names", "[io][saver]") {
  const Folder folder;
  Run run;
  run.train(3);
  Saver saver(folder.path().string(), {.metadata = {{"dataset", "points"}, {"lr", "0.1"}}});
  run.add_to(saver);
  const io::Safetensors file = io::load_safetensors(saver.save(3));
  CHECK(file.metadata.at("dataset") == "points");
  CHECK(file.metadata.at("tapegrad.step") == "3");
  CHECK(file.tensors["model.linear.weight"].to_vector<float>() ==
        run.model.linear.weight.to_vector<float>());
  CHECK(file.tensors["optimizer.groups.0.lr"].item<double>() == 0.1);
  CHECK(file.tensors["optimizer.state.1.steps"].item<std::int64_t>() == 3);
  CHECK(file.tensors["step"].item<std::int64_t>() == 3);
  CHECK(file.tensors["random"].shape() == Shape{2});
  CHECK(saver.restore_latest()->metadata ==
        std::map<std::string, std::string>{{"dataset", "points"}, {"lr", "0.1"}});
}

TEST_CASE("numbers and tensors are restored bit for bit", "[io][saver]") {
  const Folder folder;
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  Tensor w = Tensor::from_vector<float>({-0.0F, -nan, 1e-45F});
  w.requires_grad_();
  double number = -std::numeric_limits<double>::quiet_NaN();
  std::int64_t count = (std::int64_t{1} << 62) + 1;
  const std::string before = bits(number);
  Saver saver(folder.path().string());
  saver.add("w", w).add("number", number).add("count", count);
  const std::string path = saver.save(0);
  {
    const NoGrad guard;
    w.fill_(7);
  }
  number = 0;
  count = 0;
  saver.restore(path);
  const std::vector<float> values = w.to_vector<float>();
  CHECK(std::signbit(values[0]));
  CHECK((std::isnan(values[1]) && std::signbit(values[1])));
  CHECK(values[2] == 1e-45F);
  CHECK(bits(number) == before);
  CHECK(count == (std::int64_t{1} << 62) + 1);
  CHECK(w.requires_grad());
}

TEST_CASE("a full disk loses nothing", "[io][saver]") {
  const Folder folder;
  Run run;
  run.train(1);
  Saver saver = saver_of(run, folder);
  saver.save(1);
  const std::string bytes = run.bytes();
  run.train(1);
  const std::string error = io_error([&] {
    const FullDisk full(500);
    saver.save(2);
  });
  CHECK(error == "save: cannot write: " + (folder / "ckpt-2.safetensors") + ": File too large");
  CHECK(folder.count() == 2);
  CHECK(saver.restore_latest()->step == 1);
  CHECK(run.bytes() == bytes);
}

TEST_CASE("one part of a checkpoint can be had alone", "[io][saver]") {
  const Folder folder;
  Run run;
  run.train(1);
  const std::string path = saver_of(run, folder).save(1);
  Model model;
  CHECK(model.load_state_dict(io::load_checkpoint_part(path, "model")).complete());
  CHECK(model.linear.weight.to_vector<float>() == run.model.linear.weight.to_vector<float>());
  CHECK(io_error([&] { io::load_checkpoint_part(path, "mod"); }) ==
        "load_checkpoint_part: no part \"mod\" in the checkpoint: " + path);
}

TEST_CASE("what can't be a part, a step or an option is refused", "[io][saver]") {
  const Folder folder;
  Run run;
  Saver saver(folder.path().string());
  CHECK(error_of([&] { saver.save(1); }) ==
        "save: nothing to save: " + folder.path().string() + "; call add() first");
  saver.add("model", run.model);
  CHECK(error_of([&] { saver.add("model", run.step); }) ==
        "Saver.add: two parts are called \"model\"; rename one");
  CHECK(error_of([&] { saver.add("a.b", run.step); }) ==
        "Saver.add: \"a.b\" can't be the name of a part; use one without dots and NULs");
  CHECK(contains(error_of([&] { saver.add("", run.step); }), "can't be the name of a part"));
  CHECK(contains(error_of([&] { saver.add("x", Tensor()); }), "undefined"));
  CHECK(error_of([&] { saver.save(-1); }) == "save: a negative step: -1");
  CHECK(contains(error_of([] { Saver("x", {.max_to_keep = -1}); }), "max_to_keep -1"));
  CHECK(contains(error_of([] { Saver("x", {.keep_every = -2}); }), "keep_every -2"));
  CHECK(contains(error_of([] {
                   Saver("x", {.metadata = {{"tapegrad.step", "1"}}});
                 }),
                 "tapegrad.step"));
  CHECK(contains(error_of([] { Saver(""); }), "empty"));
  CHECK(folder.count() == 0);
}

TEST_CASE("metadata that looks like the checksum doesn't hide it", "[io][saver]") {
  const Folder folder;
  Run run;
  Saver saver(folder.path().string(),
              {.metadata = {{"a\"tapegrad.crc32", "12345678"},
                            {"{\"tapegrad.crc32\":\"12345678\"", ",\"tapegrad.crc32\":\"1234"},
                            {"b", "{\"tapegrad.crc32"}}});
  run.add_to(saver);
  saver.save(1);
  CHECK(saver.restore_latest()->metadata.size() == 3);
}
