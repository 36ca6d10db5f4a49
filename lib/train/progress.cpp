#include "tapegrad/train/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <utility>

#include "core/check.hpp"
#include "tapegrad/train/trainer.hpp"
#include "train/progress_line.hpp"

namespace tapegrad::train {
namespace {

constexpr double between_draws = 0.25;

std::string text_of(const Scores& scores) {
  std::string text;
  for (const auto& [name, value] : scores) text += fmt::format(" {} {:.4g}", name, value);
  return text;
}

/// What a line of the terminal holds.
std::size_t width() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col - 1U : 500;
}

// Here, and not in the header: <chrono> would be half of what including that takes.
double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// How many steps a training still has; nothing where the source doesn't know.
std::optional<std::int64_t> steps_left(const Trainer& trainer) {
  const TrainerOptions& o = trainer.options();
  std::optional<std::int64_t> left;
  if (const auto batches = trainer.batches()) {
    const auto steps = [&o](std::int64_t count) {
      return (count + o.accumulate - 1) / o.accumulate;
    };
    left = (o.epochs - trainer.epoch() - 1) * steps(*batches) +
           steps(std::max<std::int64_t>(0, *batches - trainer.batch()));
  }
  if (o.steps > 0) left = std::min(left.value_or(o.steps), o.steps - trainer.step());
  return left;
}

}  // namespace

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::min(seconds, 1e9)));
  const std::int64_t minutes = whole / 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, whole % 60);
  return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, whole % 60);
}

std::string progress_line(const ProgressNow& now) {
  std::string text = fmt::format("epoch {}/{}", now.epoch + 1, now.epochs);
  if (now.batches && *now.batches > 0) {
    constexpr std::int64_t cells = 10;
    const std::int64_t done = std::min(now.batch, *now.batches);
    const auto full = static_cast<std::size_t>(cells * done / *now.batches);
    text += fmt::format(" [{}{}] {:3} %", std::string(full, '='), std::string(cells - full, ' '),
                        100 * done / *now.batches);
  } else {
    text += fmt::format(" batch {}", now.batch);
  }
  text += fmt::format("  {:.0f} rows/s", now.rows_per_second);
  if (now.seconds_left) text += fmt::format("  {} left", clock_text(*now.seconds_left));
  return text + " " + text_of(now.scores);
}

std::string ProgressBar::running_line(const Trainer& trainer) const {
  const double seconds = seconds_now() - began_;
  ProgressNow now{trainer.epoch(), trainer.options().epochs, trainer.batch(), trainer.batches()};
  now.rows_per_second = seconds > 0 ? static_cast<double>(rows_) / seconds : 0;
  const std::int64_t steps = trainer.step() - first_step_;
  const auto left = steps_left(trainer);
  if (left && steps > 0) {
    now.seconds_left = seconds * static_cast<double>(*left) / static_cast<double>(steps);
  }
  now.scores = trainer.scores();
  return progress_line(now);
}

void ProgressBar::show(const std::string& line, bool stays) {
  std::ostream& out = options_.out != nullptr ? *options_.out : std::cout;
  if (terminal_) out << "\r\x1b[K";
  out << (terminal_ && !stays ? line.substr(0, width()) : line);
  if (stays) out << '\n';
  out << std::flush;
  unfinished_ = terminal_ && !stays;
}

void ProgressBar::wait() {
  next_ = seconds_now() + (terminal_ ? between_draws : options_.seconds_between_lines);
}

void ProgressBar::on_begin(Trainer& trainer) {
  terminal_ = options_.terminal.value_or(options_.out == nullptr && ::isatty(STDOUT_FILENO) != 0);
  began_ = seconds_now();
  wait();
  first_step_ = trainer.step();
  rows_ = 0;
  waiting_.clear();
}

void ProgressBar::on_step(Trainer& trainer) {
  rows_ += trainer.rows();
  if (seconds_now() < next_) return;
  show(running_line(trainer), !terminal_);
  wait();
}

void ProgressBar::on_epoch(Trainer& trainer) {
  const EpochScores& now = trainer.history().back();
  waiting_ = fmt::format("epoch {}/{}  {} ", now.epoch + 1, trainer.options().epochs,
                         clock_text(seconds_now() - began_)) +
             text_of(now.scores);
  if (!terminal_ && !options_.every_epoch && seconds_now() < next_) return;
  show(std::exchange(waiting_, {}), true);
  wait();
}

void ProgressBar::on_end(Trainer&) {
  if (!waiting_.empty()) show(std::exchange(waiting_, {}), true);
  if (unfinished_) show({}, false);
  unfinished_ = false;
}

}  // namespace tapegrad::train
