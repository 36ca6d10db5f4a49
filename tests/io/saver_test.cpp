// What a Saver gives back, and what it refuses. Expected values come from runs that were never
// interrupted, and names and layout from the format's description.
#include "tapegrad/io/saver.hpp"

#include <cstring>

#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using io::Saver;

namespace {

std::string bits(double x) {
  std::string text(sizeof x, '\0');
  std::memcpy(text.data(), &x, sizeof x);
  return text;
}

Saver saver_of(Run& run, const Folder& folder) {
  Saver saver(folder.path().string());
  run.add_to(saver);
  return saver;
}

/// A part as a user may write it: it notices that a state doesn't fit when it has changed already.
struct Careless {
  double first = 1;
  double second = 2;
  StateDict state_dict() const {
    return {{"first", full({}, first, {.dtype = float64})},
            {"second", full({}, second, {.dtype = float64})}};
  }
  void load_state_dict(const StateDict& state) {
    first = state["first"].item<double>();
    second = state["second"].item<double>();
  }
};

/// Saves with `before`, restores with `after`: what the refusal says, with FILE for the path.
/// Checks that nothing has changed.
template <class Before, class After>
std::string refusal(Before before, After after) {
  const Folder folder;
  Run saved(1);
  saved.train(2);
  Saver saving(folder.path().string());
  before(saving, saved);
  const std::string path = saving.save(1);
  Run kept(2);
  kept.train(1);
  Saver restoring(folder.path().string());
  after(restoring, kept);
  const std::string bytes = kept.bytes();
  std::string error = io_error([&] { restoring.restore(path); });
  CHECK(kept.bytes() == bytes);
  CHECK(io_error([&] { restoring.restore_latest(); }) == error);
  const auto at = error.find(path);
  if (at != std::string::npos) error.replace(at, path.size(), "FILE");
  return error;
}

void add_model(Saver& saver, Run& run) { saver.add("model", run.model); }

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

TEST_CASE("a part that doesn't fit is refused, and nothing has changed", "[io][saver]") {
  const auto add_all = [](Saver& saver, Run& run) { run.add_to(saver); };
  SECTION("another shape") {
    Model wide(3);
    CHECK(refusal(add_all,
                  [&](Saver& saver, Run& run) {
                    saver.add("optimizer", run.optimizer).add("model", wide);
                    saver.add("random", run.random).add("step", run.step).add("best", run.best);
                  }) ==
          "restore: \"model.linear.weight\" has shape [1, 2] in the checkpoint and [1, 3] here: "
          "FILE; nothing was restored");
  }
  SECTION("another dtype") {
    Model wide;
    wide.to(float64);
    CHECK(refusal(add_model, [&](Saver& saver, Run&) { saver.add("model", wide); }) ==
          "restore: \"model.linear.weight\" is float32 in the checkpoint and float64 here: FILE; "
          "nothing was restored");
  }
  SECTION("another optimizer") {
    Model model;
    optim::SGD sgd(model.parameters(), {.lr = 0.1});
    const std::string error = refusal(add_all, [&](Saver& saver, Run& run) {
      saver.add("model", run.model).add("optimizer", sgd).add("random", run.random);
      saver.add("step", run.step).add("best", run.best);
    });
    CHECK(error.starts_with("restore: \"optimizer\" doesn't fit: FILE: load_state_dict: "));
  }
  SECTION("a missing entry") {
    Model model;
    nn::Linear bare(2, 1, {.bias = false});
    CHECK(refusal([&](Saver& saver, Run&) { saver.add("model", bare); },
                  [&](Saver& saver, Run& run) { saver.add("model", run.model.linear); }) ==
          "restore: no entry \"model.bias\" in the checkpoint: FILE; nothing was restored");
    CHECK(refusal([&](Saver& saver, Run& run) { saver.add("model", run.model.linear); },
                  [&](Saver& saver, Run&) { saver.add("model", bare); }) ==
          "restore: nothing here has an entry \"model.bias\": FILE; nothing was restored");
  }
  SECTION("parts that only one side has") {
    CHECK(refusal(add_all, add_model) ==
          "restore: the checkpoint has \"best\", which was not added: FILE; "
          "load_checkpoint_part() reads one part alone");
    CHECK(refusal(add_model, add_all) ==
          "restore: the checkpoint has no \"optimizer\": FILE; was it added later?");
  }
  SECTION("a number where there was a tensor") {
    double number = 1;
    Tensor tensor = zeros({3});
    CHECK(refusal([&](Saver& saver, Run&) { saver.add("x", tensor); },
                  [&](Saver& saver, Run&) { saver.add("x", number); }) ==
          "restore: \"x\" has shape [3] in the checkpoint and [] here: FILE; nothing was restored");
    CHECK(refusal([&](Saver& saver, Run&) { saver.add("x", number); },
                  [&](Saver& saver, Run&) { saver.add("x", tensor); }) ==
          "restore: \"x\" doesn't fit: FILE: float64 of shape [] in the checkpoint, float32 of "
          "shape [3] here");
    CHECK(number == 1);
  }
}

TEST_CASE("a part that stops half way is put back, and so are all before it", "[io][saver]") {
  const Folder folder;
  Run saved(1);
  Careless careless;
  double other = 10;
  {
    Saver saver = saver_of(saved, folder);
    saver.add("a", careless).add("other", other);
    saver.save(1);
  }
  // The same names, but for one that only the careless part looks at.
  const io::Safetensors file = io::load_safetensors(folder / "ckpt-1.safetensors");
  Run kept(2);
  struct Renamed : Careless {
    StateDict state_dict() const {
      return {{"first", full({}, first, {.dtype = float64})},
              {"third", full({}, second, {.dtype = float64})}};
    }
    void load_state_dict(const StateDict& state) {
      first = state["first"].item<double>();
      second = state["third"].item<double>();
    }
  } renamed;
  renamed.first = 5;
  Careless fitting;
  fitting.first = 6;
  other = 11;
  Model model;
  optim::SGD sgd(model.parameters(), {.lr = 0.5, .momentum = 0.9});
  Saver saver = saver_of(kept, folder);
  saver.add("a", renamed).add("other", other);
  const std::string bytes = kept.bytes();
  const std::string error = io_error([&] { saver.restore_latest(); });
  CHECK(contains(error, "restore: \"a\" doesn't fit: "));
  CHECK(contains(error, "no entry \"third\""));
  CHECK(kept.bytes() == bytes);
  CHECK(renamed.first == 5);
  CHECK(other == 11);
}

TEST_CASE("an optimizer that refuses leaves the optimizer before it as it was", "[io][saver]") {
  const Folder folder;
  Run one(1);
  Run two(2);
  one.train(2);
  two.train(2);
  Saver saving(folder.path().string());
  saving.add("generator", one.optimizer).add("critic", two.optimizer);
  saving.save(1);
  Run kept(3);
  kept.train(1);
  Model model;
  optim::SGD sgd(model.parameters(), {.lr = 0.1});
  Saver restoring(folder.path().string());
  restoring.add("generator", kept.optimizer).add("critic", sgd);
  const std::string bytes = kept.bytes();
  CHECK(contains(io_error([&] { restoring.restore_latest(); }), "\"critic\" doesn't fit"));
  CHECK(kept.bytes() == bytes);
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
        "Saver.add: \"a.b\" can't be the name of a part; use one without dots");
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
