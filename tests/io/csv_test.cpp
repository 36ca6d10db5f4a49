// Expected cells and places are counted by hand from RFC 4180's rules.
#include "tapegrad/io/csv.hpp"

#include <cmath>

#include "files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/dtype.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/shape.hpp"

using namespace tapegrad;
using namespace tapegrad::test;
using io::CsvHeader;
using io::CsvMissing;
using io::CsvOptions;
using io::CsvTable;
using io::load_csv;

namespace {

CsvTable table(const std::string& text, const CsvOptions& options = {}) {
  const Folder folder;
  write_file(folder / "x.csv", text);
  return load_csv(folder / "x.csv", options);
}

/// What goes wrong with this text, the folder left out.
template <class Work>
std::string error(const std::string& text, Work work, const CsvOptions& options = {}) {
  const Folder folder;
  write_file(folder / "x.csv", text);
  std::string message = io_error([&] { work(load_csv(folder / "x.csv", options)); });
  const auto at = message.find(folder / "");
  if (at != std::string::npos) message.erase(at, (folder / "").size());
  return message;
}

std::string parse_error(const std::string& text, CsvHeader header = CsvHeader::present) {
  return error(text, [](const CsvTable&) {}, {.header = header});
}

std::string number_error(const std::string& cell, DType dtype = float64) {
  return error("a,b\n1," + cell + "\n", [&](const CsvTable& t) { t.column(1, dtype); });
}

}  // namespace

TEST_CASE("csv: a table has the header's names and tensors of the cells below it", "[io][csv]") {
  const CsvTable t = table("x,y\n1,2.5\n-3,4e2\n");
  CHECK(t.has_header());
  CHECK(t.rows() == 2);
  CHECK(t.columns() == 2);
  CHECK(t.name(0) == "x");
  CHECK(t.find("y") == 1);
  CHECK(t.values().shape() == Shape{2, 2});
  CHECK(t.values().to_vector<double>() == std::vector<double>{1, 2.5, -3, 400});
  CHECK(t.column(1, float32).shape() == Shape{2});
  CHECK(t.column(1, float32).dtype() == float32);
  const std::size_t swapped[] = {1, 0};
  CHECK(t.values(swapped).to_vector<double>() == std::vector<double>{2.5, 1, 400, -3});
}

TEST_CASE("csv: lines may end with LF, CRLF or CR, and the last one without any", "[io][csv]") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (const std::string& last : {end, std::string()}) {
      const CsvTable t = table("x,y" + end + "1,2" + end + "3,4" + last);
      CHECK(t.values().to_vector<double>() == std::vector<double>{1, 2, 3, 4});
    }
  }
}

TEST_CASE("csv: a quoted cell may hold delimiters, quotes and line breaks", "[io][csv]") {
  const CsvTable t = table("\"a,b\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\", \"1\" \r\n5,6\r\n");
  CHECK(t.name(0) == "a,b");
  CHECK(t.name(1) == "say \"hi\"");
  CHECK(t.text(0, 0) == "two\r\nlines");
  CHECK(t.column(1).to_vector<double>() == std::vector<double>{1, 6});
}

TEST_CASE("csv: a quoted cell keeps its blanks and a plain one loses them", "[io][csv]") {
  const CsvTable t = table("a,b\n \" x \" ,\t y z \n");
  CHECK(t.text(0, 0) == " x ");
  CHECK(t.text(0, 1) == "y z");
}

TEST_CASE("csv: a byte order mark and empty lines are skipped", "[io][csv]") {
  const CsvTable t = table("\xEF\xBB\xBF\r\nx,y\n\n1,2\n  \n3,4\n\n");
  CHECK(t.name(0) == "x");
  CHECK(t.rows() == 2);
}

TEST_CASE("csv: the delimiter may be another one, a tab as well", "[io][csv]") {
  CHECK(table("x;y\n1;2,5\n", {.delimiter = ';'}).text(0, 1) == "2,5");
  const CsvTable t = table("a\tb\tc\n\t\t 1 \n", {.delimiter = '\t'});
  CHECK(t.columns() == 3);
  CHECK(t.text(0, 0).empty());
  CHECK(t.text(0, 2) == "1");
}

TEST_CASE("csv: options that are none of their enumerators are refused", "[io][csv]") {
  CHECK(test::contains(test::error_of([] { table("a\n1\n", {.header = CsvHeader(9)}); }),
                       "CsvHeader(9) is none of present, absent and detected"));
  CHECK(test::contains(test::error_of([] { table("a\n1\n", {.missing = CsvMissing(2)}); }),
                       "CsvMissing(2) is none of refused and nan"));
}

TEST_CASE("csv: a first row without any number is a header where one is optional", "[io][csv]") {
  CHECK(table("x,y\n1,2\n").rows() == 1);
  const CsvTable bare = table("1,2\n3,4\n");
  CHECK_FALSE(bare.has_header());
  CHECK(bare.rows() == 2);
  CHECK(bare.name(1) == "column 2");
  CHECK(table("nan,inf\n3,4\n").rows() == 2);
  CHECK(table("x,y\n1,2\n", {.header = CsvHeader::absent}).rows() == 2);
  CHECK(table("1,2\n3,4\n", {.header = CsvHeader::present}).name(0) == "1");
}

TEST_CASE("csv: a column's type is the narrowest that holds its values", "[io][csv]") {
  const CsvTable t = table("i,f,t,m,q\n1,2,x,,\"3\"\n-2,2.5,1,7,4\n");
  CHECK(t.type_of(0) == int64);
  CHECK(t.type_of(1) == float64);
  CHECK_FALSE(t.type_of(2).has_value());
  CHECK(t.type_of(3) == float64);
  CHECK(t.type_of(4) == int64);
}

TEST_CASE("csv: a number that isn't finite makes no text of its column", "[io][csv]") {
  for (const std::string cell : {"inf", "-inf", "Infinity", "-nan", "1e999"}) {
    INFO(cell);
    const CsvTable t = table("a,b\n1,x\n" + cell + "," + cell + "\n");
    CHECK(t.type_of(0) == float64);
    CHECK_FALSE(t.type_of(1).has_value());
    const std::string message = io_error([&] { t.column(0, *t.type_of(0)); });
    CHECK(contains(message, "\"" + cell + "\" is not a finite number within the range of float64"));
    CHECK(contains(message, "x.csv:3:1"));
  }
}

TEST_CASE("csv: cells become any dtype that holds them exactly", "[io][csv]") {
  const CsvTable t = table("a,b\n9223372036854775807,true\n-1,0\n", {.header = CsvHeader::present});
  CHECK(t.column(0, int64).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{9223372036854775807, -1});
  CHECK(t.column(1, boolean).to_vector<bool>() == std::vector<bool>{true, false});
  CHECK(number_error("300", uint8) ==
        "load_csv: column \"b\": \"300\" is beyond the range of uint8: x.csv:2:3");
  CHECK(number_error("-1", uint8) ==
        "load_csv: column \"b\": \"-1\" is not a whole number; needed as uint8: x.csv:2:3");
  CHECK(contains(number_error("2147483648", int32), "beyond the range of int32"));
  CHECK(contains(number_error("1.0", int64), "is not a whole number"));
  CHECK(contains(number_error("1e39", float32),
                 "is not a finite number within the range of float32"));
  CHECK(contains(number_error("2", boolean), "is neither 0, 1, true nor false"));
}

TEST_CASE("csv: missing values are refused, or NaN on request", "[io][csv]") {
  CHECK(number_error("") == "load_csv: column \"b\": the cell is empty: x.csv:2:3");
  CHECK(contains(number_error("nan"), "not a finite number within"));
  const CsvOptions options{.missing = CsvMissing::nan, .missing_texts = {"NA", "?"}};
  const auto got = table("a\nNA\n?\n\"\"\nnan\n1\n", options).column(0).to_vector<double>();
  REQUIRE(got.size() == 5);
  for (int i = 0; i < 4; ++i) CHECK(std::isnan(got[static_cast<std::size_t>(i)]));
  CHECK(got[4] == 1);
  const auto still = [](const CsvTable& t) { t.column(0); };
  CHECK(contains(error("a\nx\n", still, options), "\"x\" is not a number"));
  CHECK(contains(error(
                     "a,b\n,1\n", [](const CsvTable& t) { t.column(0, int64); }, options),
                 "the cell is empty"));
}

TEST_CASE("csv: a cell that isn't a finite number is refused", "[io][csv]") {
  CHECK(number_error("abc") ==
        "load_csv: column \"b\": \"abc\" is not a number; needed as float64: x.csv:2:3");
  for (const std::string cell : {"1 2", "1.5x", "0x10", "1,5", "+-1", "++1", "-", "+", "."}) {
    INFO(cell);
    CHECK(contains(number_error("\"" + cell + "\""), "is not a number"));
  }
  for (const std::string cell : {"inf", "-Infinity", "1e999"}) {
    INFO(cell);
    CHECK(contains(number_error(cell), "is not a finite number within the range of float64"));
  }
}

TEST_CASE("csv: every usual spelling of a number is read", "[io][csv]") {
  const CsvTable t = table("a,b,c,d,e\n+1.5,.5,5.,1E+3,\"-0.25\"\n");
  CHECK(t.values().to_vector<double>() == std::vector<double>{1.5, 0.5, 5, 1000, -0.25});
}

TEST_CASE("csv: a file without content or rows is refused", "[io][csv]") {
  CHECK(contains(parse_error(""), "load_csv: this is an empty file, not a table"));
  CHECK(parse_error("\n \r\n") == "load_csv: the file is empty: x.csv:1:1");
  CHECK(parse_error("a,b\n") == "load_csv: no rows below the header: x.csv:1:4");
  CHECK(contains(io_error([] { load_csv("no/such.csv"); }),
                 "load_csv: cannot open: no/such.csv: No such file"));
}

TEST_CASE("csv: a ragged row is refused where it breaks", "[io][csv]") {
  CHECK(parse_error("a,b\n1,2\n3\n") ==
        "load_csv: a ragged row: 1 cells where the first row has 2: x.csv:3:2");
  CHECK(parse_error("a,b\n1,2,3\n") ==
        "load_csv: a ragged row: 3 cells where the first row has 2: x.csv:2:5");
}

TEST_CASE("csv: a header must name every column once", "[io][csv]") {
  CHECK(parse_error("a,b,a\n1,2,3\n") ==
        "load_csv: a second column named \"a\"; rename one: x.csv:1:5");
  CHECK(parse_error(",b\n1,2\n") ==
        "load_csv: a column without a name; name it or remove it: x.csv:1:1");
}

TEST_CASE("csv: a quote out of place is refused", "[io][csv]") {
  CHECK(parse_error("a,b\n1,\"2\n3,4\n") == "load_csv: this quote is never closed: x.csv:2:3");
  CHECK(contains(parse_error("a,b\n1,\"2\"3\n"), "text after a closing quote"));
  CHECK(contains(parse_error("a,b\n1,\"2\"3\n"), "x.csv:2:6"));
  CHECK(contains(parse_error("a,b\n1,2\"3\n"), "a quote inside an unquoted cell"));
  CHECK(contains(parse_error("a,b\n1,2\"3\n"), "x.csv:2:4"));
}

TEST_CASE("csv: an unknown column is refused with the names there are", "[io][csv]") {
  CHECK(error("a,b\n1,2\n", [](const CsvTable& t) { t.find("c"); }) ==
        "load_csv: no column named \"c\"; there are \"a\", \"b\": x.csv:1:1");
}

TEST_CASE("csv: places count characters, not bytes, and lines within quotes", "[io][csv]") {
  const std::string text =
      "gr\xC3\xB6\xC3\x9F"
      "e,y\n\"\xE2\x82\xAC\r\n\", x\n";
  CHECK(contains(error(text, [](const CsvTable& t) { t.column(1); }), "x.csv:3:3"));
  CHECK(error("a\n1\n", [](const CsvTable& t) { t.fail(0, 0, "my own words"); }) ==
        "load_csv: my own words: x.csv:2:1");
}

TEST_CASE("csv: an error shows a long or binary cell shortened and harmless", "[io][csv]") {
  CHECK(contains(number_error(std::string(100, 'z')), "\"" + std::string(40, 'z') + "...\""));
  CHECK(contains(number_error("a\x1b[2Jb"), "\"a?[2Jb\""));
}

TEST_CASE("csv: a text that stands for no value may be a number", "[io][csv]") {
  const CsvOptions options{.missing = CsvMissing::nan, .missing_texts = {"-999"}};
  const CsvTable t = table("a\n1\n-999\n\"-999\"\n", options);
  const auto got = t.column(0).to_vector<double>();
  CHECK(got[0] == 1);
  CHECK(std::isnan(got[1]));
  CHECK(std::isnan(got[2]));
  CHECK(t.type_of(0) == float64);
  CHECK(error(
            "a\n-999\n", [](const CsvTable& x) { x.column(0, int64); }, options) ==
        "load_csv: column \"a\": \"-999\" stands for no value: x.csv:2:1");
}

TEST_CASE("csv: rows and columns that aren't there are refused", "[io][csv]") {
  const CsvTable t = table("a,b\n1,2\n3,4\n");
  const std::size_t none[] = {2};
  CHECK_THROWS_AS(t.name(2), IndexError);
  CHECK_THROWS_AS(t.text(2, 0), IndexError);
  CHECK_THROWS_AS(t.text(0, 2), IndexError);
  CHECK_THROWS_AS(t.type_of(2), IndexError);
  CHECK_THROWS_AS(t.column(2), IndexError);
  CHECK_THROWS_AS(t.values(none), IndexError);
  CHECK_THROWS_AS(t.fail(2, 0, "why"), IndexError);
}

TEST_CASE("csv: a table keeps its text when the file is written anew", "[io][csv]") {
  const Folder folder;
  write_file(folder / "x.csv", "a,b\n1,2\n");
  const CsvTable t = load_csv(folder / "x.csv");
  std::filesystem::resize_file(folder / "x.csv", 0);
  CHECK(t.text(0, 1) == "2");
  CHECK(t.values().to_vector<double>() == std::vector<double>{1, 2});
}

TEST_CASE("csv: an error lists some of many columns", "[io][csv]") {
  std::string names = "c0", cells = "0";
  for (int i = 1; i < 30; ++i) {
    names += ",c" + std::to_string(i);
    cells += ",0";
  }
  const std::string said =
      error(names + "\n" + cells + "\n", [](const CsvTable& t) { t.find("x"); });
  CHECK(contains(said, "\"c19\" and 10 more"));
  CHECK_FALSE(contains(said, "c20"));
}
