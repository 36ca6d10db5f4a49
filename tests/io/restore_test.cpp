// That restoring is all or nothing, and what is said when it is nothing.
#include "saver.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/module.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using io::Saver;

namespace {

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

struct Renamed : Careless {
  StateDict state_dict() const {
    return {{"first", full({}, first, {.dtype = float64})},
            {"third", full({}, second, {.dtype = float64})}};
  }
  void load_state_dict(const StateDict& state) {
    first = state["first"].item<double>();
    second = state["third"].item<double>();
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
  Careless a;
  Careless b;
  Saver saving = saver_of(saved, folder);
  saving.add("a", a).add("b", b);
  saving.save(1);
  Run kept(2);
  Renamed renamed;
  a.first = 5;
  renamed.first = 6;
  Saver restoring = saver_of(kept, folder);
  restoring.add("a", a).add("b", renamed);
  const std::string bytes = kept.bytes();
  const std::string error = io_error([&] { restoring.restore_latest(); });
  CHECK(contains(error, "restore: \"b\" doesn't fit: "));
  CHECK(contains(error, "no entry \"third\""));
  CHECK(kept.bytes() == bytes);
  CHECK(a.first == 5);
  CHECK(renamed.first == 6);
}

TEST_CASE("a part that refuses its own state is named, and the others are put back",
          "[io][saver]") {
  struct Stubborn : Careless {
    void load_state_dict(const StateDict&) {
      first = 0;
      throw Error("never");
    }
  };
  const Folder folder;
  Careless a;
  Careless b;
  Saver saving(folder.path().string());
  saving.add("b", b).add("a", a);
  const std::string path = saving.save(1);
  Stubborn stubborn;
  a.first = 5;
  Saver restoring(folder.path().string());
  restoring.add("a", a).add("b", stubborn);
  CHECK(io_error([&] { restoring.restore(path); }) ==
        "restore: \"b\" doesn't fit: " + path +
            ": never; \"b\" could not be put back either: never");
  CHECK(a.first == 5);
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

TEST_CASE("elements that share memory are refused before anything is restored", "[io][saver]") {
  struct Weight : nn::Module {
    nn::Parameter weight;
    explicit Weight(const Tensor& x) : weight(x) {}
    void visit(nn::Visitor& v) override { v("weight", weight); }
  };
  const auto shared = GENERATE(as<std::string>(), "a stride of 0", "strides that interleave");
  CAPTURE(shared);
  // With strides (1, 1), element (0, 1) is element (1, 0) although no stride is 0.
  std::vector<float> values{1, 2, 3};
  const Tensor x = shared == "a stride of 0"
                       ? ones({1}).expand({2, 2})
                       : Tensor::from_blob(
                             values.data(), {2, 2}, [](void*) {}, Strides{1, 1});
  const Folder folder;
  double number = 1;
  Weight plain(ones({2, 2}));
  Saver(folder.path().string()).add("number", number).add("model", plain).save(1);
  number = 2;
  Weight sharing(x);
  Saver saver(folder.path().string());
  saver.add("number", number).add("model", sharing);
  CHECK(contains(error_of([&] { saver.restore_latest(); }),
                 "restore: elements of \"model.weight\" share memory: "));
  CHECK(number == 2);
  CHECK(contains(error_of([&] { saver.save(2); }),
                 "save: elements of \"model.weight\" share memory: "));
  CHECK(folder.count() == 2);
}

TEST_CASE("a part may use the folder while it is restored", "[io][saver]") {
  const Folder folder;
  struct Curious {
    std::string folder;
    std::string seen = {};
    StateDict state_dict() const { return {{"x", ones({1})}}; }
    void load_state_dict(const StateDict&) { seen = io::latest_checkpoint(folder).value_or(""); }
  };
  Curious part{folder.path().string()};
  Saver saver(folder.path().string());
  saver.add("part", part);
  const std::string path = saver.save(1);
  REQUIRE(saver.restore_latest());
  CHECK(part.seen == path);
}

TEST_CASE("a checkpoint that isn't accepted is refused before anything is restored",
          "[io][saver]") {
  const Folder folder;
  Run saved(1);
  saved.train(2);
  const std::string path = Saver(folder.path().string(), {.metadata = {{"seed", "1"}}})
                               .add("model", saved.model)
                               .save(1);
  Run kept(2);
  const std::string bytes = kept.bytes();
  std::string asked;
  Saver saver(folder.path().string(), {.accept = [&](const io::Restored& found) {
                asked += found.path + " " + found.metadata.at("seed") + " ";
                if (found.step == 1) throw std::runtime_error("of another run");
              }});
  saver.add("model", kept.model);
  CHECK_THROWS_WITH(saver.restore_latest(), "of another run");
  CHECK_THROWS_WITH(saver.restore(path), "of another run");
  CHECK(asked == path + " 1 " + path + " 1 ");
  CHECK(kept.bytes() == bytes);
}
