// Expected words are those of Python's re.findall(r"\w+|[^\w\s]", text), replaced characters those
// of bytes.decode("utf-8", "replace"), both of Python 3.11.
#include "tapegrad/data/tokens.hpp"

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using Texts = std::vector<std::string>;
using Numbers = std::vector<double>;

namespace {

std::string replaced(const std::string& bytes) {
  std::string all;
  for (const std::string& one : characters(bytes, {.invalid = InvalidUtf8::replaced})) all += one;
  return all;
}

TokenCounts counted(const std::string& text) {
  TokenCounts counts;
  count(counts, words(text));
  return counts;
}

}  // namespace

TEST_CASE("characters are code points", "[data][tokens]") {
  CHECK(characters("aß水𝄞") == Texts{"a", "ß", "水", "𝄞"});
  CHECK(characters("").empty());
  CHECK(characters("AbÄ", {.lower_case = true}) == Texts{"a", "b", "Ä"});
}

TEST_CASE("words and signs are Python's", "[data][tokens]") {
  CHECK(words("Don't stop, it's 3.5 km!  (well_known)\tÜber-große “Straße”… naïve—no.\u3000"
              "日本語、テスト") ==
        Texts{"Don", "'",     "t", "stop",       ",", "it",     "'",  "s",     "3", ".",      "5",
              "km",  "!",     "(", "well_known", ")", "Über",   "-",  "große", "“", "Straße", "”",
              "…",   "naïve", "—", "no",         ".", "日本語", "、", "テスト"});
  CHECK(words(" \n ").empty());
}

TEST_CASE("invalid bytes are refused with their place, or replaced as Python does",
          "[data][tokens]") {
  CHECK(error_of([] { characters("ab\xff"); }) ==
        "characters: byte 2 of 3 is 0xff, which is no UTF-8 there; convert the text, or have such "
        "bytes replaced");
  CHECK(contains(error_of([] { words("a \xc3"); }), "words: byte 2 of 3 is 0xc3"));
  CHECK(replaced("a\xc3") == "a\uFFFD");
  CHECK(replaced("\xff\xfe"
                 "b") == "\uFFFD\uFFFDb");
  CHECK(replaced("\xe1\x80\xc0x") == "\uFFFD\uFFFDx");
  CHECK(replaced("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(replaced("\xf0\x90\x80z") == "\uFFFDz");
  CHECK(replaced("\xc0\x80") == "\uFFFD\uFFFD");
}

TEST_CASE("a vocabulary has its specials, then the most frequent tokens", "[data][tokens]") {
  const TokenCounts counts = counted("b a b c a b d <unk>");
  const Vocabulary all = Vocabulary::build(counts);
  CHECK(all.tokens() == Texts{"<pad>", "<unk>", "b", "a", "<", ">", "c", "d", "unk"});
  CHECK(Vocabulary::build(counts, {.min_frequency = 2}).tokens() ==
        Texts{"<pad>", "<unk>", "b", "a"});
  CHECK(Vocabulary::build(counts, {.max_size = 3}).tokens() == Texts{"<pad>", "<unk>", "b"});
  CHECK(Vocabulary::build({{"<pad>", 9}, {"x", 1}}).tokens() == Texts{"<pad>", "<unk>", "x"});
}

TEST_CASE("tokens become numbers and tokens again, unknown ones what stands for them",
          "[data][tokens]") {
  const Vocabulary known = Vocabulary::build(counted("to be or not to be"));
  const Tensor encoded = known.encode(words("to be, or"));
  CHECK(encoded.dtype() == int64);
  CHECK(known.decode(encoded) == Texts{"to", "be", "<unk>", "or"});
  CHECK(known.index("?") == 1);
  CHECK(!known.contains("?"));
  const Vocabulary strict(Texts{"a", "b"});
  CHECK(error_of([&] { strict.index("c"); }) ==
        "Vocabulary: \"c\" is none of the 2 texts: \"a\", \"b\"");
  CHECK(contains(error_of<IndexError>([&] { strict.decode(tensor({2})); }), "no text 2 among 2"));
  CHECK(contains(error_of<DTypeError>([&] { strict.decode(ones({1})); }), "got float32"));
}

TEST_CASE("a vocabulary that can't be is refused", "[data][tokens]") {
  CHECK(contains(error_of([] { Vocabulary(Texts{"a", "a"}); }), "\"a\" comes twice"));
  CHECK(contains(error_of([] { Vocabulary(Texts{"a"}, "u"); }), "\"u\", which stands for unknown"));
  CHECK(
      contains(error_of([] { Vocabulary::build({}, {.specials = {}}); }), "none of the 0 tokens"));
  CHECK(contains(error_of([] { Vocabulary::build({}, {.min_frequency = 0}); }),
                 "min_frequency is 0"));
  CHECK(
      contains(error_of([] { Vocabulary::build({}, {.max_size = 1}); }), "max_size is 1, with 2"));
}

TEST_CASE("a vocabulary is kept as text and as tensors", "[data][tokens]") {
  const test::Folder folder;
  const Texts tokens{"<unk>", "", "a\nb\r\\n", "Straße", " "};
  for (const Vocabulary& kept : {Vocabulary(tokens, "<unk>"), Vocabulary(tokens)}) {
    kept.save(folder / "words.txt");
    const Vocabulary read = Vocabulary::load(folder / "words.txt");
    CHECK(read.tokens() == tokens);
    CHECK(read.unknown_index() == kept.unknown_index());
    Vocabulary loaded;
    loaded.load_state_dict(kept.state_dict());
    CHECK(loaded.tokens() == tokens);
    CHECK(loaded.unknown_index() == kept.unknown_index());
  }
  Vocabulary kept(tokens, "");
  io::Saver saver(folder / "runs");
  saver.add("words", kept);
  CHECK(saver.restore(saver.save(1)).step == 1);
  CHECK(kept.unknown_index() == 1);
}

TEST_CASE("a file that is no vocabulary is refused with its line", "[data][tokens]") {
  const test::Folder folder;
  const auto error = [&](const std::string& text) {
    test::write_file(folder / "x", text);
    return test::io_error([&] { Vocabulary::load(folder / "x"); });
  };
  CHECK(contains(error("a\nb\n"), "Vocabulary.load: line 1 is \"a\", not "));
  CHECK(contains(error(""), "line 1 is \"\""));
  CHECK(contains(error("tapegrad vocabulary, unknown 1\na\n"), "one of 1 tokens"));
  CHECK(
      contains(error("tapegrad vocabulary, unknown none\na\\x\n"), "line 2 has an unknown escape"));
  CHECK(contains(error("tapegrad vocabulary, unknown none\na\na\n"), "\"a\" comes twice"));
  Vocabulary words(Texts{"a"});
  CHECK(contains(error_of([&] { words.load_state_dict({}); }), "no entry \"tokens.bytes\""));
  CHECK(words.size() == 1);
}
