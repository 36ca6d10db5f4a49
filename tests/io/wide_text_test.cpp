// Text in UTF-16 or UTF-32 without a byte order mark is called what it is, in every script, and
// numbers are not.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/io/csv.hpp"

using namespace tapegrad;
using namespace tapegrad::test;

namespace {

std::string bytes_of(std::uint32_t unit, std::size_t width, bool big) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) {
    bytes.push_back(static_cast<char>(unit >> 8 * (big ? width - 1 - i : i)));
  }
  return bytes;
}

/// RFC 2781.
std::string utf16(const std::u32string& text, bool big) {
  std::string bytes;
  for (const char32_t c : text) {
    if (c < 0x10000) {
      bytes += bytes_of(c, 2, big);
    } else {
      bytes += bytes_of(0xd800 + ((c - 0x10000) >> 10), 2, big);
      bytes += bytes_of(0xdc00 + ((c - 0x10000) & 0x3ff), 2, big);
    }
  }
  return bytes;
}

std::string utf32(const std::u32string& text, bool big) {
  std::string bytes;
  for (const char32_t c : text) bytes += bytes_of(c, 4, big);
  return bytes;
}

std::string refusal(const std::string& bytes) {
  return refusal_of([](const std::string& path) { io::load_csv(path); }, bytes);
}

template <class T, class F>
std::string numbers(std::size_t count, const F& f) {
  std::string bytes(count * sizeof(T), '\0');
  for (std::size_t i = 0; i < count; ++i) {
    const T value = static_cast<T>(f(i));
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

}  // namespace

TEST_CASE("csv: UTF-16 and UTF-32 without a mark are recognised in every script", "[io][csv]") {
  for (const std::u32string text :
       {U"a,b\n1,2\n", U"имя,возраст\nМария,31\n", U"όνομα;ηλικία\nΜαρία;31\n",
        U"名前,年齢\r\n真理子,三十一\r\n", U"姓名\t年龄\n玛丽\t31\n", U"الاسم,العمر\nماريا,31\n",
        U"השם\nמריה\nיוסף\n", U"nom,prénom\nÉlodie,Noël\n", U"😀,😁\n😂,🤣\n",
        U"город,население\nМосква,13010112\nСанкт-Петербург,5601911\n"}) {
    const std::string little = "without a byte order mark, not a table of UTF-8 text";
    for (const bool big : {false, true}) {
      const std::string end = big ? "BE -t UTF-8" : "LE -t UTF-8";
      for (const std::string& error : {refusal(utf16(text, big)), refusal(utf32(text, big))}) {
        CAPTURE(error, big);
        CHECK(contains(error, little));
        CHECK(contains(error, end));
      }
      CHECK(contains(refusal(utf16(text, big)), "UTF-16 text"));
      CHECK(contains(refusal(utf32(text, big)), "UTF-32 text"));
    }
  }
}

TEST_CASE("csv: numbers in memory are not taken for wide text", "[io][csv]") {
  std::uint64_t state = 1;
  const auto random = [&](std::size_t) {
    state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    return state >> 33;
  };
  const std::vector<std::string> all{
      numbers<std::int16_t>(500, [](std::size_t i) { return i; }),
      numbers<std::int16_t>(500, [](std::size_t i) { return 1000 + 3 * i; }),
      numbers<std::int16_t>(500, [](std::size_t i) { return static_cast<int>(i) - 250; }),
      numbers<std::int32_t>(500, [](std::size_t i) { return i * i; }),
      numbers<std::int64_t>(500, [](std::size_t i) { return 7 * i; }),
      numbers<float>(500, [](std::size_t i) { return 0.37 * static_cast<double>(i); }),
      numbers<double>(500, [](std::size_t i) { return 0.37 * static_cast<double>(i); }),
      numbers<std::uint32_t>(500, random),
      numbers<std::uint16_t>(500, random)};
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO("kind " << i);
    CHECK_FALSE(contains(refusal(all[i]), "this is UTF"));
  }
}
