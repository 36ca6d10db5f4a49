#include "harness.hpp"
#include "io/csv_cells.hpp"

using namespace tapegrad;

namespace {

void look_at_all(const io::CsvTable& table) {
  for (std::size_t column = 0; column < table.columns(); ++column) {
    (void)table.name(column);
    (void)table.text(table.rows() - 1, column);
    const auto type = table.type_of(column);
    if (type) fuzz::look_at(table.column(column, *type));
  }
  fuzz::look_at(table.values(float64));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto missing : {io::CsvMissing::refused, io::CsvMissing::nan}) {
    fuzz::run(data, size, [&](const io::Input& input) {
      look_at_all(io::read_csv(input, {.missing = missing, .missing_texts = {"NA"}}));
    });
  }
  return 0;
}
