// Source: DWARF Debugging Information Format Committee (2017), "DWARF Debugging Information Format,
// Version 5", section 6.2; names of constants are those of the standard.
#include "core/line_table.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/elf_sections.hpp"

namespace tapegrad {
namespace {

using namespace elf;

/// The table of one compiled source.
class Unit {
 public:
  Unit(const Sections& sections, Cursor cursor, bool wide, std::vector<std::string>& files)
      : sections_(sections), cursor_(cursor), wide_(wide), files_(files) {}

  void read(std::vector<LineTable::Run>& runs) {
    if (!read_header()) return;
    while (!cursor_.at_end() && cursor_.good()) step(runs);
  }

 private:
  struct Named {
    std::string path;
    std::uint64_t directory = 0;
  };
  struct State {
    std::uint64_t address = 0;
    std::uint64_t file = 1;
    std::uint64_t line = 1;
  };

  std::uint64_t offset() {
    return wide_ ? cursor_.number<std::uint64_t>() : cursor_.number<std::uint32_t>();
  }
  bool read_header();
  std::vector<Named> read_entries();
  void read_old_entries(std::vector<Named>& directories, std::vector<Named>& names);
  void skip_or_read(std::uint64_t content, std::uint64_t form, Named& entry);
  void add_files(const std::vector<Named>& directories, const std::vector<Named>& names);
  void step(std::vector<LineTable::Run>& runs);
  void extended(std::vector<LineTable::Run>& runs);
  void standard(std::uint8_t opcode);
  void emit();

  const Sections& sections_;
  Cursor cursor_;
  bool wide_;
  std::vector<std::string>& files_;
  std::uint16_t version_ = 0;
  std::uint8_t shortest_ = 1;
  std::int8_t line_base_ = 0;
  std::uint8_t line_range_ = 1;
  std::uint8_t opcode_base_ = 1;
  std::vector<std::uint8_t> lengths_;
  std::size_t first_file_ = 0;
  std::size_t file_count_ = 0;
  State state_;
  std::vector<LineTable::Row> rows_;
};

bool Unit::read_header() {
  version_ = cursor_.number<std::uint16_t>();
  if (version_ != 4 && version_ != 5) return false;
  if (version_ == 5) cursor_.take(2);  // sizes of addresses and segments
  const std::uint64_t header = offset();
  Cursor program = cursor_;
  program.take(header);
  shortest_ = cursor_.number<std::uint8_t>();
  cursor_.take(2);  // operations per instruction, default_is_stmt
  line_base_ = cursor_.number<std::int8_t>();
  line_range_ = cursor_.number<std::uint8_t>();
  opcode_base_ = cursor_.number<std::uint8_t>();
  for (int i = 1; i < opcode_base_; ++i) lengths_.push_back(cursor_.number<std::uint8_t>());
  std::vector<Named> directories, names;
  if (version_ == 5) {
    directories = read_entries();
    names = read_entries();
  } else {
    read_old_entries(directories, names);
  }
  add_files(directories, names);
  const bool good = cursor_.good() && line_range_ > 0 && opcode_base_ > 0;
  cursor_ = program;
  return good;
}

std::vector<Unit::Named> Unit::read_entries() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> format(cursor_.number<std::uint8_t>());
  for (auto& [content, form] : format) {
    content = cursor_.uleb();
    form = cursor_.uleb();
  }
  std::vector<Named> entries;
  for (std::uint64_t left = cursor_.uleb(); left > 0 && cursor_.good(); --left) {
    Named& entry = entries.emplace_back();
    for (const auto& [content, form] : format) skip_or_read(content, form, entry);
  }
  return entries;
}

void Unit::skip_or_read(std::uint64_t content, std::uint64_t form, Named& entry) {
  std::string text;
  std::uint64_t number = 0;
  switch (form) {
    case 0x08:
      text = cursor_.text();
      break;  // DW_FORM_string
    case 0x1f:
      text = text_at(sections_.line_texts, offset());
      break;  // DW_FORM_line_strp
    case 0x0e:
      text = text_at(sections_.texts, offset());
      break;  // DW_FORM_strp
    case 0x0f:
      number = cursor_.uleb();
      break;  // DW_FORM_udata
    case 0x0b:
      number = cursor_.number<std::uint8_t>();
      break;  // DW_FORM_data1
    case 0x05:
      number = cursor_.number<std::uint16_t>();
      break;  // DW_FORM_data2
    case 0x06:
      number = cursor_.number<std::uint32_t>();
      break;  // DW_FORM_data4
    case 0x07:
      number = cursor_.number<std::uint64_t>();
      break;  // DW_FORM_data8
    case 0x1e:
      cursor_.take(16);
      break;  // DW_FORM_data16
    case 0x09:
      cursor_.take(cursor_.uleb());
      break;  // DW_FORM_block
    default:
      cursor_.take(~std::uint64_t{0});  // unknown: give up
  }
  if (content == 1) entry.path = std::move(text);  // DW_LNCT_path
  if (content == 2) entry.directory = number;      // DW_LNCT_directory_index
}

// Entry 0 of version 4, the source's own folder, is known elsewhere: paths stay relative to it.
void Unit::read_old_entries(std::vector<Named>& directories, std::vector<Named>& names) {
  directories.emplace_back();
  for (std::string path = cursor_.text(); !path.empty(); path = cursor_.text()) {
    directories.push_back({.path = std::move(path)});
  }
  names.emplace_back();
  for (std::string path = cursor_.text(); !path.empty(); path = cursor_.text()) {
    const std::uint64_t directory = cursor_.uleb();
    cursor_.uleb();  // time
    cursor_.uleb();  // bytes
    names.push_back({std::move(path), directory});
  }
}

void Unit::add_files(const std::vector<Named>& directories, const std::vector<Named>& names) {
  first_file_ = files_.size();
  file_count_ = names.size();
  const auto joined = [](const std::string& folder, const std::string& path) {
    return folder.empty() || path.starts_with('/') ? path : folder + "/" + path;
  };
  for (const Named& name : names) {
    std::string folder =
        name.directory < directories.size() ? directories[name.directory].path : "";
    if (!directories.empty()) folder = joined(directories[0].path, folder);
    files_.push_back(joined(folder, name.path));
  }
}

void Unit::emit() {
  if (state_.file < file_count_) {
    rows_.push_back({state_.address, first_file_ + state_.file, state_.line});
  }
}

void Unit::step(std::vector<LineTable::Run>& runs) {
  const auto opcode = cursor_.number<std::uint8_t>();
  if (opcode == 0) return extended(runs);
  if (opcode < opcode_base_) return standard(opcode);
  const int adjusted = opcode - opcode_base_;
  state_.address += static_cast<std::uint64_t>(adjusted / line_range_) * shortest_;
  state_.line += static_cast<std::uint64_t>(line_base_ + adjusted % line_range_);
  emit();
}

void Unit::extended(std::vector<LineTable::Run>& runs) {
  Cursor body(cursor_.take(cursor_.uleb()));
  const auto opcode = body.number<std::uint8_t>();
  if (opcode == 2) state_.address = body.number<std::uint64_t>();  // DW_LNE_set_address
  if (opcode != 1) return;                                         // DW_LNE_end_sequence
  // What the linker dropped stands at address 0.
  if (!rows_.empty() && rows_.front().address != 0) {
    runs.push_back({std::move(rows_), state_.address});
  }
  rows_.clear();
  state_ = {};
}

void Unit::standard(std::uint8_t opcode) {
  switch (opcode) {
    case 1:
      return emit();  // DW_LNS_copy
    case 2:
      state_.address += cursor_.uleb() * shortest_;
      return;  // advance_pc
    case 3:
      state_.line += static_cast<std::uint64_t>(cursor_.sleb());
      return;  // advance_line
    case 4:
      state_.file = cursor_.uleb();
      return;  // set_file
    case 8:    // const_add_pc
      state_.address += static_cast<std::uint64_t>((255 - opcode_base_) / line_range_) * shortest_;
      return;
    case 9:
      state_.address += cursor_.number<std::uint16_t>();
      return;  // fixed_advance_pc
    default:
      for (int i = 0; i < lengths_[opcode - 1u]; ++i) cursor_.uleb();
  }
}

}  // namespace

LineTable::LineTable(std::span<const std::byte> elf) {
  const Sections sections = sections_of(elf);
  Cursor all(sections.lines);
  while (!all.at_end() && all.good()) {
    std::uint64_t length = all.number<std::uint32_t>();
    const bool wide = length == 0xffffffff;
    if (wide) length = all.number<std::uint64_t>();
    Unit(sections, Cursor(all.take(length)), wide, files_).read(runs_);
  }
}

}  // namespace tapegrad
