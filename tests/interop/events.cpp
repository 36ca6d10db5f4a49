// What the tests of event files have the summary writer do: log the values of a file, as one of
// many writers, until it is killed, up to the end of the program, or some steps of a run.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/summary/writer.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;
using tg::summary::Writer;

namespace {

std::string text_of(const tg::Tensor& bytes) {
  const std::vector<std::uint8_t> values = bytes.to_vector<std::uint8_t>();
  return {values.begin(), values.end()};
}

/// A number, also a whole one, a flag (bool) or a text (uint8).
tg::summary::Hparam hparam_of(const tg::Tensor& value) {
  if (value.dtype() == tg::boolean) return value.item<bool>();
  if (value.dtype() == tg::uint8) return text_of(value);
  if (value.dtype() == tg::int64) return value.item<std::int64_t>();
  return value.item<double>();
}

/// The entries whose names are "kind:" and a tag, by tag.
std::map<std::string, tg::Tensor> of_kind(const tg::StateDict& values, std::string_view kind) {
  std::map<std::string, tg::Tensor> found;
  for (const auto& [name, tensor] : values) {
    if (name.starts_with(std::string(kind) + ":")) found[name.substr(kind.size() + 1)] = tensor;
  }
  return found;
}

void log_scalars(Writer& writer, const tg::StateDict& values) {
  for (const auto& [tag, numbers] : of_kind(values, "scalar")) {
    const auto steps = values["steps:" + tag].to_vector<std::int64_t>();
    const auto times = values["times:" + tag].to_vector<double>();
    const auto list = numbers.to_vector<double>();
    for (std::size_t i = 0; i < list.size(); ++i) {
      writer.add_scalar(tag, list[i], steps[i], times[i]);
    }
  }
}

/// Two lines in one chart.
void log_scalar_groups(Writer& writer, const tg::StateDict& values) {
  for (const auto& [tag, rows] : of_kind(values, "scalars")) {
    for (std::int64_t i = 0; i < rows.size(0); ++i) {
      writer.add_scalars(
          tag, {{"train", rows[i][0].item<double>()}, {"test/mean", rows[i][1].item<double>()}}, i);
    }
  }
}

void log_hparams(Writer& writer, const tg::StateDict& values) {
  std::vector<std::pair<std::string, tg::summary::Hparam>> hparams;
  for (const auto& [name, value] : of_kind(values, "hparam")) {
    hparams.emplace_back(name, hparam_of(value));
  }
  std::vector<std::pair<std::string, double>> metrics;
  for (const auto& [name, value] : of_kind(values, "metric")) {
    metrics.emplace_back(name, value.item<double>());
  }
  if (!hparams.empty()) writer.add_hparams(hparams, metrics);
}

void log_values(const std::string& file, const std::string& folder) {
  const tg::StateDict values = tg::io::load_safetensors(file).tensors;
  constexpr std::int64_t step = 7;
  Writer writer(folder);
  log_scalars(writer, values);
  log_scalar_groups(writer, values);
  for (const auto& [tag, x] : of_kind(values, "histogram")) writer.add_histogram(tag, x, step);
  for (const auto& [tag, x] : of_kind(values, "image")) writer.add_image(tag, x, step);
  for (const auto& [tag, x] : of_kind(values, "text")) writer.add_text(tag, text_of(x), step);
  for (const auto& [tag, labels] : of_kind(values, "labels")) {
    writer.add_pr_curve(tag, labels, values["predictions:" + tag], step,
                        values["thresholds:" + tag].item<std::int64_t>());
  }
  log_hparams(writer, values);
}

/// One process of a crowd: its writers take turns.
void log_as(int process, int writers, int count, const std::string& folder) {
  std::vector<Writer> open;
  for (int w = 0; w < writers; ++w) open.emplace_back(folder);
  for (int i = 0; i < count; ++i) {
    for (int w = 0; w < writers; ++w) {
      open[static_cast<std::size_t>(w)].add_scalar(
          "process" + std::to_string(process) + "/writer" + std::to_string(w), i, i);
    }
  }
}

int log_in_processes(const std::string& folder, int processes, int writers, int count) {
  for (int p = 0; p < processes; ++p) {
    const pid_t child = ::fork();
    if (child < 0) return 1;
    if (child == 0) {
      log_as(p, writers, count, folder);
      std::_Exit(0);
    }
  }
  int failed = 0;
  int status = 0;
  while (::wait(&status) > 0) failed += status != 0;
  return failed;
}

/// Says after each flush how many numbers are safe.
[[noreturn]] void log_until_killed(const std::string& folder) {
  Writer writer(folder, {.flush_seconds = 0.001});
  for (std::int64_t i = 0;; ++i) {
    writer.add_scalar("count", static_cast<double>(i), i);
    if (i % 50 != 49) continue;
    writer.flush();
    std::printf("%lld\n", static_cast<long long>(i + 1));
    std::fflush(stdout);
  }
}

/// Histograms that still wait when main() is over.
void log_at_exit(const std::string& folder, int count) {
  static Writer writer(folder, {.flush_seconds = 3600});
  const tg::Tensor x = tg::arange(1000).to(tg::float32);
  for (int i = 0; i < count; ++i) writer.add_histogram("x", x, i);
}

/// Steps from `first` up to `last`, with `value`. "purge" drops what was logged from `first` on.
void log_steps(const std::string& folder, std::int64_t first, std::int64_t last, double value,
               bool purge) {
  tg::summary::WriterOptions options;
  if (purge) options.purge_step = first;
  Writer writer(folder, options);
  for (std::int64_t step = first; step < last; ++step) {
    writer.add_scalar("count", value, step);
    writer.add_histogram("x", tg::full({4}, value), step);
  }
}

}  // namespace

int main(int count, char** arguments) try {
  const std::string verb = count > 1 ? arguments[1] : "";
  if (verb == "log" && count == 4) {
    log_values(arguments[2], arguments[3]);
  } else if (verb == "crowd" && count == 6) {
    return log_in_processes(arguments[2], std::stoi(arguments[3]), std::stoi(arguments[4]),
                            std::stoi(arguments[5]));
  } else if (verb == "endless" && count == 3) {
    log_until_killed(arguments[2]);
  } else if (verb == "exit" && count == 4) {
    log_at_exit(arguments[2], std::stoi(arguments[3]));
  } else if (verb == "steps" && (count == 6 || count == 7)) {
    log_steps(arguments[2], std::stoll(arguments[3]), std::stoll(arguments[4]),
              std::stod(arguments[5]), count == 7);
  } else {
    std::fprintf(stderr,
                 "usage: %s log VALUES FOLDER | crowd FOLDER PROCESSES WRITERS COUNT | "
                 "endless FOLDER | exit FOLDER COUNT | steps FOLDER FIRST LAST VALUE [purge]\n",
                 arguments[0]);
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
