#include "summary/embedding.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/check.hpp"
#include "io/atomic_file.hpp"
#include "io/folder.hpp"
#include "io/folder_lock.hpp"
#include "io/protobuf_text.hpp"
#include "summary/utf8.hpp"

namespace tapegrad::summary {
namespace {

namespace fs = std::filesystem;

/// What JavaScript calls white space, and may stand in a cell.
constexpr std::string_view blanks[] = {" ",      "\v",     "\f",     "\u00a0", "\u1680", "\u2000",
                                       "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                       "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029",
                                       "\u202f", "\u205f", "\u3000", "\ufeff"};

/// A tag as a folder of its own: what isn't a letter, a digit, "-" or "_" is "%" and its code.
std::string folder_name(std::string_view tag) {
  std::string name;
  for (const char c : tag) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return name;
}

std::string table_of(const Tensor& points) {
  const std::vector<float> values = points.to_vector<float>();
  const auto columns = static_cast<std::size_t>(points.size(1));
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += fmt::format("{}{}", values[i], (i + 1) % columns == 0 ? '\n' : '\t');
  }
  return text;
}

void append_row(std::string& text, const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) {
    check_cell("add_embedding", "cell", cell);
    check<Error>(cell.find_first_of("\t\n\r") == std::string::npos,
                 "add_embedding: \"{}\" holds a tab or a line break, which end a cell of a table",
                 cell);
    text += cell;
    text += '\t';
  }
  text.back() = '\n';
}

/// TensorBoard's page skips rows that are blank, as JavaScript's trim() has it.
bool is_blank(const std::vector<std::string>& row) {
  return std::ranges::all_of(row, [](std::string_view cell) {
    while (!cell.empty()) {
      const auto space = std::ranges::find_if(
          blanks, [&](std::string_view blank) { return cell.starts_with(blank); });
      if (space == std::end(blanks)) return false;
      cell.remove_prefix(space->size());
    }
    return true;
  });
}

/// TensorBoard takes the first row for a header where there is more than one column, and only
/// there.
std::string table_of(const EmbeddingMetadata& metadata) {
  std::string text;
  if (metadata.columns.size() > 1) append_row(text, metadata.columns);
  for (const std::vector<std::string>& row : metadata.rows) append_row(text, row);
  return text;
}

void check_embedding(const Tensor& points, const EmbeddingMetadata& metadata) {
  check<ShapeError>(points.dim() == 2 && points.numel() > 0,
                    "add_embedding: shape {}; use [points, dimensions], neither of them 0",
                    points.shape());
  check<Error>(!metadata.columns.empty() || metadata.rows.empty(),
               "add_embedding: {} rows of metadata, but no columns; name these",
               metadata.rows.size());
  if (metadata.columns.empty()) return;
  check<Error>(metadata.columns.size() == 1 || !is_blank(metadata.columns),
               "add_embedding: the columns have no names; TensorBoard needs them");
  check<Error>(metadata.rows.size() == static_cast<std::size_t>(points.size(0)),
               "add_embedding: metadata of {} points for {}", metadata.rows.size(), points.size(0));
  for (const std::vector<std::string>& row : metadata.rows) {
    check<Error>(row.size() == metadata.columns.size(),
                 "add_embedding: {} cells in a row of metadata that has {} columns", row.size(),
                 metadata.columns.size());
    check<Error>(
        !is_blank(row),
        "add_embedding: the metadata of a point is blank; TensorBoard would skip it, and so "
        "give it that of the next point; give it a text");
  }
}

void put_in_place(const fs::path& path, std::string_view text) {
  io::AtomicFile file("add_embedding", path.string());
  file.write(text);
  file.commit();
}

/// Without the block of this name, if there is one of ours.
std::string without_entry(std::string list, const std::string& name_line) {
  const std::string opening = "embeddings {\n";
  const std::string closing = "\n}\n";
  const std::size_t start = list.find(opening + name_line);
  if (start == std::string::npos) return list;
  const std::size_t end = list.find(closing, start);
  return list.erase(start, end == std::string::npos ? end : end + closing.size() - start);
}

/// Adds an entry to the list, which may have others, also some that we didn't write.
void add_to_list(const std::string& directory, const std::string& name, const fs::path& folder,
                 bool has_metadata) {
  const fs::path path = fs::path(directory) / "projector_config.pbtxt";
  std::ifstream in(path, std::ios::binary);
  const std::string before{std::istreambuf_iterator<char>(in), {}};
  const std::string name_line = fmt::format("  tensor_name: {}\n", io::protobuf_text(name));
  std::string list = without_entry(before, name_line);
  if (!list.empty() && list.back() != '\n') list += '\n';
  list += "embeddings {\n" + name_line;
  list += fmt::format("  tensor_path: {}\n", io::protobuf_text((folder / "tensors.tsv").string()));
  if (has_metadata) {
    list +=
        fmt::format("  metadata_path: {}\n", io::protobuf_text((folder / "metadata.tsv").string()));
  }
  put_in_place(path, list + "}\n");
}

}  // namespace

Embedding prepare_embedding(std::string_view tag, const Tensor& points,
                            const EmbeddingMetadata& metadata, std::int64_t step) {
  check_name("add_embedding", "tag", tag);
  check_embedding(points, metadata);
  Embedding embedding{.tag = std::string(tag), .step = step};
  embedding.points = table_of(points);
  if (!metadata.columns.empty()) embedding.metadata = table_of(metadata);
  return embedding;
}

void write_embedding(const std::string& directory, const Embedding& embedding,
                     const io::LockOptions& patience) {
  const std::string step = fmt::format("{:05}", embedding.step);
  const fs::path folder = fs::path("projector") / folder_name(embedding.tag) / step;
  const fs::path target = fs::path(directory) / folder;
  const io::MadeFolder made("add_embedding", target.string());
  const io::FolderLock lock("add_embedding", directory, patience);
  put_in_place(target / "tensors.tsv", embedding.points);
  if (embedding.metadata) put_in_place(target / "metadata.tsv", *embedding.metadata);
  add_to_list(directory, fmt::format("{}:{}", embedding.tag, step), folder,
              embedding.metadata.has_value());
  std::error_code none_there;
  if (!embedding.metadata) fs::remove(target / "metadata.tsv", none_there);
}

}  // namespace tapegrad::summary
