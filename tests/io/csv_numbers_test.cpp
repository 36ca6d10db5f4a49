// Numbers at the ends of what their type holds: strtod() and strtof() of the C library are the
// judges.
#include "io/csv_numbers.hpp"

#include <bit>
#include <cstdlib>
#include <string>

#include "support/catch.hpp"

using namespace tapegrad;
using io::parse;
using io::Parsed;

namespace {

/// A number without bounds: digits and a power of ten.
const std::string numbers[] = {
    "1e-400",
    "-1e-400",
    "1e-323",
    "-4.9e-324",
    "2e-324",
    "3e-324",
    "2.2250738585072011e-308",
    "1e-50",
    "-1e-50",
    "1e-45",
    "-1.4e-45",
    "7e-46",
    "1e-38",
    "1.1754942e-38",
    "0.000000000000000000000000000000000000000000000000000000000000000000000000000001e-330",
    "0e-999",
    "-0",
    "0e99999",
    "-0.0e400",
    "1e-999999999999999999999999",
    "+1e-400",
    "123456789e-410",
    ".5e-330",
    "5.e-330"};

}  // namespace

TEST_CASE("csv: a number that is too small for its type is 0, with its sign", "[io][csv]") {
  for (const std::string& text : numbers) {
    INFO(text);
    double wide = 1;
    float narrow = 1;
    REQUIRE(parse(text, wide) == Parsed::number);
    CHECK(std::bit_cast<std::uint64_t>(wide) ==
          std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)));
    REQUIRE(parse(text, narrow) == Parsed::number);
    CHECK(std::bit_cast<std::uint32_t>(narrow) ==
          std::bit_cast<std::uint32_t>(std::strtof(text.c_str(), nullptr)));
  }
}

TEST_CASE("csv: a number that is too large for its type is refused", "[io][csv]") {
  double wide = 0;
  float narrow = 0;
  for (const std::string text : {"1e400", "-1e400", "1e309", "1.8e308", "1e99999999999999999999",
                                 "inf", "-inf", "0.00001e400", "1000000000000000000000e300"}) {
    INFO(text);
    CHECK(parse(text, wide) == Parsed::out_of_range);
  }
  for (const std::string text : {"1e39", "-3.5e38", "1e400", "0.1e40"}) {
    INFO(text);
    CHECK(parse(text, narrow) == Parsed::out_of_range);
  }
  std::int32_t whole = 0;
  CHECK(parse(std::string_view("2147483648"), whole) == Parsed::out_of_range);
  CHECK(parse(std::string_view("1e-400"), whole) == Parsed::no_number);
}
