// What counts as UTF-8; examples of RFC 3629 and of the Unicode Standard, table 3-7.
#include "summary/utf8.hpp"

#include "support/catch.hpp"

using tapegrad::summary::escaped;
using tapegrad::summary::is_utf8;

TEST_CASE("UTF-8 is what RFC 3629 says", "[summary]") {
  for (const std::string_view good :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "gr\xc3\xb6\xc3\x9f\x65"}) {
    INFO(escaped(good));
    CHECK(is_utf8(good));
  }
  CHECK(is_utf8(std::string_view("a\0b", 3)));
}

TEST_CASE("what has a shorter form, is a surrogate, too large or cut is no UTF-8", "[summary]") {
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xc2\xc0", "\xe0\x9f\xbf",
        "\xe1\x80", "\xe1\x80\xc0", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf1\x80\x80", "\xff", "a\xfe", "a\xc3"}) {
    INFO(escaped(bad));
    CHECK_FALSE(is_utf8(bad));
  }
}
