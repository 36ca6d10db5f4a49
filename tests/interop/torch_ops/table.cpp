// How a call finds its form: by the names and kinds of what it gives.
#include "table.hpp"

#include <algorithm>

#include "tapegrad/error.hpp"

namespace {

/// A default as it stands in a signature.
Value literal(const std::string& text) {
  if (text == "None") return {};
  if (text == "[]") return {Values{}};
  if (text == "True" || text == "False") return {text == "True"};
  if (text.front() == '\'') return {text.substr(1, text.size() - 2)};
  if (text.find_first_of(".e") != std::string::npos) return {std::stod(text)};
  return {static_cast<std::int64_t>(std::stoll(text))};
}

}  // namespace

Form form_of(std::string_view signature) {
  const std::size_t open = signature.find('(');
  Form form{.name = std::string(signature.substr(0, open)), .parameters = {}, .call = {}};
  std::string_view rest = signature.substr(open + 1, signature.size() - open - 2);
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(", "));
    const std::size_t equals = one.find('=');
    Parameter parameter{.name = std::string(one.substr(0, equals)), .otherwise = {}};
    if (equals != std::string_view::npos) {
      parameter.otherwise = literal(std::string(one.substr(equals + 1)));
    }
    form.parameters.push_back(std::move(parameter));
    rest.remove_prefix(std::min(rest.size(), one.size() + 2));
  }
  return form;
}

Values Form::bind(const Arguments& arguments) const {
  if (arguments.values.size() > parameters.size()) throw Unfit("too many arguments");
  std::vector<std::optional<Value>> bound(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    bound[i] = parameters[i].otherwise;
    if (i < arguments.values.size()) bound[i] = arguments.values[i];
  }
  for (const auto& [key, value] : arguments.named) {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&key = key](const Parameter& p) { return p.name == key; });
    if (found == parameters.end()) throw Unfit("no parameter '" + key + "'");
    const auto place = static_cast<std::size_t>(found - parameters.begin());
    if (place < arguments.values.size()) throw Unfit("'" + key + "' is given twice");
    bound[place] = value;
  }
  Values values;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!bound[i]) throw Unfit("'" + parameters[i].name + "' is needed");
    values.push_back(*bound[i]);
  }
  return values;
}

void Table::check_count(const Form& form, std::size_t parameters) {
  if (form.parameters.size() != parameters) throw tg::Error(form.name + ": names and types differ");
}

void Table::unary(std::string_view name, Unary f) { add(std::string(name) + "(input)", f); }

void Table::binary(std::string_view name, Binary f, Beside beside, Before before) {
  const std::string signature = std::string(name) + "(input, other)";
  add(signature, f);
  if (beside) add(signature, beside);
  if (before) add(signature, before);
}

Tensors Table::call(const std::string& name, const Arguments& arguments) const {
  std::string why = "no such operation";
  for (const Form& form : forms_) {
    if (form.name != name) continue;
    try {
      return form.call(form.bind(arguments));
    } catch (const Unfit& unfit) {
      why = unfit.what();
    }
  }
  throw Unfit(why + ": " + kinds_of(arguments.values));
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> names;
  for (const Form& form : forms_) {
    if (names.empty() || names.back() != form.name) names.push_back(form.name);
  }
  return names;
}
