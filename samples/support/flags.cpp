// Flags by CLI11. Numbers are read here and not by CLI11: it would take 010 for eight, saturate
// what is too large, and accept nan.
#include "flags.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace samples {
namespace {

template <typename Number>
bool read_whole(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string described(IntegerRange range) {
  constexpr auto unbounded = std::numeric_limits<std::int64_t>::max();
  return range.most == unbounded
             ? fmt::format("a whole number, {} or more", range.least)
             : fmt::format("a whole number from {} to {}", range.least, range.most);
}

std::string described(NumberRange range) {
  std::string text = "a finite number";
  if (range.least != std::numeric_limits<double>::lowest()) {
    text += fmt::format(" {} {}", range.above ? "above" : "from", range.least);
    if (range.most == std::numeric_limits<double>::max() && !range.above) text += " on";
  }
  if (range.most != std::numeric_limits<double>::max()) {
    text += fmt::format(" {} {}", range.below ? "and below" : "to", range.most);
  }
  return text;
}

bool within(double value, NumberRange range) {
  return std::isfinite(value) && value >= range.least && value <= range.most &&
         !(range.above && value == range.least) && !(range.below && value == range.most);
}

std::string not_taken(const std::string& text, const std::string& wanted) {
  return fmt::format("\"{}\" given, but it takes {}", text, wanted);
}

[[noreturn]] void reject(const std::string& flag, const std::string& text,
                         const std::string& wanted) {
  throw CLI::ValidationError(flag, not_taken(text, wanted));
}

}  // namespace

struct Flags::App {
  explicit App(std::string description, std::string program)
      : cli(std::move(description), std::move(program)) {}
  CLI::App cli;
};

Flags::Flags(std::string program, std::string description)
    : app_(std::make_unique<App>(std::move(description), program)), program_(std::move(program)) {
  app_->cli.get_formatter()->column_width(34);
}

Flags::~Flags() = default;

void Flags::integer(const std::string& flag, std::int64_t& value, IntegerRange range,
                    const std::string& help) {
  const auto read = [flag, range, &value](const std::string& text) {
    std::int64_t number = 0;
    if (!read_whole(text, number) || number < range.least || number > range.most) {
      reject(flag, text, described(range));
    }
    value = number;
  };
  app_->cli.add_option_function<std::string>(flag, read, help)
      ->type_name("N")
      ->default_str(fmt::format("{}", value));
}

void Flags::number(const std::string& flag, double& value, NumberRange range,
                   const std::string& help) {
  const auto read = [flag, range, &value](const std::string& text) {
    double number = 0;
    if (!read_whole(text, number) || !within(number, range)) reject(flag, text, described(range));
    value = number;
  };
  app_->cli.add_option_function<std::string>(flag, read, help)
      ->type_name("X")
      ->default_str(std::isnan(value) ? "" : fmt::format("{}", value));
}

void Flags::text(const std::string& flag, std::string& value, const std::string& kind,
                 const std::string& help) {
  const auto read = [flag, kind, &value](const std::string& text) {
    if (text.empty()) reject(flag, text, "a " + kind);
    value = text;
  };
  app_->cli.add_option_function<std::string>(flag, read, help)->type_name(kind);
}

void Flags::choice(const std::string& flag, std::string& value,
                   const std::vector<std::string>& allowed, const std::string& help) {
  const auto read = [flag, allowed, &value](const std::string& text) {
    if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
      reject(flag, text, fmt::format("{}", fmt::join(allowed, " or ")));
    }
    value = text;
  };
  app_->cli.add_option_function<std::string>(flag, read, help)
      ->type_name(fmt::format("{}", fmt::join(allowed, "|")))
      ->default_str(value);
}

void Flags::texts(const std::string& flag, std::vector<std::string>& values,
                  const std::string& kind, const std::string& help) {
  const auto read = [flag, kind, &values](const std::vector<std::string>& given) {
    for (const std::string& text : given) {
      if (text.empty()) reject(flag, text, "a " + kind);
    }
    values = given;
  };
  app_->cli.add_option_function<std::vector<std::string>>(flag, read, help)->type_name(kind);
}

void Flags::argument(const std::string& name, std::string& value, const std::string& help) {
  app_->cli.add_option(name, value, help)->required()->type_name("");
}

void Flags::toggle(const std::string& flag, bool& value, const std::string& help) {
  app_->cli.add_flag(flag, value, help);
}

void Flags::endings(const std::string& flag, const std::vector<std::string>& allowed) {
  const auto check = [allowed](const std::string& text) {
    for (const std::string& ending : allowed) {
      if (text.size() > ending.size() && text.ends_with(ending)) return std::string();
    }
    return not_taken(text, fmt::format("a name that ends with {}", fmt::join(allowed, " or ")));
  };
  app_->cli.get_option(flag)->check(check);
}

void Flags::needs(const std::string& flag, const std::string& other) {
  app_->cli.get_option(flag)->needs(app_->cli.get_option(other));
}

void Flags::excludes(const std::string& flag, const std::string& other) {
  app_->cli.get_option(flag)->excludes(app_->cli.get_option(other));
}

void Flags::refuse(std::string_view why) {
  fmt::print(stderr, "{}: {}\nRun {} --help for the flags.\n", program_, why, program_);
  status_ = 2;
}

bool Flags::parse(int argc, const char* const* argv) {
  try {
    app_->cli.parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app_->cli.help());
    status_ = 0;
  } catch (const CLI::ArgumentMismatch& error) {
    refuse(fmt::format("{}; give it one value, once", error.what()));
  } catch (const CLI::ParseError& error) {
    refuse(error.what());
  }
  return false;
}

}  // namespace samples
