// Reading archives.
#include "io/zip_archive.hpp"

#include <limits>

#include "core/sizes.hpp"
#include "io/elements.hpp"
#include "io/gzip.hpp"
#include "io/path.hpp"
#include "io/what_it_is.hpp"
#include "io/zip_error.hpp"
#include "io/zip_names.hpp"

namespace tapegrad::io {
namespace {

std::uint64_t most_of(std::uint64_t packed) {
  constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  return product<std::uint64_t>(packed, tightest_deflate).value_or(all);
}

bool has_nul(std::string_view name) { return name.find('\0') != name.npos; }

std::shared_ptr<zip> open_archive(const Input& input) {
  check_format(input, Format::npz);
  ZipError error;
  zip_source_t* source = zip_source_buffer_create(input.data, input.size, 0, &error);
  zip_t* archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  if (!archive) {
    if (source) zip_source_free(source);
    fail<IoError>(
        "{}: no zip archive: {}: {}; is it the right file, and was it written or fetched "
        "whole?",
        input.operation, error.text(), input.name);
  }
  return {archive, &zip_discard};
}

}  // namespace

ZipReader::ZipReader(const Input& input) : input_(input), archive_(open_archive(input)) {
  const auto count = static_cast<std::uint64_t>(zip_get_num_entries(archive_.get(), 0));
  std::uint64_t packed = 0;
  for (std::uint64_t i = 0; i < count; ++i) entries_.push_back(describe(i, packed));
  check_names();
}

// Also that our eyes and libzip's see the same directory: an archive may be made to have two.
void ZipReader::check_names() {
  const auto names = names_in_directory(input_);
  const bool all = names && names->size() == entries_.size();
  check<IoError>(all, "{}: the directory of the archive is not where it says: {}; write it anew",
                 input_.operation, input_.name);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const ZipName& name = (*names)[i];
    const bool hides = has_nul(name.bytes) || has_nul(name.unicode);
    const char* seen = zip_get_name(archive_.get(), i, ZIP_FL_ENC_RAW);
    const bool same = seen && (name.bytes == seen || name.unicode == seen);
    Entry& entry = entries_[i];
    if (hides) entry.name = name.bytes;
    if (hides) entry.problem = "its name goes on behind a NUL";
    if (!hides && !same) entry.problem = "the archive gives it two names";
    if (entry.problem.empty()) entry.problem = problem_of_entry(entry.name);
  }
}

ZipReader::Entry ZipReader::describe(std::uint64_t index, std::uint64_t& packed) const {
  zip_stat_t facts;
  zip_stat_init(&facts);
  if (zip_stat_index(archive_.get(), index, 0, &facts) != 0) {
    fail_entry(fmt::format("number {}", index), zip_strerror(archive_.get()));
  }
  constexpr auto needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((facts.valid & needed) != needed) {
    fail_entry(fmt::format("number {}", index), "its size isn't known");
  }
  const bool encrypted =
      (facts.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && facts.encryption_method != ZIP_EM_NONE;
  const bool stored = facts.comp_method == ZIP_CM_STORE;
  const bool deflated = facts.comp_method == ZIP_CM_DEFLATE;
  // Entries that share bytes are how a small archive unpacks to petabytes.
  const auto more = sum_of<std::uint64_t>(packed, facts.comp_size);
  if (!more || *more > input_.size) fail_entry(facts.name, "it is larger than the archive");
  packed = *more;
  if (encrypted) return {facts.name, 0, "it is encrypted"};
  if (!stored && !deflated) return {facts.name, 0, "it is packed in another way than deflate"};
  if (stored ? facts.size != facts.comp_size : facts.size > most_of(facts.comp_size)) {
    fail_entry(facts.name, "it claims a size that its bytes can't hold");
  }
  return {facts.name, facts.size, {}};
}

void ZipReader::check_entry(std::size_t i) const {
  if (!entries_[i].problem.empty()) fail_entry(entries_[i].name, entries_[i].problem);
}

Input ZipReader::read(std::size_t i) const {
  const Entry& entry = entries_[i];
  check_entry(i);
  const std::shared_ptr<zip_file_t> file(zip_fopen_index(archive_.get(), i, 0),
                                         [](zip_file_t* f) { return f ? zip_fclose(f) : 0; });
  if (!file) fail_entry(entry.name, zip_strerror(archive_.get()));
  Tensor bytes = memory_for(input_, uint8, {static_cast<std::int64_t>(entry.size)});
  std::uint8_t* data = bytes.mutable_data<std::uint8_t>();
  std::uint64_t filled = 0;
  std::uint8_t beyond = 0;
  // One byte more than there should be: libzip compares the checksum at the end of the entry.
  while (true) {
    const bool full = filled == entry.size;
    const std::int64_t count =
        zip_fread(file.get(), full ? &beyond : data + filled, full ? 1 : entry.size - filled);
    if (count < 0) fail_entry(entry.name, zip_file_strerror(file.get()));
    if (count > 0 && full) fail_entry(entry.name, "it is longer than it claims");
    if (count == 0) break;
    filled += static_cast<std::uint64_t>(count);
  }
  if (filled != entry.size) fail_entry(entry.name, "it is shorter than it claims");
  return {input_.operation, fmt::format("{}: {}", input_.name, shown(entry.name)),
          reinterpret_cast<std::byte*>(data), entry.size, std::make_shared<Tensor>(bytes)};
}

void ZipReader::fail_entry(std::string_view name, std::string_view what) const {
  fail<IoError>("{}: cannot read the entry {}: {}: {}", input_.operation, shown(name), what,
                input_.name);
}

}  // namespace tapegrad::io
