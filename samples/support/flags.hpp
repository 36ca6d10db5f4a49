// The command line of a sample: flags with ranges, --help, and errors that name the flag.
// The only place, with flags.cpp, that knows CLI11.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// Both ends belong to the range.
struct IntegerRange {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

/// Numbers are finite; `least` belongs to the range unless `above` says otherwise, `most` unless
/// `below` does.
struct NumberRange {
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
  bool above = false;
  bool below = false;
};

/// Flags bound to variables: what a variable holds when its flag is declared is the default that
/// --help shows.
class Flags {
 public:
  Flags(std::string program, std::string description);
  ~Flags();
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  void integer(const std::string& flag, std::int64_t& value, IntegerRange range,
               const std::string& help);
  void number(const std::string& flag, double& value, NumberRange range, const std::string& help);
  void text(const std::string& flag, std::string& value, const std::string& kind,
            const std::string& help);
  /// One of the words of `allowed`.
  void choice(const std::string& flag, std::string& value, const std::vector<std::string>& allowed,
              const std::string& help);
  /// One text or several behind one flag.
  void texts(const std::string& flag, std::vector<std::string>& values, const std::string& kind,
             const std::string& help);
  /// What the sample can't do without, given without a flag.
  void argument(const std::string& name, std::string& value, const std::string& help);
  void toggle(const std::string& flag, bool& value, const std::string& help);

  /// What is given with `flag` must end with one of these.
  void endings(const std::string& flag, const std::vector<std::string>& allowed);

  /// `flag` makes sense only where `other` is given too, or only where it is not.
  void needs(const std::string& flag, const std::string& other);
  void excludes(const std::string& flag, const std::string& other);

  /// Fills the variables. True when the sample should run; otherwise --help or an error has been
  /// printed and status() is what main returns.
  bool parse(int argc, const char* const* argv);
  int status() const { return status_; }

 private:
  struct App;
  void refuse(std::string_view why);

  std::unique_ptr<App> app_;
  std::string program_;
  int status_ = 0;
};

}  // namespace samples
