// Checkpoints of a loop of one's own.
#include "tapegrad/train/checkpoints.hpp"

#include "io/files.hpp"
#include "support/catch.hpp"
#include "tapegrad/error.hpp"

using namespace tapegrad;
using train::Checkpoints;

namespace {

/// Counts to `last`: the steps at which something was saved.
std::vector<std::int64_t> count_to(std::int64_t last, Checkpoints& checkpoints,
                                   std::int64_t& step) {
  std::vector<std::int64_t> saved;
  checkpoints.add("step", step);
  checkpoints.before_saving([&] { saved.push_back(step); });
  for (checkpoints.restore(); step < last;) checkpoints.done(++step);
  checkpoints.save(step);
  checkpoints.save(step);  // nothing has changed
  return saved;
}

}  // namespace

TEST_CASE("a loop of one's own is saved every so many steps and at its end, and goes on",
          "[train][resume]") {
  const test::Folder folder;
  const train::CheckpointOptions options{.directory = folder / "run", .every_steps = 3};
  using Steps = std::vector<std::int64_t>;
  {
    Checkpoints checkpoints(options);
    std::int64_t step = 0;
    CHECK(count_to(5, checkpoints, step) == Steps{3, 5});
    CHECK_FALSE(checkpoints.restored().has_value());
    CHECK(checkpoints.path() == folder / "run/ckpt-5.safetensors");
  }
  {
    Checkpoints checkpoints(options);
    std::int64_t step = 0;
    CHECK(count_to(5, checkpoints, step) == Steps{});
    CHECK(checkpoints.restored().value().step == 5);
    CHECK(step == 5);
  }
  Checkpoints checkpoints(options);
  std::int64_t step = 0;
  CHECK(count_to(9, checkpoints, step) == Steps{6, 9});
  CHECK(step == 9);
}

TEST_CASE("without a folder nothing is kept", "[train][resume]") {
  Checkpoints checkpoints({.every_steps = 1});
  std::int64_t step = 0;
  CHECK(count_to(3, checkpoints, step).empty());
  CHECK(checkpoints.path().empty());
  CHECK_FALSE(checkpoints.restore().has_value());
}

TEST_CASE("checkpoints are due by steps, by epochs or not at all", "[train][resume]") {
  const Checkpoints both({.every_steps = 4, .every_epochs = 2});
  CHECK(both.due_by_steps(8));
  CHECK_FALSE(both.due_by_steps(9));
  CHECK(both.due_by_epochs(2));
  CHECK_FALSE(both.due_by_epochs(3));
  const Checkpoints none({.every_epochs = 0});
  CHECK_FALSE(none.due_by_steps(4));
  CHECK_FALSE(none.due_by_epochs(4));
  CHECK_THROWS_WITH(Checkpoints({.every_epochs = -1}),
                    "Checkpoints: every 0 steps and -1 epochs; 0 for none");
}
