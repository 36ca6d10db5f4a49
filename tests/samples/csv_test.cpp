// The samples' CSV reader: expected cells and places are counted by hand from RFC 4180's rules.
#include "support/csv.hpp"

#include <cstdio>
#include <fstream>
#include <string>

#include "support/catch.hpp"

namespace {

using samples::CsvError;
using samples::CsvHeader;
using samples::CsvTable;

CsvTable table(const std::string& text, CsvHeader header = CsvHeader::required) {
  return CsvTable::parse(text, "data.csv", header);
}

template <typename Work>
std::string error_of(Work work) {
  try {
    work();
  } catch (const CsvError& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string parse_error(const std::string& text, CsvHeader header = CsvHeader::required) {
  return error_of([&] { table(text, header); });
}

std::string number_error(const std::string& cell) {
  return error_of([&] { table("a,b\n1," + cell + "\n").number(0, 1); });
}

}  // namespace

TEST_CASE("a table has the header's names and the cells below it", "[samples][csv]") {
  const CsvTable t = table("x,y\n1,2.5\n-3,4e2\n");
  REQUIRE(t.has_header());
  REQUIRE(t.rows() == 2);
  REQUIRE(t.columns() == 2);
  CHECK(t.name(0) == "x");
  CHECK(t.find("y") == 1);
  CHECK(t.number(0, 1) == 2.5);
  CHECK(t.number(1, 0) == -3);
  CHECK(t.number(1, 1) == 400);
}

TEST_CASE("lines may end with LF, CRLF or CR, and the last one without any", "[samples][csv]") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (const std::string& last : {end, std::string()}) {
      const CsvTable t = table("x,y" + end + "1,2" + end + "3,4" + last);
      REQUIRE(t.rows() == 2);
      CHECK(t.cell(0, 1).text == "2");
      CHECK(t.cell(1, 1).text == "4");
      CHECK(t.cell(1, 0).line == 3);
    }
  }
}

TEST_CASE("a quoted cell may hold commas, quotes and line breaks", "[samples][csv]") {
  const CsvTable t = table("\"a,b\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\", \"1\" \r\n5,6\r\n");
  CHECK(t.name(0) == "a,b");
  CHECK(t.name(1) == "say \"hi\"");
  CHECK(t.cell(0, 0).text == "two\r\nlines");
  CHECK(t.number(0, 1) == 1);
  CHECK(t.cell(1, 0).line == 4);
}

TEST_CASE("a quoted cell keeps its blanks and a plain one loses them", "[samples][csv]") {
  const CsvTable t = table("a,b\n \" x \" ,\t y z \n");
  CHECK(t.cell(0, 0).text == " x ");
  CHECK(t.cell(0, 1).text == "y z");
}

TEST_CASE("a byte order mark and empty lines are skipped", "[samples][csv]") {
  const CsvTable t = table("\xEF\xBB\xBF\r\nx,y\n\n1,2\n  \n3,4\n\n");
  CHECK(t.name(0) == "x");
  REQUIRE(t.rows() == 2);
  CHECK(t.cell(1, 0).line == 6);
}

TEST_CASE("empty cells count, at the end of a row too", "[samples][csv]") {
  const CsvTable t = table("a,b,c\n,,\n");
  REQUIRE(t.columns() == 3);
  CHECK(t.cell(0, 2).text.empty());
  CHECK(t.cell(0, 2).column == 3);
}

TEST_CASE("places count characters, not bytes", "[samples][csv]") {
  const CsvTable t = table(
      "gr\xC3\xB6\xC3\x9F"
      "e,y\n\xE2\x82\xAC\xE2\x82\xAC, 7\n");
  CHECK(t.cell(0, 1).column == 5);
}

TEST_CASE("a first row without any number is a header where one is optional", "[samples][csv]") {
  CHECK(table("x,y\n1,2\n", CsvHeader::detected).rows() == 1);
  const CsvTable bare = table("1,2\n3,4\n", CsvHeader::detected);
  CHECK_FALSE(bare.has_header());
  CHECK(bare.rows() == 2);
  CHECK(bare.name(1) == "column 2");
  CHECK(table("nan,inf\n3,4\n", CsvHeader::detected).rows() == 2);
  CHECK(table("1e999,x\n3,4\n", CsvHeader::detected).rows() == 2);
}

TEST_CASE("a missing file and a folder are refused by name", "[samples][csv]") {
  CHECK(error_of([] { CsvTable::read("no/such.csv"); }) ==
        "no/such.csv: cannot open: No such file or directory");
  CHECK(error_of([] { CsvTable::read("/"); }) == "/: this is a folder; give the file in it");
}

TEST_CASE("a file without content or rows is refused", "[samples][csv]") {
  CHECK(parse_error("") == "data.csv:1:1: the file is empty");
  CHECK(parse_error("\n \r\n") == "data.csv:1:1: the file is empty");
  CHECK(parse_error("a,b\n") == "data.csv:1:4: no rows below the header");
}

TEST_CASE("a ragged row is refused where it breaks", "[samples][csv]") {
  CHECK(parse_error("a,b\n1,2\n3\n") ==
        "data.csv:3:2: a ragged row: 1 cells where the first row has 2");
  CHECK(parse_error("a,b\n1,2,3\n") ==
        "data.csv:2:5: a ragged row: 3 cells where the first row has 2");
}

TEST_CASE("a header must name every column once", "[samples][csv]") {
  CHECK(parse_error("a,b,a\n1,2,3\n") == "data.csv:1:5: a second column named \"a\"; rename one");
  CHECK(parse_error(",b\n1,2\n") == "data.csv:1:1: a column without a name; name it or remove it");
}

TEST_CASE("a quote out of place is refused", "[samples][csv]") {
  CHECK(parse_error("a,b\n1,\"2\n3,4\n") == "data.csv:2:3: this quote is never closed");
  CHECK(parse_error("a,b\n1,\"2\"3\n") ==
        "data.csv:2:6: text after a closing quote; put a comma here, or double the quote");
  CHECK(parse_error("a,b\n1,2\"3\n") ==
        "data.csv:2:4: a quote inside an unquoted cell; quote the cell and double this quote");
}

TEST_CASE("an unknown column is refused with the names there are", "[samples][csv]") {
  CHECK(error_of([] { table("a,b\n1,2\n").find("c"); }) ==
        "data.csv:1:1: no column named \"c\"; there are \"a\", \"b\"");
}

TEST_CASE("a cell that isn't a finite number is refused", "[samples][csv]") {
  CHECK(number_error("abc") == "data.csv:2:3: column \"b\": \"abc\" is not a number");
  CHECK(number_error("") == "data.csv:2:3: column \"b\": the cell is empty");
  for (const std::string cell : {"1 2", "1.5x", "0x10", "1,5", "+-1", "++1", "-", "+", "."}) {
    INFO(cell);
    CHECK(contains(number_error("\"" + cell + "\""), "is not a number"));
  }
  for (const std::string cell : {"nan", "NaN", "-nan", "inf", "-Infinity", "1e999", "1e-999"}) {
    INFO(cell);
    CHECK(contains(number_error(cell), "is not a finite number"));
  }
}

TEST_CASE("every usual spelling of a number is read", "[samples][csv]") {
  const CsvTable t = table("a,b,c,d,e\n+1.5,.5,5.,1E+3,\"-0.25\"\n");
  const double expected[] = {1.5, 0.5, 5, 1000, -0.25};
  for (std::size_t column = 0; column < 5; ++column) {
    CHECK(t.number(0, column) == expected[column]);
  }
}

TEST_CASE("an error shows a long or binary cell shortened and harmless", "[samples][csv]") {
  CHECK(contains(number_error(std::string(100, 'z')), "\"" + std::string(40, 'z') + "...\""));
  CHECK(contains(number_error("a\x1b[2Jb"), "\"a?[2Jb\""));
}

TEST_CASE("a file on disk is read like text in memory", "[samples][csv]") {
  const std::string file = "csv_test_table.csv";
  std::ofstream(file, std::ios::binary) << "x,y\r\n1,2\r\n";
  CHECK(CsvTable::read(file).number(0, 1) == 2);
  std::remove(file.c_str());
}
