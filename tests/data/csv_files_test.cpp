// Expected values stand in the tables.
#include <cmath>
#include <filesystem>
#include <fstream>

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/data/files.hpp"
#include "tapegrad/data/lines.hpp"
#include "tapegrad/data/loader.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using test::Folder;
using test::io_error;
using Numbers = std::vector<double>;

namespace {

const std::string flowers = "width,kind,length\n1,rose,10\n2,iris,20\n\n3,rose,30\n4,aster,40";

struct File {
  Folder folder;
  std::string path = folder / "x.csv";
  explicit File(const std::string& text) { test::write_file(path, text); }
};

}  // namespace

TEST_CASE("a table is inputs from all columns but the target's, whose texts become numbers",
          "[data][csv]") {
  const File file(flowers);
  const TensorDataset set = from_csv(file.path, {.y = "kind"});
  CHECK(set.x().shape() == Shape{4, 2});
  CHECK(set.x().dtype() == float32);
  CHECK(set.x().to_vector<double>() == Numbers{1, 10, 2, 20, 3, 30, 4, 40});
  CHECK(set.y().to_vector<double>() == Numbers{2, 1, 2, 0});
}

TEST_CASE("columns are chosen by name, with types and numbers of the user's", "[data][csv]") {
  const File file(flowers);
  const TensorDataset lengths =
      from_csv(file.path, {.x = {"length"}, .y = "width", .x_dtype = float64, .y_dtype = float32});
  CHECK(lengths.x().to_vector<double>() == Numbers{10, 20, 30, 40});
  CHECK(lengths.y().dtype() == float32);
  const TensorDataset kinds = from_csv(
      file.path,
      {.x = {"length", "width"}, .y = "kind", .labels = LabelEncoder({"rose", "iris", "aster"})});
  CHECK(kinds.x()[0].to_vector<double>() == Numbers{10, 1});
  CHECK(kinds.y().to_vector<double>() == Numbers{0, 1, 0, 2});
  const File bare("1,2\n3,4\n");
  CHECK(from_csv(bare.path, {.y = "column 1"}).y().to_vector<double>() == Numbers{1, 3});
  CHECK(!from_csv(bare.path).y().defined());
}

TEST_CASE("columns of categories become their numbers among the others", "[data][csv]") {
  const File file("width,kind,length,color\n1,rose,,red\n2,iris,20,blue\n");
  const CsvColumns columns{
      .x_dtype = float64,
      .categories = {{"kind", LabelEncoder({"iris", "rose"})},
                     {"color", LabelEncoder({"red"}, UnknownLabel::own_index)}},
      .csv = {.missing = io::CsvMissing::nan}};
  for (const AnyDataset& set :
       {AnyDataset(from_csv(file.path, columns)), AnyDataset(CsvDataset(file.path, columns))}) {
    const Numbers first = set->get(0).x.to_vector<double>();
    CHECK(first[0] == 1);
    CHECK(first[1] == 1);
    CHECK(std::isnan(first[2]));
    CHECK(first[3] == 0);
    CHECK(set->get(1).x.to_vector<double>() == Numbers{2, 0, 20, 1});
  }
  CHECK(contains(io_error([&] {
                   from_csv(file.path, {.categories = {{"kind", LabelEncoder({"rose"})},
                                                       {"color", LabelEncoder({"red", "blue"})}},
                                        .csv = {.missing = io::CsvMissing::nan}});
                 }),
                 "\"iris\" is none of the 1 texts: \"rose\": " + file.path + ":3:3"));
}

TEST_CASE("what a table hasn't is an error with its place", "[data][csv]") {
  const File file(flowers);
  CHECK(
      contains(io_error([&] { from_csv(file.path, {.y = "size"}); }), "no column named \"size\""));
  CHECK(contains(io_error([&] { from_csv(file.path, {.x = {"kind"}}); }),
                 "\"rose\" is not a number"));
  CHECK(contains(io_error([&] {
                   from_csv(file.path,
                            {.x = {"width"}, .y = "kind", .labels = LabelEncoder({"rose"})});
                 }),
                 "\"iris\" is none of the 1 texts: \"rose\": " + file.path + ":3:3"));
  const File narrow("y\n1\n");
  CHECK(error_of([&] { from_csv(narrow.path, {.y = "y"}); }) ==
        "from_csv: the only column of the 1 is y; there is no x");
}

TEST_CASE("a target of numbers that aren't whole is no target of classes", "[data][csv]") {
  for (const std::string cell : {"1.5", "nan", "", "inf", "99999999999999999999"}) {
    const File file("x,y\n1,0\n2," + cell + "\n");
    CHECK(contains(io_error([&] { from_csv(file.path, {.y = "y"}); }),
                   "y: \"" + cell +
                       "\" is no whole number of int64; for a target of numbers say "
                       "y_dtype = float32, for classes of such names labels: " +
                       file.path + ":3:3"));
    CHECK_THROWS_AS(CsvDataset(file.path, {.y = "y"}).get(1), IoError);
  }
  const File file("x,y\n1,0\n2,1.5\n");
  CHECK(from_csv(file.path, {.y = "y", .y_dtype = float32}).y().to_vector<double>() ==
        Numbers{0, 1.5});
  CHECK(from_csv(file.path, {.y = "y", .labels = LabelEncoder({"1.5", "0"})})
            .y()
            .to_vector<double>() == Numbers{1, 0});
  const File words("x,y\n1,0\n2,1.5\n3,none\n");
  CHECK(from_csv(words.path, {.y = "y"}).y().to_vector<double>() == Numbers{0, 1, 2});
}

TEST_CASE("rows that are read when they are asked for are those of the whole table",
          "[data][csv]") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (const std::string start : {"", "\xEF\xBB\xBF",
                                    "\xEF\xBB\xBF"
                                    "a,\"b\""}) {
      std::string text = start.size() > 3 ? start + end : start;
      text += "1,\"2\"" + end + " " + end + "3 , 4" + end + end + "\"5\",6" + end + "7,8";
      const File file(text);
      const CsvDataset rows(file.path);
      const TensorDataset whole = from_csv(file.path);
      REQUIRE(rows.size() == whole.size());
      for (const Indices& some : {Indices{0, 1, 2, 3}, Indices{3, 1, 1}, Indices{2}}) {
        CHECK(rows.get_many(some)->x.to_vector<double>() ==
              whole.get_many(some)->x.to_vector<double>());
      }
      CHECK(rows.get(2).x.to_vector<double>() == Numbers{5, 6});
    }
  }
}

TEST_CASE("quoted cells with line ends are one row, and tabs may be delimiters", "[data][csv]") {
  const File file("x,y\n1,\"a\nb\"\n2,\"say \"\"\n\"\"\"\n");
  const CsvDataset rows(file.path, {.y = "y", .labels = LabelEncoder({"say \"\n\"", "a\nb"})});
  CHECK(rows.size() == 2);
  CHECK(rows.get_many(Indices{1, 0})->y.to_vector<double>() == Numbers{0, 1});
  const File tabs("1\t2\n\t4\n");
  const CsvDataset cells(
      tabs.path, {.x_dtype = float64, .csv = {.delimiter = '\t', .missing = io::CsvMissing::nan}});
  CHECK(cells.size() == 2);
  CHECK(cells.get(1).x[1].item<double>() == 4);
}

TEST_CASE("what is wrong with a row names it, also in the middle of a batch", "[data][csv]") {
  const File file("x,y\n1,1\n2,2\n3,oops\n4,4\n");
  const CsvDataset rows(file.path, {.y = "y"});
  CHECK(io_error([&] {
          rows.get_many(Indices{3, 2, 0});
        }) == "CsvDataset: column 2: \"oops\" is not a whole number; needed as int64: " +
                  file.path + ", row 3:1:3");
  const File ragged("1,2\n3,4\n5\n");
  CHECK(contains(io_error([&] { CsvDataset(ragged.path).get(2); }), "1 rows of 1 cells"));
  const File open("1,2\n3,4\n5,\"6\n7,8\n");
  CHECK(contains(io_error([&] {
                   CsvDataset(open.path).get_many(Indices{2, 0});
                 }),
                 "this quote is never closed: " + open.path + ", row 3:1:3"));
}

TEST_CASE("files that are no tables are refused when they are opened", "[data][csv]") {
  const auto error = [](const std::string& text) {
    const File file(text);
    return io_error([&] { CsvDataset{file.path}; });
  };
  CHECK(contains(error(""), "this is an empty file"));
  CHECK(contains(error("a,b\n"), "no rows below the header"));
  CHECK(contains(error("\x1f\x8b\x08 and so on"), "gzip"));
}

TEST_CASE("a table that becomes shorter is an error", "[data][csv]") {
  const File file("1,2\n3,4\n5,6\n");
  const CsvDataset rows(file.path);
  std::filesystem::resize_file(file.path, 5);
  CHECK(rows.get(0).x.numel() == 2);
  CHECK(contains(io_error([&] { rows.get(2); }), "the file has become shorter: it had 12 bytes"));
}

TEST_CASE("lines are texts without their ends, and as examples their bytes", "[data][lines]") {
  const File file("\xEF\xBB\xBFone\r\n\ntwo lines\nthe last");
  const TextLines lines(file.path);
  REQUIRE(lines.size() == 4);
  CHECK(lines.text(0) == "one");
  CHECK(lines.text(1) == "");
  CHECK(lines.text(2) == "two lines");
  CHECK(lines.text(3) == "the last");
  CHECK(lines.get(0).x.dtype() == uint8);
  CHECK(lines.get(0).x.to_vector<double>() == Numbers{'o', 'n', 'e'});
}

TEST_CASE("lines become what the user's function makes of them", "[data][lines]") {
  const File file("a\nbcd\n");
  const TextLines lines(file.path, [](std::string_view line) {
    return full({static_cast<std::int64_t>(line.size())}, 7);
  });
  CHECK(lines.size() == 2);
  DataLoader loader(lines, {.batch_size = 2, .padding = Padding{}});
  const Batch batch = loader.next().value();
  CHECK(batch.x.to_vector<double>() == Numbers{7, 0, 0, 7, 7, 7});
  CHECK(batch.lengths.to_vector<double>() == Numbers{1, 3});
}

TEST_CASE("lines that aren't there are refused", "[data][lines]") {
  const File file("a\n");
  const TextLines lines(file.path);
  CHECK(contains(error_of<IndexError>([&] { lines.text(1); }), "TextLines: no line 1 among 1: "));
  CHECK(contains(io_error([] { TextLines("/no/such/file"); }), "TextLines: cannot open: /no/such"));
  const File empty("");
  CHECK(TextLines(empty.path).size() == 0);
}
