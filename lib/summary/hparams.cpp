// The settings of a run and what it reached.
#include <algorithm>
#include <cmath>
#include <set>

#include "summary/wall_time.hpp"
#include "summary/writer_impl.hpp"

namespace tapegrad::summary {
namespace {

void check_hparams(const std::vector<std::pair<std::string, Hparam>>& hparams) {
  std::set<std::string_view> names;
  for (const auto& [name, hparam] : hparams) {
    check_name("add_hparams", "name", name);
    check<Error>(names.insert(name).second, "add_hparams: two values for \"{}\"; give one", name);
    if (const auto* text = std::get_if<std::string>(&hparam.value())) {
      check_utf8("add_hparams", "value", *text);
    }
    const auto* number = std::get_if<double>(&hparam.value());
    check<Error>(!number || std::isfinite(*number),
                 "add_hparams: \"{}\" is {}, which TensorBoard leaves out; give it as a text", name,
                 number ? *number : 0);
  }
}

}  // namespace

Hparam::Hparam(std::string value) : value_(std::move(value)) {}
Hparam::Hparam(std::string_view value) : value_(std::string(value)) {}
Hparam::Hparam(const char* value) : value_(std::string(value)) {}

void Writer::add_hparams(const std::vector<std::pair<std::string, Hparam>>& hparams,
                         const std::vector<std::pair<std::string, double>>& metrics) {
  impl().open();
  check<Error>(!impl_->has_hparams,
               "add_hparams: {} has hyperparameters already, and TensorBoard shows the first of a "
               "run; use a writer in a folder of its own",
               impl_->path);
  check_hparams(hparams);
  std::vector<std::string> tags;
  for (const auto& [tag, value] : metrics) {
    impl_->check_tag("add_hparams", tag, Kind::scalar);
    check<Error>(std::ranges::find(tags, tag) == tags.end(),
                 "add_hparams: two values for the metric \"{}\"; give one", tag);
    tags.push_back(tag);
  }
  impl_->has_hparams = true;
  for (std::string& event : hparams_events({wall_time_now(), 0}, hparams, tags)) {
    add_event(0, std::move(event));
  }
  for (const auto& [tag, value] : metrics) add_scalar(tag, value, 0);
}

}  // namespace tapegrad::summary
