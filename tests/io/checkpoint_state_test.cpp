// The texts are what TensorFlow 2 writes and what its text format allows.
#include "io/checkpoint_state.hpp"

#include "support/catch.hpp"

using tapegrad::io::CheckpointState;
using tapegrad::io::parse_checkpoint_state;
using tapegrad::io::print_checkpoint_state;

namespace {

using Paths = std::vector<std::string>;

std::string newest(const std::string& text) {
  const auto state = parse_checkpoint_state(text);
  return state ? state->newest : "torn";
}

std::string newest_of_value(const std::string& value) {
  return newest("model_checkpoint_path: " + value);
}

}  // namespace

TEST_CASE("a state file looks as TensorFlow's", "[io][saver]") {
  CHECK(print_checkpoint_state({"b", {"a", "b"}}) ==
        "model_checkpoint_path: \"b\"\n"
        "all_model_checkpoint_paths: \"a\"\n"
        "all_model_checkpoint_paths: \"b\"\n");
}

TEST_CASE("a state file of TensorFlow is read, timestamps left aside", "[io][saver]") {
  const auto state = parse_checkpoint_state(
      "model_checkpoint_path: \"model.ckpt-2\"\n"
      "all_model_checkpoint_paths: \"model.ckpt-1\"\n"
      "all_model_checkpoint_paths: \"model.ckpt-2\"\n"
      "all_model_checkpoint_timestamps: 1700000000.25\n"
      "all_model_checkpoint_timestamps: 1.7e+09\n"
      "last_preserved_timestamp: 1700000000.1\n");
  REQUIRE(state);
  CHECK(state->newest == "model.ckpt-2");
  CHECK(state->all == Paths{"model.ckpt-1", "model.ckpt-2"});
}

TEST_CASE("paths of all bytes survive the state file", "[io][saver]") {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  const std::string text = print_checkpoint_state({all, {all + "7", "\xC3\xA9", "a\"b\\c"}});
  CHECK(std::all_of(text.begin(), text.end(),
                    [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7F); }));
  const auto state = parse_checkpoint_state(text);
  REQUIRE(state);
  CHECK(state->newest == all);
  CHECK(state->all == Paths{all + "7", "\xC3\xA9", "a\"b\\c"});
}

TEST_CASE("a state file may have comments, single quotes and escapes", "[io][saver]") {
  CHECK(newest("# mine\nmodel_checkpoint_path : 'a b' # newest") == "a b");
  CHECK(newest_of_value(R"("a\nb\t\"\\\'\x41\101\7")") == "a\nb\t\"\\'AA\x07");
  CHECK(newest_of_value(R"("\x4g")") == "\x04g");
  CHECK(newest_of_value(R"("\1012")") == "A2");
}

TEST_CASE("a state file that breaks off or isn't one is torn", "[io][saver]") {
  for (const char* text :
       {"", " \n", "model_checkpoint_path",
        "model_checkpoint_path:", "model_checkpoint_path: ", "model_checkpoint_path: \"a",
        "model_checkpoint_path: \"a\n\"", "model_checkpoint_path: a", "model_checkpoint_path: \"\"",
        "all_model_checkpoint_paths: \"a\"", "model_checkpoint_path: \"a\"\nall_model_check",
        "model_checkpoint_path: \"a\\", "model_checkpoint_path: \"a\\q\"",
        "model_checkpoint_path: \"a\\x\"", "model_checkpoint_path: \"a\\777\"",
        "\x7F"
        "ELF",
        "{\"a\": 1}"}) {
    INFO(text);
    CHECK(newest(text) == "torn");
  }
  CHECK(newest(std::string("model_checkpoint_path: \"a\"\0\0", 28)) == "torn");
}
