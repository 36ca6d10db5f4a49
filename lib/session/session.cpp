// Sessions: which part of the graph is asked for, and whether what is fed fits.
#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "autograd/graph_impl.hpp"
#include "core/check.hpp"
#include "core/unknown.hpp"
#include "session/replay.hpp"

namespace tapegrad {

namespace detail {

struct SessionImpl {
  struct Answer {
    Replay replay;
    Program program;
  };
  /// What is fetched, as its place among the results.
  using Results = std::vector<std::optional<std::size_t>>;

  explicit SessionImpl(std::shared_ptr<GraphImpl> whose) : graph(std::move(whose)) {}
  GraphImpl::Place placed(const Tensor& x, std::string_view name) const;
  Results ask(Question& question, const std::vector<Fetch>& fetches) const;
  std::size_t node_of(const GraphOperation& operation) const;
  const Answer& answer_to(const Question& question);

  std::shared_ptr<GraphImpl> graph;
  std::map<Question, Answer> answers = {};
  std::mutex mutex = {};
};

GraphImpl::Place SessionImpl::placed(const Tensor& x, std::string_view name) const {
  if (x.defined()) return graph->place_of("session", x);
  check<Error>(!name.empty(), "session: an undefined tensor or an empty name, of graph \"{}\"",
               graph->name);
  const auto found = graph->find(name);
  check<Error>(found.has_value(), "session: graph \"{}\" has no tensor \"{}\"", graph->name, name);
  return *found;
}

std::size_t SessionImpl::node_of(const GraphOperation& operation) const {
  if (operation.graph_ != graph) {
    fail<Error>("session: {} belongs to graph \"{}\", and graph \"{}\" was asked", operation.name(),
                operation.graph_->name, graph->name);
  }
  return operation.node_;
}

SessionImpl::Results SessionImpl::ask(Question& question, const std::vector<Fetch>& fetches) const {
  Results results;
  for (const Fetch& fetch : fetches) {
    if (fetch.operation.defined()) {
      question.done.push_back(node_of(fetch.operation));
      results.emplace_back();
    } else {
      results.emplace_back(question.fetched.size());
      question.fetched.push_back(placed(fetch.tensor, fetch.name));
    }
  }
  return results;
}

const SessionImpl::Answer& SessionImpl::answer_to(const Question& question) {
  const std::lock_guard guard(mutex);
  const auto found = answers.find(question);
  if (found != answers.end()) return found->second;
  const Replay replay(graph, question);
  return answers.emplace(question, Answer{replay, Program(replay, {})}).first->second;
}

}  // namespace detail

using detail::SessionImpl;

namespace {

/// The sessions of this thread, the newest last.
thread_local std::vector<std::pair<const SessionImpl*, const Session*>> sessions;

/// In each run: names are looked up for errors only.
void check_fits(const GraphImpl& graph, GraphImpl::Place place, const Tensor& value) {
  const Tensor& x = graph.at(place);
  check_defined("session", value);
  if (value.dtype() != x.dtype()) {
    fail<DTypeError>("session: {} is {}, and was fed {}; convert it", graph.name_of(place),
                     x.dtype(), value.dtype());
  }
  const Shape& shape = x.shape();
  bool fits = shape.size() == value.shape().size();
  for (std::size_t d = 0; fits && d < shape.size(); ++d) {
    fits = shape[d] == value.shape()[d] || is_unknown(shape[d]);
  }
  if (!fits) {
    fail<ShapeError>("session: {} has shape {}, and was fed {}", graph.name_of(place), shape,
                     value.shape());
  }
}

}  // namespace

Session::Session() : Session(default_graph()) {}

Session::Session(const Graph& graph) {
  check<Error>(graph.impl_ != nullptr, "session: the graph was moved from, and has {}",
               "no operations");
  impl_ = std::make_shared<SessionImpl>(graph.impl_);
  sessions.emplace_back(impl_.get(), this);
}

Session::~Session() {
  std::erase_if(sessions, [&](const auto& one) { return one.second == this; });
}

std::vector<Tensor> Session::run_all(const std::vector<Fetch>& fetches, const Feeds& feeds) const {
  Question question;
  const SessionImpl::Results results = impl_->ask(question, fetches);
  TensorList values;
  for (const Fed& fed : feeds) {
    const GraphImpl::Place place = impl_->placed(fed.tensor, fed.name);
    if (std::ranges::find(question.fed, place) != question.fed.end()) {
      fail<Error>("session: {} is fed twice", impl_->graph->name_of(place));
    }
    check_fits(*impl_->graph, place, fed.value);
    question.fed.push_back(place);
    values.push_back(fed.value);
  }
  std::erase_if(question.done, [&](std::size_t node) {
    const std::function<void()>& before = impl_->graph->nodes[node].before;
    if (before) before();
    return static_cast<bool>(before);
  });
  TensorList fetched;
  if (!question.fetched.empty() || !question.done.empty()) {
    const SessionImpl::Answer& answer = impl_->answer_to(question);
    answer.replay.check_initialized();
    fetched = answer.program.run(values);
  }
  TensorList all;
  for (const std::optional<std::size_t>& place : results) {
    all.push_back(place ? fetched[*place] : Tensor());
  }
  return all;
}

Program Session::program(const std::vector<Fetch>& fetches,
                         const std::vector<Fetch>& placeholders) const {
  Question question;
  impl_->ask(question, fetches);
  for (const Fetch& fed : placeholders) {
    question.fed.push_back(impl_->placed(fed.tensor, fed.name));
  }
  return impl_->answer_to(question).program;
}

std::vector<std::string> Session::devices() const {
  return {"/job:localhost/replica:0/task:0/device:CPU:0"};
}

Tensor Tensor::eval() const { return eval({}); }

Tensor Tensor::eval(const std::vector<Fed>& feeds) const {
  check_defined_self("eval", *this);
  if (!is_symbolic(*this)) return *this;
  const std::shared_ptr<GraphImpl> graph = graph_of("eval", *this);
  const auto found = std::ranges::find_if(sessions.rbegin(), sessions.rend(), [&](const auto& one) {
    return one.first->graph == graph;
  });
  check<Error>(found != sessions.rend(), "eval: {} needs a session of graph \"{}\" in this thread",
               name(), graph->name);
  return found->second->run(*this, feeds);
}

void Tensor::set_shape(const Shape& shape) const {
  check_defined_self("set_shape", *this);
  TensorImpl& x = *impl();
  Shape fixed = x.layout.shape();
  check<ShapeError>(shape.size() == fixed.size(),
                    "set_shape: {} has shape {}, and can't get the rank of {}; reshape() gives "
                    "another tensor",
                    name(), fixed, shape);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const bool is_open = is_symbolic(*this) && is_unknown(fixed[d]);
    check<ShapeError>(shape[d] == fixed[d] || (is_open && shape[d] >= 0) || shape[d] == unknown,
                      "set_shape: {} has shape {}, and what is known of it stays; not {}", name(),
                      fixed, shape);
    if (is_open && shape[d] != unknown) fixed[d] = shape[d];
  }
  if (fixed == x.layout.shape()) return;
  check<ShapeError>(is_contiguous(), "set_shape: {} of shape {} is a view; set that of its base",
                    name(), shape);
  x.layout = Layout(fixed);
  const std::shared_ptr<GraphImpl> graph = graph_of("set_shape", *this);
  graph->nodes[graph->place_of("set_shape", *this).node].fixed = true;
}

}  // namespace tapegrad
